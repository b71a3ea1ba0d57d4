import type { CimClassPart, CimInstance, CimValue } from '../../../codec/wmi/index.js';
import { type ClassEntry, classPart } from './class-table.js';
import { isSystemProperty } from './condition.js';
import { WmiError } from './error.js';
import { keyNames } from './paths.js';
import type { Row } from './row.js';

/** System properties that a client can tell only with the keys. */
const NEEDS_KEYS: ReadonlySet<string> = new Set(['__path', '__relpath']);
/** [MS-WMI] 2.2.4.1: system properties that a client can tell only with the ancestors. */
const NEEDS_DERIVATION: ReadonlySet<string> = new Set(['__derivation', '__superclass', '__dynasty']);

/** Makes instances as a client gets them: with all properties, or those that it asked for. */
export class Projection {
  readonly #chosen: ReadonlySet<string> | undefined;
  readonly #withKeys: boolean;
  readonly #withDerivation: boolean;
  readonly #namespace: string;
  /** One class for all of its instances: it is sent once by a smart enumerator, and encoded once in any case. */
  readonly #parts = new Map<ClassEntry, CimClassPart>();

  /** Throws `WmiError` for a property that the class does not have. */
  constructor(entry: ClassEntry, properties: readonly string[] | undefined, namespace: string, withKeys = false) {
    const names = properties?.map((name) => name.toLowerCase());
    const unknown = names?.find((name) => !isSystemProperty(name) && !entry.properties.has(name));
    if (unknown !== undefined) throw new WmiError('WBEM_E_INVALID_QUERY', `${entry.name} has no property ${unknown}`);
    this.#chosen = names && new Set(names);
    this.#withKeys = withKeys || (names?.some((name) => NEEDS_KEYS.has(name)) ?? false);
    this.#withDerivation = names?.some((name) => NEEDS_DERIVATION.has(name)) ?? true;
    this.#namespace = namespace;
  }

  partOf(entry: ClassEntry): CimClassPart {
    const known = this.#parts.get(entry);
    if (known !== undefined) return known;
    const chosen = this.#chosen && new Set([...this.#chosen, ...(this.#withKeys ? keyNames(entry) : [])]);
    const part = classPart(entry, chosen, this.#withDerivation);
    this.#parts.set(entry, part);
    return part;
  }

  instance({ entry, values }: Row, server: string): CimInstance {
    const part = this.partOf(entry);
    const own: Record<string, CimValue> = {};
    for (const { name } of part.properties) own[name] = values.get(name.toLowerCase()) ?? null;
    return {
      kind: 'instance',
      server,
      namespace: this.#namespace,
      class: part,
      className: entry.name,
      values: own,
      qualifiers: [],
    };
  }
}

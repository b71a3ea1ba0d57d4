import { CodecError } from '../../../codec/error.js';
import { DICTIONARY } from '../../../codec/wmi/encoded-string.js';
import { type CimClassPart, objectArray } from '../../../codec/wmi/index.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';

/** Classes that are remembered, since a class comes only with its first instance ([MS-WMI] 2.2.14.4). */
const MOST_CLASSES = 1024;

/** Rewrites the buffers of smart enumerators ([MS-WMI] 2.2.14): classes, properties and values, each text by one as long. */
export class WmiReplacer {
  readonly #names: Pseudonyms;
  readonly #read = new Map<string, CimClassPart>();
  readonly #written = new Map<string, CimClassPart>();

  constructor(names: Pseudonyms) {
    this.#names = names;
  }

  /** As many octets; undefined where the buffer cannot be read, or would not be as long. */
  replace(buffer: Uint8Array): Buffer | undefined {
    try {
      const { value, layout } = arrayOf(this.#read).decode(buffer);
      const made = arrayOf(this.#written).encode(this.#mapped(value) as typeof value, { layout });
      return made.length === buffer.length ? made : undefined;
    } catch (error) {
      if (error instanceof CodecError) return undefined;
      throw error;
    }
  }

  /** Texts, and the names of properties that values are listed by. Octets are zero. */
  #mapped(value: unknown, key = ''): unknown {
    if (typeof value === 'string') return stays(value, key) ? value : this.#names.text(value);
    if (value instanceof Uint8Array) return new Uint8Array(value.length);
    if (Array.isArray(value)) return value.map((each) => this.#mapped(each));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([name, each]) => [
        key === 'values' ? this.#names.text(name) : name,
        // What properties are called says nothing of their values.
        this.#mapped(each, key === 'values' ? '' : name),
      ]),
    );
  }
}

/** [MS-WMIO] 2.2.80: names of qualifiers that are sent as references would be of another length as texts. */
const REFERENCES: ReadonlySet<string> = new Set(DICTIONARY);
const PROVIDERS_AND_TYPES: ReadonlySet<string> = new Set(['cimwin32', 'DWORD']);

const stays = (text: string, key: string): boolean =>
  key === 'kind' || PROVIDERS_AND_TYPES.has(text) || (key === 'name' && REFERENCES.has(text));

const arrayOf = (classes: Map<string, CimClassPart>) =>
  objectArray({
    get: (id: string) => classes.get(id),
    set: (id: string, part: CimClassPart) => {
      if (classes.size < MOST_CLASSES) classes.set(id, part);
    },
  });

import type { CimValue } from '../../../codec/wmi/index.js';
import type { ObjectHost } from '../class.js';
import type { ClassEntry } from './class-table.js';
import { DefinitionError, type InstanceDefinition, type RawValue } from './definitions.js';
import { cimValue } from './types.js';

/** An instance: its class, and a value for each of its properties by their lower-case names. */
export interface Row {
  readonly entry: ClassEntry;
  readonly values: ReadonlyMap<string, CimValue>;
}

/** Who asks, where and when: what instances may depend on. */
export interface Moment {
  readonly host: ObjectHost;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: number;
}

/** [MS-WMIO] 2.3.1 and DSP0004 2.2.1: `yyyymmddHHMMSS.mmmmmm+000`, in UTC. */
export function cimDateTime(milliseconds: number): string {
  const digits = new Date(milliseconds).toISOString().replaceAll(/[-:TZ]/g, '');
  return `${digits}000+000`;
}

/** An hour and more after the host was started, by the clock of the host. */
const UP_FOR = 3_726_000;

const PLACES: Readonly<Record<string, (moment: Moment) => string>> = {
  computer: ({ host }) => host.name,
  domain: ({ host }) => host.domain,
  now: ({ time }) => cimDateTime(time),
  boot: ({ time }) => cimDateTime(time - UP_FOR),
};
const PLACE = /\$\(([a-z]+)\)/g;

function filled(raw: RawValue, moment: Moment, where: string): RawValue {
  if (Array.isArray(raw)) return raw.map((item) => filled(item as RawValue, moment, where));
  if (typeof raw !== 'string' || !raw.includes('$(')) return raw;
  return raw.replace(PLACE, (_, name: string) => {
    const place = Object.hasOwn(PLACES, name) ? PLACES[name] : undefined;
    if (place === undefined)
      throw new DefinitionError(`${where}: no $(${name}); known: ${Object.keys(PLACES).join(', ')}`);
    return place(moment);
  });
}

/** An instance of its definition: checked against its class. Throws `DefinitionError`. */
export function rowOf(entry: ClassEntry, definition: InstanceDefinition, moment: Moment): Row {
  const given = new Map(Object.entries(definition).map(([name, raw]) => [name.toLowerCase(), raw]));
  for (const name of given.keys())
    if (!entry.properties.has(name)) throw new DefinitionError(`${entry.name} has no property ${name}`);
  const values = new Map<string, CimValue>();
  for (const [key, { name, type, value }] of entry.properties) {
    const where = `${entry.name}.${name}`;
    const raw = given.get(key);
    values.set(key, raw === undefined ? value : cimValue(type, filled(raw, moment, where), where));
  }
  return { entry, values };
}

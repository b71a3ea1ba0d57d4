import { CIM_TYPE, type CimInstance, type CimObject, type CimValue, isCimObject } from '../../../codec/wmi/index.js';
import type { Condition } from '../../../codec/wql/index.js';
import { type ClassEntry, isA } from './class-table.js';
import { comparison, typeOfValue } from './compare.js';
import { WmiError } from './error.js';
import { relativePath } from './paths.js';
import type { Moment, Row } from './row.js';

export type Predicate = (row: Row, moment: Moment) => boolean;

/** [MS-WMI] 2.2.1.1: what every object has without a declaration, as texts. */
const SYSTEM: Readonly<Record<string, (row: Row, moment: Moment) => CimValue>> = {
  __class: ({ entry }) => entry.name,
  __superclass: ({ entry }) => entry.parent?.name ?? null,
  __dynasty: ({ entry }) => entry.derivation.at(-1) ?? entry.name,
  __relpath: (row) => relativePath(row) ?? null,
  __server: (_, { host }) => host.name,
};

export const isSystemProperty = (name: string): boolean => name.startsWith('__');

interface Reader {
  readonly type: number | undefined;
  readonly read: (row: Row, moment: Moment) => CimValue;
}

/** A property, or one of an object in it. */
function reader(name: string, entry: ClassEntry): Reader {
  const [first = '', ...rest] = name.toLowerCase().split('.');
  const system = Object.hasOwn(SYSTEM, first) ? SYSTEM[first] : undefined;
  if (system !== undefined && rest.length === 0) return { type: CIM_TYPE.string, read: system };
  const property = entry.properties.get(first);
  if (property === undefined)
    throw new WmiError('WBEM_E_INVALID_QUERY', `${entry.name} has no property ${name.split('.')[0]}`);
  if (rest.length === 0) return { type: property.type, read: ({ values }) => values.get(first) ?? null };
  if (property.type !== CIM_TYPE.object)
    throw new WmiError('WBEM_E_INVALID_QUERY', `${entry.name}.${property.name} is no object`);
  return { type: undefined, read: ({ values }) => rest.reduce<CimValue>(memberOf, values.get(first) ?? null) };
}

function memberOf(value: CimValue, name: string): CimValue {
  const object = instanceIn(value);
  if (object === undefined) return null;
  if (name === '__class') return object.className;
  const own = Object.keys(object.values).find((each) => each.toLowerCase() === name);
  return own === undefined ? null : (object.values[own] ?? null);
}

const instanceIn = (value: CimValue): CimInstance | undefined => {
  const object = typeof value === 'object' && !Array.isArray(value) ? (value as CimObject | null) : null;
  return isCimObject(object) && object.kind === 'instance' ? object : undefined;
};

/** A WHERE clause as a test of instances of a class. Throws `WmiError` where it does not fit the class. */
export function predicate(condition: Condition | undefined, entry: ClassEntry): Predicate {
  if (condition === undefined) return () => true;
  switch (condition.kind) {
    case 'and': {
      const all = condition.conditions.map((each) => predicate(each, entry));
      return (row, moment) => all.every((test) => test(row, moment));
    }
    case 'or': {
      const any = condition.conditions.map((each) => predicate(each, entry));
      return (row, moment) => any.some((test) => test(row, moment));
    }
    case 'not': {
      const test = predicate(condition.condition, entry);
      return (row, moment) => !test(row, moment);
    }
    case 'null': {
      const { read } = reader(condition.property, entry);
      return (row, moment) => (read(row, moment) === null) === condition.isNull;
    }
    case 'isa':
      return isaPredicate(condition.property, condition.className, entry);
    case 'compare':
      return comparePredicate(condition, entry);
  }
}

function comparePredicate(
  { property, operator, value: constant }: Extract<Condition, { kind: 'compare' }>,
  entry: ClassEntry,
): Predicate {
  const { type, read } = reader(property, entry);
  if (type !== undefined) {
    const test = comparison(type, operator, constant);
    return (row, moment) => test(read(row, moment));
  }
  return (row, moment) => {
    const value = read(row, moment);
    return value !== null && comparison(typeOfValue(value), operator, constant)(value);
  };
}

/** Of an embedded object, by its class and what that derives from; `__this` is the instance itself. */
function isaPredicate(property: string, className: string, entry: ClassEntry): Predicate {
  if (property.toLowerCase() === '__this') return ({ entry: own }) => isA(own, className);
  const { read } = reader(property, entry);
  const wanted = className.toLowerCase();
  return (row, moment) => {
    const object = instanceIn(read(row, moment));
    if (object === undefined) return false;
    return [object.className, ...object.class.derivation].some((name) => name?.toLowerCase() === wanted);
  };
}

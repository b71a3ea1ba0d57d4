import type { InterfacePointer } from '../../../codec/dcom/index.js';
import {
  type CimInstance,
  type CimObject,
  type CimQualifier,
  type CimValue,
  isCimObject,
} from '../../../codec/wmi/index.js';
import { objectPathText } from '../../../codec/wql/index.js';

/** A class with its ancestors, an instance by its path; one whose keys did not come, by its values. */
export function objectText(object: CimObject): string {
  if (object.kind === 'class') return `class ${[object.class.name ?? '', ...object.class.derivation].join(' : ')}`;
  const name = object.className ?? '';
  const keys = keysOf(object);
  return keys === undefined ? `${name}(${valuesText(object)})` : objectPathText(name, keys);
}

/** The text of the CIM object behind a pointer; undefined where it points to something else, or to nothing. */
export const pointedText = (pointer: CimObject | InterfacePointer | null | undefined): string | undefined =>
  isCimObject(pointer) ? objectText(pointer) : undefined;

/** `Name="a", Size=5`, without what is null. */
export const valuesText = ({ values }: CimInstance): string =>
  Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}=${valueText(value)}`)
    .join(', ');

function valueText(value: CimValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => valueText(item as CimValue)).join(', ')}]`;
  return typeof value === 'object' && value !== null ? objectText(value as CimObject) : String(value);
}

const isSet = (qualifiers: readonly CimQualifier[], wanted: string): boolean =>
  qualifiers.some(({ name, value }) => name.toLowerCase() === wanted && value === true);

/** Undefined where the class has no key, or the properties that are its keys were not asked for. */
function keysOf({ class: part, values }: CimInstance): '@' | [string, CimValue][] | undefined {
  if (isSet(part.qualifiers, 'singleton')) return '@';
  const names = part.properties.filter((each) => isSet(each.qualifiers, 'key')).map(({ name }) => name);
  const keys = names.map((name): [string, CimValue] => [name, values[name] ?? null]);
  return keys.length === 0 || keys.some(([, value]) => value === null) ? undefined : keys;
}

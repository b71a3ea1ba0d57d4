import type { CimValue } from '../../../codec/wmi/index.js';
import { type Constant, type ObjectPath, objectPathText } from '../../../codec/wql/index.js';
import { type ClassEntry, hasQualifier, keysOf } from './class-table.js';
import type { Row } from './row.js';

/** [MS-WMI] 2.2.2, OBJECT-PATH of an instance; undefined where its class has no key. */
export function relativePath({ entry, values }: Row): string | undefined {
  if (hasQualifier(entry, 'singleton')) return objectPathText(entry.name, '@');
  const keys = keysOf(entry).map(({ name }) => [name, values.get(name.toLowerCase()) ?? null] as const);
  return keys.length === 0 ? undefined : objectPathText(entry.name, keys);
}

/** Whether a path means this instance; its class has been compared. */
export function isMeant({ keys }: ObjectPath, { entry, values }: Row): boolean {
  if (keys === undefined) return false;
  const own = keysOf(entry);
  if (keys === '@') return own.length === 0 || hasQualifier(entry, 'singleton');
  if (keys.size !== own.length) return false;
  return [...keys].every(([name, wanted]) => {
    const key = name === '' ? own[0]?.name.toLowerCase() : name.toLowerCase();
    return own.some((each) => each.name.toLowerCase() === key) && sameKey(values.get(key ?? '') ?? null, wanted);
  });
}

/** Keys are compared as texts without case: a number may stand for a text. */
const sameKey = (value: CimValue, wanted: Constant): boolean =>
  String(value).toLowerCase() === String(wanted).toLowerCase();

/** The keys of a class that nobody can name an instance without. */
export const keyNames = (entry: ClassEntry): string[] => keysOf(entry).map(({ name }) => name.toLowerCase());

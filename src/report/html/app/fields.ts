import { FIELD } from '../model.js';

/** A field as the tree shows it. */
export interface Field {
  readonly start: number;
  readonly end: number;
  readonly path: string;
  /** What its path adds to that of the field around it: its structure, said with the first of its members, and its name. */
  readonly group: string;
  readonly name: string;
  readonly depth: number;
  readonly type: string;
  readonly section: string;
  readonly note: string;
  readonly value: string;
}

/** Fields come with what is larger before its parts, so that the depth follows from the octets. */
export function fieldsOf(numbers: readonly number[], texts: readonly string[]): Field[] {
  const fields: Field[] = [];
  const around: Field[] = [];
  const groups: string[] = [];
  for (let at = 0; at + FIELD <= numbers.length; at += FIELD) {
    const [start = 0, length = 0, ...places] = numbers.slice(at, at + FIELD);
    const [path = '', type = '', section = '', note = '', value = ''] = places.map((place) => texts[place] ?? '');
    const end = start + length;
    while (around.length > 0 && (around.at(-1) as Field).end <= start) around.pop();
    const outer = around.at(-1);
    const own = ownPart(path, outer?.path);
    const dot = lastMember(own);
    const structure = own.slice(0, Math.max(0, dot));
    const depth = around.length;
    const group = structure === groups[depth] ? '' : structure;
    groups.length = depth;
    groups[depth] = structure;
    const field = { start, end, path, group, name: own.slice(dot + 1), depth, type, section, note, value };
    fields.push(field);
    around.push(field);
  }
  return fields;
}

/** Where the last member of a path begins; an element is named with its array. */
const lastMember = (path: string): number => path.replace(/\.\d+$/, '').lastIndexOf('.');

/** Without what the field around it has as well. */
function ownPart(path: string, outer: string | undefined): string {
  if (outer !== undefined && path.startsWith(`${outer}.`)) return path.slice(outer.length + 1);
  return path === outer ? '→' : path.slice(sharedWith(path, outer ?? ''));
}

/** How much of the beginning of a path, in whole members, the field around it has as well. */
function sharedWith(path: string, outer: string): number {
  const [own, other] = [path.split('.'), outer.split('.')];
  let shared = 0;
  for (let i = 0; i < own.length - 1 && own[i] === other[i]; i++) shared += (own[i] as string).length + 1;
  return shared;
}

/** The smallest field that holds an octet. */
export function fieldAt(fields: readonly Field[], octet: number): number | undefined {
  let found: number | undefined;
  for (const [index, { start, end }] of fields.entries()) {
    if (start > octet) break;
    if (octet >= end) continue;
    const before = found === undefined ? undefined : fields[found];
    if (before === undefined || end - start <= before.end - before.start) found = index;
  }
  return found;
}

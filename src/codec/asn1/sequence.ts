import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';
import type { FieldRow } from '../ndr/index.js';
import { applicationTag, contextTag, TAG, writeElement } from './der.js';
import { type Asn1Place, type Asn1Type, type Asn1Value, elementAt, readTyped, refuse } from './type.js';

interface Member<T, O extends boolean> {
  readonly number: number;
  readonly type: Asn1Type<T>;
  readonly optional: O;
}

/** A member of a SEQUENCE under its explicit tag. */
export const field = <T>(number: number, type: Asn1Type<T>): Member<T, false> => ({ number, type, optional: false });
export const optionalField = <T>(number: number, type: Asn1Type<T>): Member<T, true> => ({
  number,
  type,
  optional: true,
});

type Members = Readonly<Record<string, Member<unknown, boolean>>>;
// biome-ignore lint/suspicious/noExplicitAny: a member of any type; each one's own is inferred
type AnyMembers = Readonly<Record<string, Member<any, boolean>>>;

type Optional<M extends AnyMembers> = { [K in keyof M]: M[K]['optional'] extends true ? K : never }[keyof M];
type Flat<T> = { [K in keyof T]: T[K] };

/** The value of a SEQUENCE: members that are optional may be left out. */
export type SequenceOf<M extends AnyMembers> = Flat<
  { readonly [K in Exclude<keyof M, Optional<M>>]: Asn1Value<M[K]['type']> } & {
    readonly [K in Optional<M>]?: Asn1Value<M[K]['type']>;
  }
>;

/** A structure as the specifications' sections are looked up by. */
export interface Asn1Structure<T> extends Asn1Type<T> {
  readonly section: string;
  readonly fields: readonly FieldRow[];
}

/**
 * A SEQUENCE from one table. Its members are named as the RFC names them, with underscores for hyphens, as compilers
 * of ASN.1 do. An element of a number that the table lacks is passed over: a later version may have added it.
 */
export function sequence<const M extends AnyMembers>(
  name: string,
  section: string,
  members: M,
): Asn1Structure<SequenceOf<M>> {
  const table = Object.entries(members as Members);
  const byTag = new Map(table.map(([key, member]) => [contextTag(member.number), { key, member }]));

  function readMember(tag: number, contents: Uint8Array, value: Record<string, unknown>, at: Asn1Place): void {
    const known = byTag.get(tag);
    if (known === undefined) return;
    const path = `${at.path}.${known.key}`;
    if (known.key in value)
      refuse('BAD_VALUE', { path, offset: at.offset }, `a second element with tag 0x${tag.toString(16)}`);
    value[known.key] = readTyped(known.member.type, contents, 0, { path, offset: at.offset }).value;
  }

  return {
    name,
    section,
    fields: table.map(([key, { number, type, optional }]) => ({
      name: key,
      type: `[${number}] ${type.name}`,
      note: optional ? 'optional' : '',
    })),
    tag: TAG.SEQUENCE,
    read(contents, at) {
      const value: Record<string, unknown> = {};
      for (let offset = 0; offset < contents.length; ) {
        const element = elementAt(contents, offset, at);
        readMember(element.tag, element.value, value, {
          path: at.path,
          offset: at.offset + element.next - element.value.length,
        });
        offset = element.next;
      }
      for (const [key, { optional }] of table)
        if (!optional && !(key in value))
          refuse('SHORT', { path: `${at.path}.${key}`, offset: at.offset }, 'is missing');
      return value as SequenceOf<M>;
    },
    write(value) {
      const parts = table.flatMap(([key, { number, type, optional }]) => {
        const item = (value as Record<string, unknown>)[key];
        if (item !== undefined) return [writeElement(contextTag(number), type.write(item))];
        if (optional) return [];
        throw new CodecError('UNENCODABLE', `${name}.${key}`, 0, 'is missing');
      });
      return writeElement(TAG.SEQUENCE, ...parts);
    },
  };
}

/** SEQUENCE OF. */
export function sequenceOf<T>(type: Asn1Type<T>): Asn1Type<readonly T[]> {
  return {
    name: `SEQUENCE OF ${type.name}`,
    tag: TAG.SEQUENCE,
    read(contents, at) {
      const items: T[] = [];
      for (let offset = 0; offset < contents.length; ) {
        const { value, next } = readTyped(type, contents, offset, {
          path: `${at.path}[${items.length}]`,
          offset: at.offset,
        });
        items.push(value);
        offset = next;
      }
      return items;
    },
    write: (items) => writeElement(TAG.SEQUENCE, ...items.map((item) => type.write(item))),
  };
}

/** An explicit application-wide tag around a structure, which can go by a name of its own. */
export function application<T>(number: number, type: Asn1Structure<T>, name = type.name): Asn1Structure<T> {
  return {
    name,
    section: type.section,
    fields: type.fields,
    tag: applicationTag(number),
    read: (contents, at) => readTyped(type, contents, 0, at).value,
    write: (value) => writeElement(applicationTag(number), type.write(value)),
  };
}

/** The octets that a structure came in, which are sent again as they are, whatever its members say. */
export interface Kept {
  readonly octets?: Uint8Array | undefined;
}

/** A structure whose own octets matter: a ticket, which only its service can read, and each whole message. */
export function kept<T extends object>(type: Asn1Structure<T>): Asn1Structure<T & Kept> {
  return {
    name: type.name,
    section: type.section,
    fields: type.fields,
    tag: type.tag,
    read: (contents, at) => ({ ...type.read(contents, at), octets: new Uint8Array(at.octets ?? contents) }),
    write: (value) => (value.octets === undefined ? type.write(value) : asBuffer(value.octets)),
  };
}

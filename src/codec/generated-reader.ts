import type { Field, Kind } from './fixed.js';
import { type Endian, readUuid } from './uuid.js';

export type Read = (bytes: Buffer, at: number) => Record<string, unknown>;

/** The names of fields go into code, so nothing but an identifier is taken for one. */
const NAME = /^[A-Za-z_]\w*$/;

/**
 * A function that reads a table of fields: an object literal with one expression a field, as one would write it by hand.
 * It is made when it is first asked for: most runs read few kinds of headers. The caller has checked that all octets are
 * there. Throws `TypeError` for a name that no field could have.
 */
export function generated(fields: readonly Field[], endian: Endian): Read {
  for (const { name } of fields) if (!NAME.test(name)) throw new TypeError(`not a field's name: ${name}`);
  let read: Read | undefined;
  return (bytes, at) => {
    read ??= compiled(fields, endian);
    return read(bytes, at);
  };
}

function compiled(fields: readonly Field[], endian: Endian): Read {
  let offset = 0;
  const members: string[] = [];
  for (const { name, kind } of fields) {
    members.push(`${name}: ${expression(kind, offset, endian)}`);
    offset += sizeOf(kind);
  }
  const make = new Function('readUuid', `return (bytes, at) => ({ ${members.join(', ')} });`);
  return make((bytes: Buffer, at: number) => readUuid(bytes, at, endian)) as Read;
}

/** Octets. */
export const sizeOf = (kind: Kind): number =>
  typeof kind === 'number' ? kind : { u8: 1, u16: 2, u32: 4, u64: 8, uuid: 16 }[kind];

function expression(kind: Kind, offset: number, endian: Endian): string {
  if (typeof kind === 'number') return `bytes.subarray(at + ${offset}, at + ${offset + kind})`;
  if (kind === 'uuid') return `readUuid(bytes, at + ${offset})`;
  if (kind === 'u64') return `bytes.readBigUInt64${endian === 'little' ? 'LE' : 'BE'}(at + ${offset})`;
  const length = sizeOf(kind);
  const shifted = Array.from({ length }, (_, index) => {
    const shift = 8 * (endian === 'little' ? index : length - 1 - index);
    return `bytes[at + ${offset + index}] << ${shift}`;
  });
  return kind === 'u32' ? `(${shifted.join(' | ')}) >>> 0` : shifted.join(' | ');
}

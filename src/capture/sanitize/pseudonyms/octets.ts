import type { Endian } from '../../../codec/uuid.js';
import { readUuid, uuidToBytes } from '../../../codec/uuid.js';
import type { Pseudonyms } from './pseudonyms.js';

/** How a text stands in octets; of those of 8 bits each octet is a character, whatever the code page. */
export type Encoding = 'utf16le' | 'utf16be' | 'octets';

/** Replaces the names in a text where it stands. An odd octet behind UTF-16 is zero then. */
export function replaceText(names: Pseudonyms, octets: Uint8Array, encoding: Encoding): void {
  const bytes = Buffer.from(octets.buffer, octets.byteOffset, octets.length);
  if (encoding === 'octets') {
    const parts = bytes.toString('latin1').split(WIDE);
    const made = parts.map((part, at) => (at % 2 === 0 ? names.text(part) : wideText(names, part)));
    bytes.write(made.join(''), 'latin1');
    return;
  }
  const even = bytes.subarray(0, bytes.length & ~1);
  if (encoding === 'utf16be') even.swap16();
  even.write(names.text(even.toString('utf16le')), 'utf16le');
  if (encoding === 'utf16be') even.swap16();
  if (bytes.length % 2 !== 0) bytes[bytes.length - 1] = 0;
}

/** Letters with one NUL between each two: UTF-16 where 8 bits were announced, or read at the wrong octet. */
const WIDE = /((?<![^\0])[^\0](?:\0[^\0])+(?![^\0]))/;

const wideText = (names: Pseudonyms, text: string): string =>
  names.text(text.replaceAll('\0', '')).split('').join('\0');

export function replaceUuid(names: Pseudonyms, octets: Uint8Array, endian: Endian): void {
  if (octets.length === 16) octets.set(uuidToBytes(names.uuid(readUuid(octets, 0, endian)), endian));
  else octets.fill(0);
}

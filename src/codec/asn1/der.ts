import { CodecError } from '../error.js';
import { OID } from './oids.js';

/**
 * The project's own reader and writer of DER, for SPNEGO and Kerberos alike. The libraries were weighed (asn1js 3,
 * @peculiar/asn1-schema 2) and not taken: they read BER, indefinite lengths included, give errors without path and
 * offset, and give no view of an element's own octets, on which a mechListMIC, a ticket's identity and the rule that
 * what was decoded is sent again unchanged depend; and a table with decorators would be a second way to declare a
 * wire structure.
 */

/** Identifier octets that SPNEGO and Kerberos use (X.690 8.1.2); none of their tags needs more than one octet. */
export const TAG = {
  INTEGER: 0x02,
  BIT_STRING: 0x03,
  OCTET_STRING: 0x04,
  OBJECT_IDENTIFIER: 0x06,
  ENUMERATED: 0x0a,
  GENERALIZED_TIME: 0x18,
  GENERAL_STRING: 0x1b,
  SEQUENCE: 0x30,
  APPLICATION_0: 0x60,
} as const;

/** The identifier octet of an explicit context-specific tag. */
export const contextTag = (number: number): number => 0xa0 | number;

/** The identifier octet of an explicit application-wide tag. */
export const applicationTag = (number: number): number => 0x60 | number;

/** One element: what it is, what it holds, and the octet behind it. */
export interface Element {
  readonly tag: number;
  /** A view of its contents. */
  readonly value: Uint8Array;
  /** All of its octets. */
  readonly octets: Uint8Array;
  readonly next: number;
}

/**
 * The element at `offset`. Lengths in more octets than they need are taken; the indefinite form is not, as DER has none.
 */
export function readElement(bytes: Uint8Array, offset: number, path: string): Element {
  if (offset + 2 > bytes.length) throw new CodecError('SHORT', path, offset, 'ends before its tag and length');
  const tag = bytes[offset] as number;
  if ((tag & 0x1f) === 0x1f) throw new CodecError('BAD_VALUE', path, offset, 'a tag of more than one octet');
  const first = bytes[offset + 1] as number;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80) throw new CodecError('BAD_VALUE', path, offset + 1, 'an indefinite length');
  const start = offset + 2 + count;
  if (start > bytes.length) throw new CodecError('SHORT', path, offset + 1, `a length of ${count} octets, cut short`);
  let length = first;
  if (count > 0) {
    length = 0;
    for (let i = 0; i < count; i++) length = length * 256 + (bytes[offset + 2 + i] as number);
  }
  if (length > bytes.length - start) {
    const detail = `announces ${length} octets, ${bytes.length - start} are left`;
    throw new CodecError('BAD_LENGTH', path, offset + 1, detail);
  }
  const next = start + length;
  return { tag, value: bytes.subarray(start, next), octets: bytes.subarray(offset, next), next };
}

/** The element at the start of `bytes`, which has to be a `tag`; what follows it is the caller's to look at. */
export function expectElement(bytes: Uint8Array, tag: number, path: string): Element {
  const element = readElement(bytes, 0, path);
  if (element.tag !== tag)
    throw new CodecError('BAD_VALUE', path, 0, `tag 0x${element.tag.toString(16)} instead of 0x${tag.toString(16)}`);
  return element;
}

/** Every element of a constructed value. */
export function readElements(bytes: Uint8Array, path: string): Element[] {
  const elements: Element[] = [];
  for (let offset = 0; offset < bytes.length; ) {
    const element = readElement(bytes, offset, path);
    elements.push(element);
    offset = element.next;
  }
  return elements;
}

/** An element with the shortest length (X.690 10.1). */
export function writeElement(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  let length = 0;
  for (const part of parts) length += part.length;
  const more = length < 0x80 ? 0 : octetsOf(length);
  const element = Buffer.allocUnsafe(2 + more + length);
  element[0] = tag;
  element[1] = more === 0 ? length : 0x80 | more;
  for (let rest = length, at = 1 + more; at > 1; rest = Math.floor(rest / 256), at--) element[at] = rest & 0xff;
  let at = 2 + more;
  for (const part of parts) {
    element.set(part, at);
    at += part.length;
  }
  return element;
}

function octetsOf(number: number): number {
  let octets = 0;
  for (let rest = number; rest > 0; rest = Math.floor(rest / 256)) octets++;
  return octets;
}

/** X.690 8.19: the contents of an OBJECT IDENTIFIER as dotted text. */
export function oidText(value: Uint8Array, path: string): string {
  const known = KNOWN.find(({ octets }) => octets.equals(value));
  if (known !== undefined) return known.text;
  const last = value[value.length - 1];
  if (last === undefined || last >= 0x80)
    throw new CodecError('SHORT', path, value.length, 'an OBJECT IDENTIFIER, cut short');
  if (value.length > 64) throw new CodecError('BAD_LENGTH', path, 0, `an OBJECT IDENTIFIER of ${value.length} octets`);
  const arcs: bigint[] = [];
  let arc = 0n;
  for (const octet of value) {
    arc = (arc << 7n) | BigInt(octet & 0x7f);
    if (octet >= 0x80) continue;
    arcs.push(arc);
    arc = 0n;
  }
  const [both = 0n, ...rest] = arcs;
  const root = both < 80n ? both / 40n : 2n;
  return [root, both - root * 40n, ...rest].join('.');
}

/** X.690 8.19: dotted text as the contents of an OBJECT IDENTIFIER. */
export function oidOctets(text: string): Buffer {
  if (!/^[0-2](\.\d{1,150})+$/.test(text))
    throw new CodecError('UNENCODABLE', 'oid', 0, `not an OBJECT IDENTIFIER: ${text}`);
  const [root, second, ...rest] = text.split('.').map(BigInt) as [bigint, bigint, ...bigint[]];
  const octets = [root * 40n + second, ...rest].flatMap((arc) => {
    const digits = [Number(arc & 0x7fn)];
    for (let left = arc >> 7n; left > 0n; left >>= 7n) digits.unshift(Number(left & 0x7fn) | 0x80);
    return digits;
  });
  return Buffer.from(octets);
}

/** The identifiers that nearly all tokens are made of, worked out once. */
const KNOWN = Object.values(OID).map((text) => ({ text: text as string, octets: oidOctets(text) }));

export const writeOid = (text: string): Buffer =>
  writeElement(TAG.OBJECT_IDENTIFIER, KNOWN.find((known) => known.text === text)?.octets ?? oidOctets(text));

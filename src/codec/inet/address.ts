import { CodecError } from '../error.js';

/** An address and a port, as text and number. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** An IPv4 address kept as one 32-bit number. */
export const formatIpv4 = (word: number): string =>
  `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`;

/** RFC 5952: lower case, no leading zeros, the first longest run of two or more zero groups as `::`. */
export function formatIpv6(words: readonly [number, number, number, number]): string {
  const groups = words.flatMap((word) => [word >>> 16, word & 0xffff]);
  let best = { at: -1, length: 1 };
  for (let at = 0; at < 8; at++) {
    let length = 0;
    while (at + length < 8 && groups[at + length] === 0) length++;
    if (length > best.length) best = { at, length };
  }
  const text = (part: number[]): string => part.map((group) => group.toString(16)).join(':');
  if (best.at < 0) return text(groups);
  return `${text(groups.slice(0, best.at))}::${text(groups.slice(best.at + best.length))}`;
}

/** The words of an address, of which IPv4 (`version` 4) has only the last one, and a port. */
export const endpointOf = (
  version: number,
  words: readonly [number, number, number, number],
  port: number,
): Endpoint => ({ address: version === 4 ? formatIpv4(words[3]) : formatIpv6(words), port });

const DOTTED = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

/**
 * An address in text as its 4 or 16 octets. An IPv4 address mapped into IPv6 (RFC 4291 2.5.5.2), as a socket of both
 * families names its peer, is the IPv4 address; a zone (RFC 4007 11) is left out. Throws `UNENCODABLE` for other text.
 */
export function parseAddress(text: string): Buffer {
  const plain = text.replace(/%.*$/, '').replace(/^::ffff:(?=\d+\.)/i, '');
  const octets = DOTTED.test(plain) ? parseIpv4(plain) : parseIpv6(plain);
  if (octets === undefined)
    throw new CodecError('UNENCODABLE', 'address', 0, `not an IP address: ${JSON.stringify(text)}`);
  return octets;
}

function parseIpv4(text: string): Buffer | undefined {
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? Buffer.from(octets) : undefined;
}

/** RFC 4291 2.2: eight groups, one run of zero groups as `::`, the last two groups perhaps as an IPv4 address. */
function parseIpv6(text: string): Buffer | undefined {
  const halves = text.split('::').map(groupsOf);
  const [head, tail] = halves;
  if (head === undefined || halves.length > 2 || halves.includes(undefined)) return undefined;
  const missing = 8 - head.length - (tail?.length ?? 0);
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...new Array<number>(missing).fill(0), ...(tail ?? [])];
  return Buffer.from(groups.flatMap((group) => [group >>> 8, group & 255]));
}

function groupsOf(text: string): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  for (const part of text.split(':')) {
    const dotted = DOTTED.test(part) ? parseIpv4(part) : undefined;
    if (dotted !== undefined) groups.push(dotted.readUInt16BE(0), dotted.readUInt16BE(2));
    else if (/^[0-9a-f]{1,4}$/i.test(part)) groups.push(Number.parseInt(part, 16));
    else return undefined;
  }
  return groups;
}

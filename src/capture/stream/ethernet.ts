import { ETHERTYPE } from '../../codec/inet/headers.js';
import { behindPppProtocol } from './ppp.js';
import { ENCRYPTED, NOT_IP, u16 } from './unwrap.js';

/** IEEE 802.3 3.2.6: a number up to here is a length, and LLC follows. */
const LONGEST_LENGTH = 1500;

/** Ethernet in Ethernet, and LLC in LLC, are followed down to here: a frame can hold thousands. */
const DEEPEST = 8;

export const ethernetAt = (bytes: Uint8Array, start: number, end: number, depth = 0): number =>
  start < end ? behindEtherType(bytes, start + 12, end, depth) : NOT_IP;

export function behindEtherType(bytes: Uint8Array, at: number, end: number, depth = 0): number {
  return end - at < 2 ? NOT_IP : behindTags(bytes, u16(bytes, at), at + 2, end, depth);
}

/** Tags, one after another, each with the type of what follows it; then what that carries. */
export function behindTags(bytes: Uint8Array, firstType: number, from: number, end: number, depth = 0): number {
  // Most frames, which need no search.
  if (firstType === ETHERTYPE.IPV4) return from < end ? from : NOT_IP;
  let type = firstType;
  let at = from;
  for (let tag = ETHERNET_TAGS.get(type); tag !== undefined; tag = ETHERNET_TAGS.get(type)) {
    const length = tag(bytes, at, end);
    if (length < 0) return length;
    if (end - at < length) return NOT_IP;
    type = u16(bytes, at + length - 2);
    at += length;
  }
  return depth < DEEPEST ? behindEtherTypeAt(bytes, type, at, end, depth) : NOT_IP;
}

/** The octets of a tag with the type at its end; negative where what follows cannot be read. */
type TagLength = (bytes: Uint8Array, at: number, end: number) => number;

const octets =
  (length: number): TagLength =>
  () =>
    length;

/** By the type in front of the tag. */
export const ETHERNET_TAGS: ReadonlyMap<number, TagLength> = new Map<number, TagLength>([
  // IEEE 802.1Q 9.6.
  [ETHERTYPE.VLAN, octets(4)],
  [ETHERTYPE.SERVICE_VLAN, octets(4)],
  [ETHERTYPE.QINQ, octets(4)],
  // IEC 62439-3 5.5: path, size and sequence number. Its sibling PRP has a trailer, which is no part of the datagram.
  [ETHERTYPE.HSR, octets(6)],
  // Cisco's VN-Tag: direction and interfaces.
  [ETHERTYPE.VN_TAG, octets(6)],
  // Cisco metadata: version, length in units of four octets, options such as a security group tag (TrustSec).
  [ETHERTYPE.CISCO_METADATA, (bytes, at, end) => (end - at < 2 ? NOT_IP : 4 + 4 * (bytes[at + 1] as number))],
  [ETHERTYPE.MACSEC, macsec],
]);

/** IEEE 802.1AE 9.3 to 9.9: TCI and AN, short length, packet number, SCI where its bit is set. */
function macsec(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 8) return NOT_IP;
  const control = bytes[at] as number;
  // E and C: the data is encrypted, or changed.
  return (control & 0x0c) !== 0 ? ENCRYPTED : 6 + (control & 0x20 ? 8 : 0) + 2;
}

/** What stands at `at` behind a type that is no tag. */
export function behindEtherTypeAt(bytes: Uint8Array, type: number, at: number, end: number, depth = 0): number {
  if (type === ETHERTYPE.IPV4 || type === ETHERTYPE.IPV6) return at < end ? at : NOT_IP;
  if (type === ETHERTYPE.MPLS || type === ETHERTYPE.MPLS_UPSTREAM) return behindLabels(bytes, at, end, depth);
  if (type === ETHERTYPE.PPPOE_SESSION) return behindPppoe(bytes, at, end);
  return type <= LONGEST_LENGTH ? behindLlc(bytes, at, end, depth) : NOT_IP;
}

/** IEEE 802.2 3.2, IEEE 802 10.5: DSAP, SSAP, UI; 0xaa is SNAP with an OUI and a type, 0x06 IPv4. */
export function behindLlc(bytes: Uint8Array, at: number, end: number, depth = 0): number {
  if (end - at < 4 || bytes[at + 2] !== 3) return NOT_IP;
  if (bytes[at] === 0x06) return at + 3;
  if (bytes[at] !== 0xaa || end - at < 9) return NOT_IP;
  const oui = ((bytes[at + 3] as number) << 16) | u16(bytes, at + 4);
  // Zero for an EtherType, as RFC 1042 has it, and the bridge tunnel of 802.1H.
  return oui === 0 || oui === 0x0000f8 ? behindEtherType(bytes, at + 6, end, depth + 1) : NOT_IP;
}

/** RFC 3032 2.1: labels up to one with the bottom bit. The payload is not named; RFC 4928 3: its first nibble tells. */
function behindLabels(bytes: Uint8Array, from: number, end: number, depth: number): number {
  let at = from;
  while (end - at > 4 && ((bytes[at + 2] as number) & 1) === 0) at += 4;
  at += 4;
  const version = at < end ? (bytes[at] as number) >>> 4 : 0;
  return version === 4 || version === 6 ? at : behindPseudowire(bytes, at, end, depth);
}

/** RFC 4448 4.6: Ethernet behind a control word of four octets, whose first nibble is zero. */
function behindPseudowire(bytes: Uint8Array, at: number, end: number, depth: number): number {
  return at + 4 < end && (bytes[at] as number) >>> 4 === 0 ? ethernetAt(bytes, at + 4, end, depth + 1) : NOT_IP;
}

/** RFC 2516 4: a header of six octets, then PPP. */
const behindPppoe = (bytes: Uint8Array, at: number, end: number): number =>
  end - at < 9 ? NOT_IP : behindPppProtocol(bytes, at + 6, end);

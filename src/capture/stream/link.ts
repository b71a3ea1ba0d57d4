import { behindEtherType, behindLlc, behindTags, ethernetAt } from './ethernet.js';
import { behindPpp } from './ppp.js';
import { ENCRYPTED, NOT_IP, UNKNOWN_LINK, u16, u16le, u32le } from './unwrap.js';
import { behindWireless } from './wireless.js';

export { ENCRYPTED, NOT_IP, UNKNOWN_LINK };

/** LINKTYPE_ETHERNET */
export const ETHERNET = 1;

type Unwrap = (bytes: Uint8Array, start: number, end: number) => number;

/**
 * Where in `bytes[start..end]` the IP datagram starts; `NOT_IP` where the frame carries something else, `ENCRYPTED` where
 * that cannot be told, `UNKNOWN_LINK` for a link type that is not known.
 */
export function ipOffset(bytes: Uint8Array, start: number, end: number, linkType: number): number {
  if (linkType === ETHERNET) return behindEtherType(bytes, start + 12, end);
  const unwrap = LINKS.get(linkType);
  return unwrap === undefined ? UNKNOWN_LINK : unwrap(bytes, start, end);
}

const raw: Unwrap = (_bytes, start, end) => (start < end ? start : NOT_IP);
/** Behind a header of fixed length that does not say what follows. */
const behind =
  (length: number, unwrap: Unwrap): Unwrap =>
  (bytes, start, end) =>
    end - start < length ? NOT_IP : unwrap(bytes, start + length, end);

/** AF_INET is 2 everywhere; AF_INET6 is 24, 28 or 30 on the BSDs, 10 on Linux, 23 on Windows. */
const FAMILIES: ReadonlySet<number> = new Set([2, 10, 23, 24, 28, 30]);

/** Four octets with the family, in whichever byte order: one end of them holds it, the rest is zero. */
function behindFamily(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= 4) return NOT_IP;
  const outer = u16(bytes, start);
  const inner = u16(bytes, start + 2);
  const family = outer === 0 ? inner : inner === 0 ? ((outer & 0xff) << 8) | (outer >>> 8) : -1;
  return FAMILIES.has(family) ? start + 4 : NOT_IP;
}

/** The length of a header in its first octets, and the link type of what follows it. */
const tapped =
  (lengthAt: number, typeAt: number, least: number): Unwrap =>
  (bytes, start, end) => {
    if (end - start < least) return NOT_IP;
    const length = u16le(bytes, start + lengthAt);
    if (length < least || length > end - start) return NOT_IP;
    const inner = u32le(bytes, start + typeAt);
    // A tap of a tap would be a loop that a peer could make as deep as it likes.
    return inner === PPI || inner === PKTAP || inner === PKTAP_USER
      ? NOT_IP
      : ipOffset(bytes, start + length, end, inner);
  };

/** OpenBSD's pflog: its length without padding first, then the family. */
function behindPflog(bytes: Uint8Array, start: number, end: number): number {
  const length = start < end ? ((bytes[start] as number) + 3) & ~3 : 0;
  if (length < 4 || end - start <= length) return NOT_IP;
  return FAMILIES.has(bytes[start + 1] as number) ? start + length : NOT_IP;
}

const NFULA_PAYLOAD = 9;

/** https://www.tcpdump.org/linktypes/LINKTYPE_NFLOG.html: TLVs in the byte order of the machine, padded to four octets. */
function behindNflog(bytes: Uint8Array, start: number, end: number): number {
  let at = start + 4;
  while (end - at >= 4) {
    const little = u16le(bytes, at) <= end - at;
    const [length, type] = little ? [u16le(bytes, at), u16le(bytes, at + 2)] : [u16(bytes, at), u16(bytes, at + 2)];
    if (length < 4 || length > end - at) return NOT_IP;
    if ((type & 0x7fff) === NFULA_PAYLOAD) return length > 4 ? at + 4 : NOT_IP;
    at += (length + 3) & ~3;
  }
  return NOT_IP;
}

/** Cisco HDLC: address and control, then the EtherType. */
const behindHdlc: Unwrap = (bytes, start, end) => behindEtherType(bytes, start + 2, end);

/** RFC 2427 3 and 4.1: two octets of address, UI, then an NLPID: 0xcc IPv4, 0x8e IPv6, 0x80 SNAP. */
function behindFrameRelay(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 5 || bytes[start + 2] !== 3) return NOT_IP;
  const at = bytes[start + 3] === 0 ? start + 4 : start + 3;
  const nlpid = bytes[at];
  if (nlpid === 0xcc || nlpid === 0x8e) return at + 1 < end ? at + 1 : NOT_IP;
  return nlpid === 0x80 && end - at >= 6 ? behindEtherType(bytes, at + 4, end) : NOT_IP;
}

const PPI = 192;
const PKTAP_USER = 149;
const PKTAP = 258;

/** By the numbers of https://www.tcpdump.org/linktypes.html. */
const LINKS: ReadonlyMap<number, Unwrap> = new Map([
  [0, behindFamily], // NULL: the family in the byte order of the machine that captured
  [6, behind(14, behindLlc)], // IEEE802_5, without a route
  [9, behindPpp],
  [10, behind(13, behindLlc)], // FDDI
  [12, raw], // RAW, as DLT_RAW on most systems
  [14, raw], // RAW, as DLT_RAW on OpenBSD
  [50, behindPpp], // PPP_HDLC
  [51, (bytes, start, end) => behindTags(bytes, 0x8864, start, end)], // PPP_ETHER
  [100, behindLlc], // ATM_RFC1483
  [101, raw],
  [104, behindHdlc],
  [105, (bytes, start, end) => behindWireless(bytes, start, end)],
  [107, behindFrameRelay],
  [108, behindFamily], // LOOP: the family in network byte order
  [109, behind(12, raw)], // ENC
  [113, (bytes, start, end) => behindEtherType(bytes, start + 14, end)], // LINUX_SLL
  [117, behindPflog],
  [119, behind(144, behindWireless)], // IEEE802_11_PRISM
  [127, (bytes, start, end) => behindRadiotap(bytes, start, end)],
  [PKTAP_USER, tapped(0, 8, 12)],
  [163, (bytes, start, end) => behindAvs(bytes, start, end)],
  [166, behindPpp], // PPP_PPPD
  [PPI, tapped(2, 4, 8)],
  [204, behind(1, behindPpp)], // PPP_WITH_DIR
  [228, raw], // IPV4
  [229, raw], // IPV6
  [239, behindNflog],
  [240, behind(4, ethernetAt)], // NETANALYZER
  [PKTAP, tapped(0, 8, 12)],
  // LINUX_SLL2: the type comes first.
  [276, (bytes, start, end) => (end - start < 20 ? NOT_IP : behindTags(bytes, u16(bytes, start), start + 20, end))],
]);

/** https://www.radiotap.org: version 0, and the length in little-endian order. */
function behindRadiotap(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8) return NOT_IP;
  const length = u16le(bytes, start + 2);
  return length < 8 || length >= end - start ? NOT_IP : behindWireless(bytes, start + length, end);
}

/** The AVS header has its length in its second four octets. */
function behindAvs(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 8) return NOT_IP;
  const length = u16(bytes, start + 6);
  return length < 8 || length >= end - start ? NOT_IP : behindWireless(bytes, start + length, end);
}

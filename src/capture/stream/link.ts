import { ETHERTYPE } from '../../codec/inet/headers.js';

/** What `ipOffset` answers where there is no IP datagram. */
export const NOT_IP = -1;
export const UNKNOWN_LINK = -2;

/** LINKTYPE_ETHERNET */
export const ETHERNET = 1;

/**
 * Where in `bytes[start..end]` the IP datagram starts, `NOT_IP` where the frame carries something else, `UNKNOWN_LINK`
 * for a link type that is not known. The numbers are those of https://www.tcpdump.org/linktypes.html.
 */
export function ipOffset(bytes: Uint8Array, start: number, end: number, linkType: number): number {
  switch (linkType) {
    case ETHERNET:
      return behindEtherType(bytes, start + 12, end);
    case 12: // RAW, as DLT_RAW on most systems
    case 14: // RAW, as DLT_RAW on OpenBSD
    case 101: // RAW
    case 228: // IPV4
    case 229: // IPV6
      return start < end ? start : NOT_IP;
    case 0: // NULL: the family in the byte order of the machine that captured
    case 108: // LOOP: the family in network byte order
      return behindFamily(bytes, start, end);
    case 113: // LINUX_SLL
      return behindEtherType(bytes, start + 14, end);
    case 276: // LINUX_SLL2: the type comes first
      return end - start < 20 ? NOT_IP : behindTags(bytes, u16(bytes, start), start + 20, end);
    default:
      return UNKNOWN_LINK;
  }
}

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

function behindEtherType(bytes: Uint8Array, at: number, end: number): number {
  return end - at < 2 ? NOT_IP : behindTags(bytes, u16(bytes, at), at + 2, end);
}

/** IEEE 802.1Q 9.6: tags of four octets, one after another, each with the type of what follows it. */
function behindTags(bytes: Uint8Array, firstType: number, from: number, end: number): number {
  let type = firstType;
  let at = from;
  while (TAGS.has(type)) {
    if (end - at < 4) return NOT_IP;
    type = u16(bytes, at + 2);
    at += 4;
  }
  return behindEtherTypeAt(bytes, type, at, end);
}

const TAGS: ReadonlySet<number> = new Set([ETHERTYPE.VLAN, ETHERTYPE.SERVICE_VLAN, ETHERTYPE.QINQ]);

/** The same for a type that is known, with what stands at `at`. */
export function behindEtherTypeAt(bytes: Uint8Array, type: number, at: number, end: number): number {
  if (type === ETHERTYPE.IPV4 || type === ETHERTYPE.IPV6) return at < end ? at : NOT_IP;
  if (type === ETHERTYPE.MPLS) return behindLabels(bytes, at, end);
  return type === ETHERTYPE.PPPOE_SESSION ? behindPppoe(bytes, at, end) : NOT_IP;
}

/** RFC 3032 2.1: labels up to one with the bottom bit. What follows is not named; RFC 4928 3: its first nibble tells. */
function behindLabels(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  while (end - at > 4 && ((bytes[at + 2] as number) & 1) === 0) at += 4;
  at += 4;
  const version = at < end ? (bytes[at] as number) >>> 4 : 0;
  return version === 4 || version === 6 ? at : NOT_IP;
}

/** RFC 2516 4, RFC 1661 2: a header of six octets, then the PPP protocol number, of IPv4 or of IPv6. */
function behindPppoe(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 9) return NOT_IP;
  const protocol = u16(bytes, at + 6);
  return protocol === 0x0021 || protocol === 0x0057 ? at + 8 : NOT_IP;
}

/** AF_INET is 2 everywhere; AF_INET6 is 24, 28 or 30 on the BSDs, 10 on Linux, 23 on Windows. */
const FAMILIES: ReadonlySet<number> = new Set([2, 10, 23, 24, 28, 30]);

function behindFamily(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= 4) return NOT_IP;
  const outer = u16(bytes, start);
  const inner = u16(bytes, start + 2);
  // Whichever byte order: one end of the four octets holds the family, the rest is zero.
  const family = outer === 0 ? inner : inner === 0 ? ((outer & 0xff) << 8) | (outer >>> 8) : -1;
  return FAMILIES.has(family) ? start + 4 : NOT_IP;
}

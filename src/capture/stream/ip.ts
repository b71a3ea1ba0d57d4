import { IP_PROTOCOL } from '../../codec/inet/headers.js';

/**
 * The IP datagram of one packet. The same object is filled again for each, and addresses are kept as four signed
 * 32-bit numbers (an IPv4 address in the last one), so that finding a connection allocates nothing.
 */
export class Datagram {
  bytes: Buffer = Buffer.alloc(0);
  /** Where the transport header starts, and where the datagram ends. */
  start = 0;
  end = 0;
  /** Octets of it that were sent but not captured, as a snaplen cuts them off. */
  missing = 0;
  version = 4;
  protocol = 0;
  source0 = 0;
  source1 = 0;
  source2 = 0;
  source3 = 0;
  destination0 = 0;
  destination1 = 0;
  destination2 = 0;
  destination3 = 0;
  /** Of a fragment: what names its datagram, where in it the part lies, whether more follows. */
  fragment = false;
  identification = 0;
  fragmentOffset = 0;
  moreFragments = false;
}

/** Reads the datagram at `start`; false where it is none. Hand-written beside `ipv4_header` and `ipv6_header`. */
export function readDatagram(bytes: Buffer, start: number, end: number, into: Datagram): boolean {
  into.bytes = bytes;
  into.fragment = false;
  const version = (bytes[start] as number) >>> 4;
  if (version === 4) return readIpv4(bytes, start, end, into);
  return version === 6 && readIpv6(bytes, start, end, into);
}

const u16 = (bytes: Buffer, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
const i32 = (bytes: Buffer, at: number): number => (u16(bytes, at) << 16) | u16(bytes, at + 2);

/** RFC 791 3.1. Octets behind the total length are padding of the link; 0 is what an offloading adapter leaves. */
function readIpv4(bytes: Buffer, start: number, end: number, into: Datagram): boolean {
  if (end - start < 20) return false;
  const header = ((bytes[start] as number) & 15) << 2;
  const total = u16(bytes, start + 2) || end - start;
  if (header < 20 || total < header) return false;
  into.version = 4;
  into.protocol = bytes[start + 9] as number;
  into.start = start + header;
  into.end = Math.min(start + total, end);
  into.missing = start + total - into.end;
  into.source0 = into.source1 = into.source2 = 0;
  into.destination0 = into.destination1 = into.destination2 = 0;
  into.source3 = i32(bytes, start + 12);
  into.destination3 = i32(bytes, start + 16);
  const flags = u16(bytes, start + 6);
  if ((flags & 0x3fff) !== 0) {
    into.fragment = true;
    into.identification = u16(bytes, start + 4);
    into.fragmentOffset = (flags & 0x1fff) * 8;
    into.moreFragments = (flags & 0x2000) !== 0;
  }
  return into.start <= into.end;
}

/** RFC 8200 3 and 4. */
function readIpv6(bytes: Buffer, start: number, end: number, into: Datagram): boolean {
  if (end - start < 40) return false;
  const length = u16(bytes, start + 4) || end - start - 40;
  into.version = 6;
  into.protocol = bytes[start + 6] as number;
  into.start = start + 40;
  into.end = Math.min(start + 40 + length, end);
  into.missing = start + 40 + length - into.end;
  into.source0 = i32(bytes, start + 8);
  into.source1 = i32(bytes, start + 12);
  into.source2 = i32(bytes, start + 16);
  into.source3 = i32(bytes, start + 20);
  into.destination0 = i32(bytes, start + 24);
  into.destination1 = i32(bytes, start + 28);
  into.destination2 = i32(bytes, start + 32);
  into.destination3 = i32(bytes, start + 36);
  return skipExtensions(bytes, into);
}

/** RFC 8200 4.1: each extension header names the next one. Stops at a fragment, whose rest is read once it is whole. */
export function skipExtensions(bytes: Buffer, into: Datagram): boolean {
  for (;;) {
    const kind = into.protocol;
    const at = into.start;
    if (!EXTENSIONS.has(kind)) return at <= into.end;
    if (into.end - at < 8) return false;
    into.protocol = bytes[at] as number;
    if (kind === IP_PROTOCOL.FRAGMENT) {
      into.start = at + 8;
      const offset = u16(bytes, at + 2);
      // RFC 6946: offset 0 and nothing more to come is a whole datagram.
      if ((offset & 0xfff9) === 0) continue;
      into.fragment = true;
      into.identification = i32(bytes, at + 4);
      into.fragmentOffset = offset & 0xfff8;
      into.moreFragments = (offset & 1) !== 0;
      return into.start <= into.end;
    }
    const units = bytes[at + 1] as number;
    into.start = at + (kind === IP_PROTOCOL.AUTHENTICATION ? (units + 2) * 4 : (units + 1) * 8);
  }
}

const EXTENSIONS: ReadonlySet<number> = new Set([
  IP_PROTOCOL.HOP_BY_HOP,
  IP_PROTOCOL.ROUTING,
  IP_PROTOCOL.FRAGMENT,
  IP_PROTOCOL.AUTHENTICATION,
  IP_PROTOCOL.DESTINATION,
  IP_PROTOCOL.MOBILITY,
]);

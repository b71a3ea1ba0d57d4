import { NOT_IP, u16 } from './unwrap.js';

/** RFC 1661 2, RFC 1662 3.1: address and control, which may be left out, then the protocol. */
export function behindPpp(bytes: Uint8Array, start: number, end: number): number {
  const framed = end - start >= 2 && bytes[start] === 0xff && bytes[start + 1] === 0x03;
  return behindPppProtocol(bytes, framed ? start + 2 : start, end);
}

/** RFC 1661 2, 6.5: an odd first octet is the whole number; 0x21 is IPv4, 0x57 IPv6. */
export function behindPppProtocol(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 3) return NOT_IP;
  const short = ((bytes[at] as number) & 1) === 1;
  const protocol = short ? bytes[at] : u16(bytes, at);
  return protocol === 0x21 || protocol === 0x57 ? at + (short ? 1 : 2) : NOT_IP;
}

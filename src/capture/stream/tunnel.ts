import { ETHERTYPE, IP_PROTOCOL } from '../../codec/inet/headers.js';
import type { Datagram } from './ip.js';
import { behindEtherTypeAt, ETHERNET, ipOffset, NOT_IP } from './link.js';

/** Tunnels within tunnels are followed down to here. */
export const DEEPEST_TUNNEL = 8;

/** RFC 7348 5, RFC 8926 3.3. */
const VXLAN_PORT = 4789;
const GENEVE_PORT = 6081;

const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);

/** Where in `d.bytes` the IP datagram starts that `d` carries through a tunnel; `NOT_IP` where it carries none. */
export function tunnelled(d: Datagram): number {
  switch (d.protocol) {
    case IP_PROTOCOL.IPIP: // RFC 2003 3.1
    case IP_PROTOCOL.IPV6: // RFC 4213 3.5
      return d.start < d.end ? d.start : NOT_IP;
    case IP_PROTOCOL.GRE:
      return behindGre(d);
    case IP_PROTOCOL.UDP:
      return behindUdp(d);
    default:
      return NOT_IP;
  }
}

/** RFC 2784 2.1 and RFC 2890 2: checksum, key and sequence number stand there where their flag is set. */
function behindGre({ bytes, start, end }: Datagram): number {
  if (end - start < 4) return NOT_IP;
  const flags = u16(bytes, start);
  const type = u16(bytes, start + 2);
  // RFC 2637 4.1: version 1 has other flags, and carries PPP.
  if ((flags & 0x4007) !== 0) return NOT_IP;
  const at = start + 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0);
  // draft-foschiano-erspan 4.2: type II has a header of its own where there is a sequence number, type I has none.
  if (type === ETHERTYPE.ERSPAN) return ethernetAt(bytes, at + (flags & 0x1000 ? 8 : 0), end);
  return carriedAt(bytes, type, at, end);
}

function behindUdp({ bytes, start, end }: Datagram): number {
  if (end - start < 16) return NOT_IP;
  const port = u16(bytes, start + 2);
  const header = start + 8;
  // RFC 7348 5: of the flags only I is set.
  if (port === VXLAN_PORT && bytes[header] === 0x08) return ethernetAt(bytes, header + 8, end);
  // RFC 8926 3.4: version 0, and the length of the options in units of four octets.
  if (port !== GENEVE_PORT || (bytes[header] as number) >>> 6 !== 0) return NOT_IP;
  const options = ((bytes[header] as number) & 0x3f) * 4;
  return carriedAt(bytes, u16(bytes, header + 2), header + 8 + options, end);
}

const carriedAt = (bytes: Uint8Array, type: number, at: number, end: number): number =>
  type === ETHERTYPE.BRIDGED ? ethernetAt(bytes, at, end) : behindEtherTypeAt(bytes, type, at, end);

const ethernetAt = (bytes: Uint8Array, at: number, end: number): number =>
  at < end ? ipOffset(bytes, at, end, ETHERNET) : NOT_IP;

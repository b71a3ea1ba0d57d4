import { ETHERTYPE, IP_PROTOCOL } from '../../codec/inet/headers.js';
import { behindTags, ethernetAt } from './ethernet.js';
import type { Datagram } from './ip.js';
import { behindPpp } from './ppp.js';
import { NOT_IP, u16 } from './unwrap.js';
import { behindWireless } from './wireless.js';

/** Tunnels within tunnels are followed down to here. */
export const DEEPEST_TUNNEL = 8;

/** RFC 7348 5; Linux' own before that; draft-ietf-nvo3-vxlan-gpe 3; RFC 8926 3.3; TaZmen Sniffer Protocol. */
const VXLAN_PORTS: ReadonlySet<number> = new Set([4789, 8472]);
export const TUNNEL_PORT = { VXLAN_GPE: 4790, GENEVE: 6081, TZSP: 37_008 } as const;

/** Where in `d.bytes` the IP datagram starts that `d` carries through a tunnel; `NOT_IP` where it carries none. */
export function tunnelled(d: Datagram): number {
  switch (d.protocol) {
    case IP_PROTOCOL.IPIP: // RFC 2003 3.1
    case IP_PROTOCOL.IPV6: // RFC 4213 3.5
      return d.start < d.end ? d.start : NOT_IP;
    case IP_PROTOCOL.GRE:
      return behindGre(d);
    case IP_PROTOCOL.ETHERIP: // RFC 3378 3: version 3, twelve reserved bits, Ethernet
      return ethernetAt(d.bytes, d.start + 2, d.end);
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
  if ((flags & 0x4000) !== 0) return NOT_IP;
  const at = behindGreFields(bytes, start);
  // RFC 2637 4.1: version 1 has a key always, and carries PPP.
  if ((flags & 7) === 1) return type === PPTP ? behindPpp(bytes, at, end) : NOT_IP;
  if ((flags & 7) !== 0) return NOT_IP;
  // draft-foschiano-erspan 4.2: type II has a header of its own where there is a sequence number, type I has none.
  if (type === ETHERTYPE.ERSPAN) return ethernetAt(bytes, at + (flags & 0x1000 ? 8 : 0), end);
  if (type === ETHERTYPE.ERSPAN_III) return erspan3(bytes, at, end);
  return carriedAt(bytes, type, at, end);
}

/** Behind the fields whose flags are set; of version 1 (RFC 2637 4.1) also the acknowledgment. */
export function behindGreFields(bytes: Uint8Array, start: number): number {
  const flags = u16(bytes, start);
  const acknowledged = (flags & 7) === 1 && (flags & 0x0080) !== 0;
  return (
    start + 4 + (flags & 0x8000 ? 4 : 0) + (flags & 0x2000 ? 4 : 0) + (flags & 0x1000 ? 4 : 0) + (acknowledged ? 4 : 0)
  );
}

const PPTP = 0x880b;

/** draft-foschiano-erspan 4.3: twelve octets, eight more where O is set; FT 0 is Ethernet, 2 an IP datagram. */
function erspan3(bytes: Uint8Array, at: number, end: number): number {
  if (end - at < 12) return NOT_IP;
  const frameType = (u16(bytes, at + 10) >>> 10) & 0x1f;
  const inner = behindErspan3(bytes, at);
  if (frameType === 2) return inner < end ? inner : NOT_IP;
  return frameType === 0 ? ethernetAt(bytes, inner, end) : NOT_IP;
}

/** Behind the header of type III and what the platform adds to it. */
export const behindErspan3 = (bytes: Uint8Array, at: number): number => at + 12 + (u16(bytes, at + 10) & 1 ? 8 : 0);

function behindUdp({ bytes, start, end }: Datagram): number {
  if (end - start < 16) return NOT_IP;
  const port = u16(bytes, start + 2);
  const header = start + 8;
  const flags = bytes[header] as number;
  // RFC 7348 5: of the flags I alone counts; the others are ignored on receipt.
  if (VXLAN_PORTS.has(port)) return flags & 0x08 ? ethernetAt(bytes, header + 8, end) : NOT_IP;
  if (port === TUNNEL_PORT.VXLAN_GPE) return behindGpe(bytes, header, end);
  if (port === TUNNEL_PORT.TZSP) return behindTzsp(bytes, header, end);
  // RFC 8926 3.4: version 0, and the length of the options in units of four octets.
  if (port !== TUNNEL_PORT.GENEVE || flags >>> 6 !== 0) return NOT_IP;
  return carriedAt(bytes, u16(bytes, header + 2), header + 8 + (flags & 0x3f) * 4, end);
}

/** draft-ietf-nvo3-vxlan-gpe 3.1 and 3.2: with P the next protocol is named. */
function behindGpe(bytes: Uint8Array, header: number, end: number): number {
  const flags = bytes[header] as number;
  if ((flags & 0x08) === 0) return NOT_IP;
  const next = flags & 0x04 ? bytes[header + 3] : 3;
  if (next === 1 || next === 2) return header + 8 < end ? header + 8 : NOT_IP;
  return next === 3 ? ethernetAt(bytes, header + 8, end) : NOT_IP;
}

/** Version 1, type, the encapsulation, then tags with their lengths, up to the one that ends them. */
function behindTzsp(bytes: Uint8Array, header: number, end: number): number {
  if (bytes[header] !== 1) return NOT_IP;
  const encapsulation = u16(bytes, header + 2);
  const at = behindTzspTags(bytes, header, end);
  if (at >= end) return NOT_IP;
  if (encapsulation === 1) return ethernetAt(bytes, at, end);
  return encapsulation === 18 ? behindWireless(bytes, at, end) : NOT_IP;
}

/** Behind the tag that ends them, at `end` or later where none does. */
export function behindTzspTags(bytes: Uint8Array, header: number, end: number): number {
  let at = header + 4;
  for (let tag = bytes[at]; at < end && tag !== 1; tag = bytes[at]) at += tag === 0 ? 1 : 2 + (bytes[at + 1] ?? 0);
  return at + 1;
}

const carriedAt = (bytes: Uint8Array, type: number, at: number, end: number): number =>
  type === ETHERTYPE.BRIDGED ? ethernetAt(bytes, at, end) : behindTags(bytes, type, at, end);

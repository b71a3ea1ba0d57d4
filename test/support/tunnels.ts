import { fromHex } from './hex.js';
import { ethernetFrame } from './segments.js';

/** An Ethernet frame with five octets of a TCP stream, and the same without its link header. */
export const FRAME = ethernetFrame({ sequence: 1000, data: 'hello' });
export const IP = FRAME.subarray(14);

export const behind = (hex: string, rest: Uint8Array = IP): Buffer => Buffer.concat([fromHex(hex), rest]);

/** An IPv4 datagram without options, of this protocol. */
export const ipv4 = (protocol: number, payload: Uint8Array): Buffer => {
  const header = fromHex('4500 0000 0000 0000 40 00 0000 c0000201 c0000202');
  header.writeUInt16BE(20 + payload.length, 2);
  header[9] = protocol;
  return Buffer.concat([header, payload]);
};

export const ipv6 = (next: number, payload: Uint8Array): Buffer => {
  const header = Buffer.concat([fromHex('6000 0000 0000 00 40'), Buffer.alloc(32, 1)]);
  header.writeUInt16BE(payload.length, 4);
  header[6] = next;
  return Buffer.concat([header, payload]);
};

export const udp = (port: number, payload: Uint8Array): Buffer => {
  const header = fromHex('c000 0000 0000 0000');
  header.writeUInt16BE(port, 2);
  header.writeUInt16BE(8 + payload.length, 4);
  return Buffer.concat([header, payload]);
};

export const gre = (hex: string, rest: Uint8Array = IP): Buffer => ipv4(47, behind(hex, rest));

const VXLAN = '08000000 00002a00';

/** The same segment in every tunnel that starts in an IP datagram. */
export const IP_TUNNELS: ReadonlyMap<string, Buffer> = new Map([
  ['IPv4 in IPv4 (RFC 2003)', ipv4(4, IP)],
  ['IPv4 in IPv6 (RFC 2473)', ipv6(4, IP)],
  ['IPv6 in IPv4 (RFC 4213)', ipv4(41, ipv6(4, IP))],
  ['GRE (RFC 2784)', gre('0000 0800')],
  ['GRE with checksum, key and sequence number (RFC 2890)', gre('b000 0800 00000000 00000007 00000001')],
  ['GRE that carries Ethernet', gre('0000 6558', FRAME)],
  ['ERSPAN, type I', gre('0000 88be', FRAME)],
  ['ERSPAN, type II', gre('1000 88be 00000001 1001 0000 00000000', FRAME)],
  ['VXLAN (RFC 7348)', ipv4(17, udp(4789, behind(VXLAN, FRAME)))],
  ['Geneve with options (RFC 8926)', ipv4(17, udp(6081, behind('0200 6558 00002a00 0000000100000000', FRAME)))],
  ['VXLAN in GRE', gre('0000 0800', ipv4(17, udp(4789, behind(VXLAN, FRAME))))],
]);

const ETHERNET = '000000000000000000000000';

/** And in every tunnel that starts in an Ethernet frame. */
export const ETHERNET_TUNNELS: ReadonlyMap<string, Buffer> = new Map([
  ['MPLS, two labels (RFC 3032)', behind(`${ETHERNET} 8847 00010040 00020140`)],
  ['PPPoE (RFC 2516)', behind(`${ETHERNET} 8864 1100 0001 ${(IP.length + 2).toString(16).padStart(4, '0')} 0021`)],
  [
    'PPPoE in a VLAN',
    behind(`${ETHERNET} 8100 0064 8864 1100 0001 ${(IP.length + 2).toString(16).padStart(4, '0')} 0021`),
  ],
]);

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
  ['VXLAN with a group policy and reserved bits', ipv4(17, udp(4789, behind('88400064 00002aff', FRAME)))],
  ['VXLAN-GPE with Ethernet', ipv4(17, udp(4790, behind('0c000003 00002a00', FRAME)))],
  ['VXLAN-GPE with IPv4', ipv4(17, udp(4790, behind('0c000001 00002a00')))],
  ['ERSPAN, type III', gre('1000 22eb 00000001 2001 0000 00000000 0000 0000', FRAME)],
  [
    'ERSPAN, type III, with a platform header',
    gre('1000 22eb 00000001 2001 0000 00000000 0000 0001 0000000000000000', FRAME),
  ],
  ['PPTP (RFC 2637)', gre('3081 880b 00000001 00000002 00000001 ff03 0021')],
  ['EtherIP (RFC 3378)', ipv4(97, behind('3000', FRAME))],
  ['TZSP with a tag', ipv4(17, udp(37008, behind('0100 0001 0a01c8 00 01', FRAME)))],
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
  ['MPLS with a control word and Ethernet (RFC 4448)', behind(`${ETHERNET} 8847 00010140 00000000`, FRAME)],
  ['HSR (IEC 62439-3)', behind(`${ETHERNET} 892f ${hex16(IP.length + 6)} 0001 0800`)],
  [
    'PRP, whose trailer follows the datagram',
    Buffer.concat([FRAME, fromHex(`0001 a${hex16(IP.length + 6).slice(1)} 88fb`)]),
  ],
  ['VN-Tag', behind(`${ETHERNET} 8926 40000000 0800`)],
  ['Cisco metadata with a security group tag', behind(`${ETHERNET} 8909 0101 0001 0005 0800`)],
  [
    'MACsec without encryption',
    Buffer.concat([behind(`${ETHERNET} 88e5 2000 00000001 0200000000010001 0800`), Buffer.alloc(16, 1)]),
  ],
  ['LLC and SNAP', behind(`${ETHERNET} ${hex16(IP.length + 8)} aaaa03 000000 0800`)],
]);

function hex16(number: number): string {
  return number.toString(16).padStart(4, '0');
}

const WIRELESS = '000000000000 000000000000 000000000000 0000';
const SNAP = 'aaaa03 000000 0800';

/** And behind the headers of every other link, by its number. */
export const LINKS: readonly (readonly [name: string, linkType: number, bytes: Buffer])[] = [
  ['PPP', 9, behind('ff03 0021')],
  ['PPP without address and control, and a short protocol', 9, behind('21')],
  ['PPP in HDLC framing', 50, behind('ff03 0021')],
  ['PPPoE', 51, behind(`1100 0001 ${hex16(IP.length + 2)} 0021`)],
  ['ATM, RFC 1483', 100, behind(SNAP)],
  ['Cisco HDLC', 104, behind('0f00 0800')],
  ['802.11', 105, behind(`0800 ${WIRELESS} ${SNAP}`.replace('0800 ', '0801 0000'))],
  ['802.11 with QoS', 105, behind(`8801 0000 ${WIRELESS} 0000 ${SNAP}`)],
  ['802.11 between access points', 105, behind(`0803 0000 ${WIRELESS} 000000000000 ${SNAP}`)],
  ['frame relay', 107, behind('1841 03cc')],
  ['OpenBSD enc', 109, behind('00000002 00000000 00000000')],
  ['802.11 with radiotap', 127, behind(`0000 0800 00000000 0801 0000 ${WIRELESS} ${SNAP}`)],
  ['PPI with 802.11', 192, behind(`0000 0800 69000000 0801 0000 ${WIRELESS} ${SNAP}`)],
  ['PPP with a direction', 204, behind('00 ff03 0021')],
  ['nflog', 239, behind(`0200 0000 0800 0100 00000000 ${le16(IP.length + 4)} 0900`)],
];

function le16(number: number): string {
  return Buffer.of(number & 0xff, number >>> 8).toString('hex');
}

import { f, fixedHeader } from '../fixed.js';

/** IEEE 802 numbers: what follows an Ethernet header, a VLAN tag or a cooked header. */
export const ETHERTYPE = {
  IPV4: 0x0800,
  IPV6: 0x86dd,
  VLAN: 0x8100,
  SERVICE_VLAN: 0x88a8,
  QINQ: 0x9100,
  MPLS: 0x8847,
  PPPOE_SESSION: 0x8864,
  BRIDGED: 0x6558,
  ERSPAN: 0x88be,
  ERSPAN_III: 0x22eb,
  MPLS_UPSTREAM: 0x8848,
  HSR: 0x892f,
  VN_TAG: 0x8926,
  CISCO_METADATA: 0x8909,
  MACSEC: 0x88e5,
} as const;

/** IANA protocol numbers: TCP, tunnels, and the IPv6 extension headers that a reader has to step over (RFC 8200 4). */
export const IP_PROTOCOL = {
  HOP_BY_HOP: 0,
  IPIP: 4,
  TCP: 6,
  UDP: 17,
  IPV6: 41,
  ROUTING: 43,
  FRAGMENT: 44,
  GRE: 47,
  ESP: 50,
  AUTHENTICATION: 51,
  ETHERIP: 97,
  DESTINATION: 60,
  MOBILITY: 135,
} as const;

/** RFC 9293 3.1: the control bits. */
export const TCP_FLAG = { FIN: 0x01, SYN: 0x02, RST: 0x04, PSH: 0x08, ACK: 0x10 } as const;

/** IEEE 802.3 3.1: all numbers of the network's headers are big-endian. */
export const ethernet_header = fixedHeader('ethernet_header', 'IEEE 802.3 3.1', [
  f('destination', 6, 'MAC address'),
  f('source', 6, 'MAC address'),
  f('type', 'u16', 'ETHERTYPE, or a length up to 1500'),
]);

/** RFC 791 3.1; options follow where IHL is above 5. */
export const ipv4_header = fixedHeader('ipv4_header', 'RFC 791 3.1', [
  f('version_ihl', 'u8', 'version 4, and the header length in units of 4 octets'),
  f('type_of_service', 'u8', 'ignored'),
  f('total_length', 'u16', 'octets of the datagram; 0 where the network adapter would have split it'),
  f('identification', 'u16', 'the same in all fragments of a datagram'),
  f('flags_fragment_offset', 'u16', 'DF 0x4000, MF 0x2000, and the offset in units of 8 octets'),
  f('time_to_live', 'u8', 'ignored'),
  f('protocol', 'u8', 'IP_PROTOCOL'),
  f('header_checksum', 'u16', 'RFC 1071 over the header'),
  f('source', 4, 'address'),
  f('destination', 4, 'address'),
]);

/** RFC 8200 3. */
export const ipv6_header = fixedHeader('ipv6_header', 'RFC 8200 3', [
  f('version_class_flow', 'u32', 'version 6, traffic class, flow label'),
  f('payload_length', 'u16', 'octets after this header, extension headers included; 0 for a jumbogram or an offload'),
  f('next_header', 'u8', 'IP_PROTOCOL'),
  f('hop_limit', 'u8', 'ignored'),
  f('source', 16, 'address'),
  f('destination', 16, 'address'),
]);

/** RFC 9293 3.1; options follow where the data offset is above 5. */
export const tcp_header = fixedHeader('tcp_header', 'RFC 9293 3.1', [
  f('source_port', 'u16', ''),
  f('destination_port', 'u16', ''),
  f('sequence_number', 'u32', 'of the first octet of data; of the SYN where that is set'),
  f('acknowledgment_number', 'u32', 'the next octet that the sender expects'),
  f('data_offset', 'u8', 'octets of the header divided by 4, in the upper four bits'),
  f('flags', 'u8', 'TCP_FLAG'),
  f('window', 'u16', 'octets that the sender will take'),
  f('checksum', 'u16', 'RFC 1071 over the pseudo header and the segment'),
  f('urgent_pointer', 'u16', 'ignored'),
]);

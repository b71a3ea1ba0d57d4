import { ETHERTYPE, IP_PROTOCOL } from '../../../codec/inet/headers.js';
import type { Datagram } from '../../stream/ip.js';
import { behindErspan3, behindGreFields, behindTzspTags, TUNNEL_PORT } from '../../stream/tunnel.js';
import { keep } from '../rewriting.js';
import type { Frame } from './frame.js';
import { replaceBehindType, replaceEthernet } from './typed.js';
import { replaceWireless } from './wireless.js';

const UDP_HEADER = 8;
const ETHERIP_HEADER = 2;

/**
 * The octets between the head of a datagram and the one at `inner` that it carries: what finds it stays, addresses of
 * Ethernet and 802.11 are replaced, and what tools and platforms add is zero.
 */
export function replaceTunnelHead(frame: Frame, datagram: Datagram, inner: number): void {
  const { protocol, start } = datagram;
  if (protocol === IP_PROTOCOL.GRE) replaceGre(frame, start, inner);
  else if (protocol === IP_PROTOCOL.UDP) replaceUdp(frame, datagram, start + UDP_HEADER, inner);
  else if (protocol === IP_PROTOCOL.ETHERIP) {
    keep(frame, start, start + ETHERIP_HEADER);
    replaceEthernet(frame, start + ETHERIP_HEADER, inner, inner);
  }
}

const ERSPAN_2_HEADER = 8;
const ERSPAN_3_HEADER = 12;
const SEQUENCE_PRESENT = 0x1000;

/** RFC 2784, RFC 2890: checksum, key and sequence number stay; of ERSPAN its header, but not what a platform adds to it. */
function replaceGre(frame: Frame, start: number, inner: number): void {
  const { bytes } = frame;
  const flags = bytes.readUInt16BE(start);
  const type = bytes.readUInt16BE(start + 2);
  const at = behindGreFields(bytes, start);
  keep(frame, start, Math.min(at, inner));
  // RFC 2637 4.1: PPP, which has no address.
  if ((flags & 7) === 1) keep(frame, at, inner);
  else if (type === ETHERTYPE.ERSPAN) {
    const ethernet = at + (flags & SEQUENCE_PRESENT ? ERSPAN_2_HEADER : 0);
    keep(frame, at, ethernet);
    replaceEthernet(frame, ethernet, inner, inner);
  } else if (type === ETHERTYPE.ERSPAN_III) {
    keep(frame, at, at + ERSPAN_3_HEADER);
    const carried = behindErspan3(bytes, at);
    if (carried < inner) replaceEthernet(frame, carried, inner, inner);
  } else replaceCarried(frame, type, at, inner);
}

function replaceUdp(frame: Frame, { start, end }: Datagram, header: number, inner: number): void {
  const { bytes } = frame;
  const port = bytes.readUInt16BE(start + 2);
  if (port === TUNNEL_PORT.GENEVE) {
    // RFC 8926 3.4: what options say goes; options of zeros have no length, and nobody knows them.
    keep(frame, header, header + 7);
    const at = header + 8 + ((bytes[header] as number) & 0x3f) * 4;
    replaceCarried(frame, bytes.readUInt16BE(header + 2), at, inner);
  } else if (port === TUNNEL_PORT.TZSP) {
    // Tags say which sensor heard it, and when; zeros are padding, up to the tag that ends them.
    keep(frame, header, header + 4);
    const at = behindTzspTags(bytes, header, end);
    keep(frame, at - 1, at);
    if (bytes.readUInt16BE(header + 2) === 1) replaceEthernet(frame, at, inner, inner);
    else replaceWireless(frame, at, inner, inner);
  } else replaceVxlan(frame, header, inner, port);
}

/**
 * RFC 7348 5: flags and the number of the network stay, what is reserved goes. In between stand the next protocol
 * (draft-ietf-nvo3-vxlan-gpe 3.1) or, where its flag is set, a policy (draft-smith-vxlan-group-policy 2.1).
 */
function replaceVxlan(frame: Frame, header: number, inner: number, port: number): void {
  keep(frame, header, header + 1);
  if (port === TUNNEL_PORT.VXLAN_GPE) keep(frame, header + 3, header + 4);
  else if (((frame.bytes[header] as number) & GROUP_POLICY) !== 0) keep(frame, header + 1, header + 4);
  keep(frame, header + 4, header + 7);
  if (header + 8 < inner) replaceEthernet(frame, header + 8, inner, inner);
}

const GROUP_POLICY = 0x80;

function replaceCarried(frame: Frame, type: number, at: number, inner: number): void {
  if (type === ETHERTYPE.BRIDGED) replaceEthernet(frame, at, inner, inner);
  else replaceBehindType(frame, type, at, inner, inner);
}

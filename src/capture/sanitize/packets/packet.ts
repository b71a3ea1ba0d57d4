import { internetChecksum } from '../../../codec/inet/checksum.js';
import { IP_PROTOCOL } from '../../../codec/inet/headers.js';
import type { Packet } from '../../file/packet.js';
import { Datagram, readDatagram } from '../../stream/ip.js';
import { dataOffset } from '../../stream/tcp.js';
import { DEEPEST_TUNNEL, tunnelled } from '../../stream/tunnel.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import { keep } from '../rewriting.js';
import { nonZero, type Tally } from '../tally.js';
import type { Frame } from './frame.js';
import { replaceIcmp, replaceIcmp6, replaceIgmp } from './icmp.js';
import { addressesOf, replaceIpHeader, transportChecksum } from './ip.js';
import { replaceLink } from './link.js';
import { replaceTcpHeader } from './tcp.js';
import { replaceTunnelHead } from './tunnel.js';

/** Gives what was rewritten of the streams and datagrams that packets carry. */
export interface PacketContent {
  /** Puts octets of the segment of this frame, whose data start at `from`, into `out`; gives how many. */
  segment(frame: number, sequence: number, length: number, out: Buffer, from: number): number;
  /** The same of a fragment, which lies at `offset` of its datagram; -1 where nothing is known of that. */
  fragment(frame: number, offset: number, length: number, out: Buffer, from: number, addresses: Buffer): number;
  /** Rewrites the payload of a datagram of UDP in place, which has zeros left where it was not understood; false where it is of no kind that is known. */
  datagram(payload: Buffer, ports: readonly [number, number]): boolean;
}

const [ICMP, IGMP, ICMP6] = [1, 2, 58];
const UDP_HEADER = 8;
const ESP_HEADER = 8;

/** Rewrites packets: all headers that are understood, and of what they carry what `PacketContent` gives; the rest is zero. */
export class PacketReplacer {
  readonly #names: Pseudonyms;
  readonly #tally: Tally;
  readonly #content: PacketContent;

  constructor(names: Pseudonyms, tally: Tally, content: PacketContent) {
    this.#names = names;
    this.#tally = tally;
    this.#content = content;
  }

  /** As many octets as the packet has. */
  replace(packet: Packet): Buffer {
    const bytes = packet.bytes.subarray(packet.start, packet.end);
    const out = Buffer.alloc(bytes.length);
    const frame: Frame = { names: this.#names, bytes, out };
    const ip = bytes.length === 0 ? -1 : replaceLink(frame, 0, bytes.length, packet.linkType);
    if (ip >= 0) this.#datagramAt(frame, ip, bytes.length, packet.frame, 0);
    else this.#tally.add('packets that are no IP', bytes.length - nonZero(out));
    return out;
  }

  #datagramAt(frame: Frame, ip: number, end: number, number: number, depth: number): void {
    const datagram = new Datagram();
    if (!readDatagram(frame.bytes, ip, end, datagram)) {
      this.#tally.add('packets with a broken IP header', end - ip);
      return;
    }
    replaceIpHeader(frame, ip, datagram);
    if (datagram.fragment) this.#fragment(frame, ip, datagram, number);
    else this.#transport(frame, ip, datagram, number, depth);
    this.#tally.add('octets behind datagrams', nonZero(frame.bytes.subarray(datagram.end, end)));
  }

  #fragment({ out }: Frame, ip: number, datagram: Datagram, number: number): void {
    const { start, end, fragmentOffset, version } = datagram;
    const addresses = addressesOf(out, ip, version);
    const known = this.#content.fragment(number, fragmentOffset, end - start, out, start, addresses);
    if (known < 0) this.#tally.add('fragments of IP datagrams that are not whole', end - start);
    else this.#tally.add(TCP_REST, end - start - known);
  }

  #transport(frame: Frame, ip: number, datagram: Datagram, number: number, depth: number): void {
    const { protocol, start, end } = datagram;
    if (protocol === IP_PROTOCOL.TCP) return this.#tcp(frame, ip, datagram, number);
    if (protocol === ICMP) return replaceIcmp(frame, start, end);
    if (protocol === IGMP) return replaceIgmp(frame, start, end);
    if (protocol === ICMP6) return replaceIcmp6(frame, datagram, ip);
    if (protocol === IP_PROTOCOL.ESP) {
      keep(frame, start, Math.min(start + ESP_HEADER, end));
      this.#tally.add('encrypted packets', Math.max(0, end - start - ESP_HEADER));
      return;
    }
    const udp = protocol === IP_PROTOCOL.UDP;
    if (udp && end - start < UDP_HEADER) return;
    if (udp) keep(frame, start, start + UDP_HEADER);
    const inner = tunnelled(datagram);
    if (inner >= 0 && depth < DEEPEST_TUNNEL) {
      replaceTunnelHead(frame, datagram, inner);
      this.#datagramAt(frame, inner, end, number, depth + 1);
    } else if (udp) this.#udp(frame, datagram);
    else this.#tally.add('datagrams of protocols that are not read', end - start);
    if (udp) finishUdp(frame, ip, datagram);
    else if (protocol === IP_PROTOCOL.GRE) finishGre(frame, start, end);
  }

  #tcp(frame: Frame, ip: number, datagram: Datagram, number: number): void {
    const { bytes, out } = frame;
    const { start, end } = datagram;
    const data = dataOffset(bytes, start, end);
    if (data < 0) {
      // A snap length may leave the ports, the numbers and the flags.
      keep(frame, start, Math.min(start + 14, end));
      return;
    }
    replaceTcpHeader(frame, start, data);
    const known = this.#content.segment(number, bytes.readInt32BE(start + 4), end - data, out, data);
    this.#tally.add(TCP_REST, nonZero(bytes.subarray(data, end)) - known);
    out.writeUInt16BE(transportChecksum(out, datagram, addressesOf(out, ip, datagram.version), start, end), start + 16);
  }

  #udp({ bytes, out }: Frame, { start, end }: Datagram): void {
    const payload = out.subarray(start + UDP_HEADER, end);
    bytes.copy(payload, 0, start + UDP_HEADER, end);
    const ports = [bytes.readUInt16BE(start), bytes.readUInt16BE(start + 2)] as const;
    if (!this.#content.datagram(payload, ports)) this.#tally.zero(payload, 'datagrams of UDP that are not understood');
  }
}

const TCP_REST = 'octets of TCP that are not understood';

/** RFC 768: the checksum, where the sender made one; in IPv4 zero says that it did not. */
function finishUdp({ bytes, out }: Frame, ip: number, datagram: Datagram): void {
  const { start, end, version } = datagram;
  out.writeUInt16BE(0, start + 6);
  if (bytes.readUInt16BE(start + 6) === 0) return;
  const sum = transportChecksum(out, datagram, addressesOf(out, ip, version), start, end);
  out.writeUInt16BE(sum || 0xffff, start + 6);
}

/** RFC 2784 2.5. */
function finishGre({ out }: Frame, start: number, end: number): void {
  if (end - start < 8 || (out.readUInt16BE(start) & 0x8000) === 0) return;
  out.writeUInt16BE(0, start + 4);
  out.writeUInt16BE(internetChecksum(out.subarray(start, end)), start + 4);
}

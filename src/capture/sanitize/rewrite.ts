import { IP_PROTOCOL } from '../../codec/inet/headers.js';
import type { Packet } from '../file/packet.js';
import { type Content, Unwrapped } from './content/content.js';
import type { Learner, WholeDatagram } from './learn.js';
import { transportChecksum } from './packets/ip.js';
import { type PacketContent, PacketReplacer } from './packets/packet.js';
import { replaceTcpHeader } from './packets/tcp.js';
import type { Pseudonyms } from './pseudonyms/pseudonyms.js';
import type { Tally } from './tally.js';

/** Datagrams that are kept whole for the rest of their fragments: as many as may come at the same time. */
const MOST_WHOLE = 16;

/** The second pass: gives each packet anew, with the octets that the first pass has for it. */
export class Rewriter implements PacketContent {
  readonly #names: Pseudonyms;
  readonly #content: Content;
  readonly #learner: Learner;
  readonly #packets: PacketReplacer;
  readonly #unwrapped: Unwrapped[] = [];
  readonly #made = new Map<WholeDatagram, Buffer>();
  /** Rewrites the payload of a datagram of UDP in place; false where it is of no kind that is known. */
  readonly datagram: PacketContent['datagram'];

  constructor(
    names: Pseudonyms,
    tally: Tally,
    content: Content,
    learner: Learner,
    datagram: PacketContent['datagram'],
  ) {
    this.#names = names;
    this.#content = content;
    this.#learner = learner;
    this.datagram = datagram;
    this.#packets = new PacketReplacer(names, tally, this);
  }

  replace(packet: Packet): Buffer {
    return this.#packets.replace(packet);
  }

  segment(frame: number, sequence: number, length: number, out: Buffer, from: number): number {
    const direction = this.#learner.directionOf(frame);
    if (direction === undefined) return 0;
    return this.#content.fill(direction, this.#place(direction, sequence), length, out, from);
  }

  fragment(frame: number, offset: number, length: number, out: Buffer, from: number, addresses: Buffer): number {
    const whole = this.#learner.fragmentOf(frame);
    if (whole === undefined) return -1;
    const octets = this.#whole(whole, addresses);
    // A datagram that lies about its parts may be shorter than where one of them says that it belongs.
    if (offset >= octets.length) return 0;
    return octets.copy(out, from, offset, Math.min(offset + length, octets.length));
  }

  /** Made once, and not for each of its fragments. */
  #whole(whole: WholeDatagram, addresses: Buffer): Buffer {
    const known = this.#made.get(whole);
    if (known !== undefined) return known;
    if (this.#made.size >= MOST_WHOLE) this.#made.delete(this.#made.keys().next().value as WholeDatagram);
    const made = this.#make(whole, addresses);
    this.#made.set(whole, made);
    return made;
  }

  #make({ protocol, length, head, direction, from }: WholeDatagram, addresses: Buffer): Buffer {
    const out = Buffer.alloc(length);
    if (protocol === IP_PROTOCOL.TCP) replaceTcpHeader({ names: this.#names, bytes: head, out }, 0, head.length);
    else head.copy(out);
    if (direction !== undefined) {
      const place = protocol === IP_PROTOCOL.TCP ? this.#place(direction, from) : from;
      this.#content.fill(direction, place, length - head.length, out, head.length);
    }
    const at = protocol === IP_PROTOCOL.TCP ? 16 : 6;
    const made = protocol === IP_PROTOCOL.TCP || head.readUInt16BE(at) !== 0;
    out.writeUInt16BE(0, at);
    const version = addresses.length === 8 ? 4 : 6;
    if (made) out.writeUInt16BE(transportChecksum(out, { version, protocol, missing: 0 }, addresses, 0, length), at);
    return out;
  }

  #place(direction: number, sequence: number): number {
    let unwrapped = this.#unwrapped[direction];
    if (unwrapped === undefined) this.#unwrapped[direction] = unwrapped = new Unwrapped();
    return unwrapped.of(sequence);
  }
}

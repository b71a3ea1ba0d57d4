import { IP_PROTOCOL } from '../../codec/inet/headers.js';
import type { Packet } from '../file/packet.js';
import { FragmentTable } from '../stream/fragments.js';
import { Datagram, readDatagram } from '../stream/ip.js';
import { ipOffset } from '../stream/link.js';
import { DEEPEST_TUNNEL, tunnelled } from '../stream/tunnel.js';

/** Told of the datagrams of a capture, each whole. */
export interface DatagramTaker {
  /** A datagram of TCP; with the `frames` of its fragments where it came in such. */
  tcp(datagram: Datagram, packet: Packet, frames: readonly number[] | undefined): void;
  /** Another one that came in fragments. */
  fragmented(datagram: Datagram, frames: readonly number[]): void;
}

/** Finds the datagrams in packets, as the reader of streams does. */
export class DatagramFinder {
  readonly #taker: DatagramTaker;
  readonly #fragments = new FragmentTable(() => {});

  constructor(taker: DatagramTaker) {
    this.#taker = taker;
  }

  packet(packet: Packet): void {
    const start = ipOffset(packet.bytes, packet.start, packet.end, packet.linkType);
    if (start >= 0) this.#datagramAt(packet.bytes, start, packet.end, packet, 0);
  }

  #datagramAt(bytes: Buffer, start: number, end: number, packet: Packet, depth: number): void {
    const datagram = new Datagram();
    if (!readDatagram(bytes, start, end, datagram)) return;
    let frames: readonly number[] | undefined;
    if (datagram.fragment) {
      if (!this.#fragments.add(datagram, packet.frame)) return;
      frames = this.#fragments.completed;
    }
    if (datagram.protocol === IP_PROTOCOL.TCP) return this.#taker.tcp(datagram, packet, frames);
    // Fragments in a tunnel are not followed: they are zero.
    if (frames !== undefined) return this.#taker.fragmented(datagram, frames);
    const inner = tunnelled(datagram);
    if (inner >= 0 && depth < DEEPEST_TUNNEL) this.#datagramAt(bytes, inner, datagram.end, packet, depth + 1);
  }
}

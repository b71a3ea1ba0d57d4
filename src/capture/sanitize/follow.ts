import { IP_PROTOCOL } from '../../codec/inet/headers.js';
import type { Packet } from '../file/packet.js';
import { FragmentTable } from '../stream/fragments.js';
import { Datagram, readDatagram } from '../stream/ip.js';
import { ipOffset } from '../stream/link.js';
import { DEEPEST_TUNNEL, tunnelled } from '../stream/tunnel.js';

/** Told of the datagrams of a capture, each whole. */
export interface DatagramTaker {
  /** A datagram of TCP; with `parts` where it came in fragments. */
  tcp(datagram: Datagram, packet: Packet, parts: readonly Part[] | undefined): void;
  /** Another one that came in fragments. */
  fragmented(datagram: Datagram, parts: readonly Part[]): void;
}

/** A fragment of a datagram. */
export interface Part {
  readonly frame: number;
  readonly offset: number;
}

/** Datagrams whose fragments are waited for. */
const MOST_PENDING = 256;
const MOST_PARTS = 512;

/** Finds the datagrams in packets, as the reader of streams does, and keeps in mind which fragments they came in. */
export class DatagramFinder {
  readonly #taker: DatagramTaker;
  readonly #table = new FragmentTable(() => {}, { datagrams: MOST_PENDING, parts: MOST_PARTS });
  readonly #parts = new Map<string, Part[]>();

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
    let parts: readonly Part[] | undefined;
    if (datagram.fragment) {
      parts = this.#fragment(datagram, packet.frame);
      if (parts === undefined) return;
    }
    if (datagram.protocol === IP_PROTOCOL.TCP) return this.#taker.tcp(datagram, packet, parts);
    // Fragments in a tunnel are not followed: they are zero.
    if (parts !== undefined) return this.#taker.fragmented(datagram, parts);
    const inner = tunnelled(datagram);
    if (inner >= 0 && depth < DEEPEST_TUNNEL) this.#datagramAt(bytes, inner, datagram.end, packet, depth + 1);
  }

  /** The fragments of a datagram that this one completes. */
  #fragment(datagram: Datagram, frame: number): readonly Part[] | undefined {
    const key = keyOf(datagram);
    const parts = this.#parts.get(key) ?? [];
    if (!this.#parts.has(key)) this.#open(key, parts);
    if (parts.length < MOST_PARTS) parts.push({ frame, offset: datagram.fragmentOffset });
    if (!this.#table.add(datagram, frame)) return undefined;
    this.#parts.delete(key);
    return parts;
  }

  #open(key: string, parts: Part[]): void {
    if (this.#parts.size >= MOST_PENDING) this.#parts.delete(this.#parts.keys().next().value as string);
    this.#parts.set(key, parts);
  }
}

function keyOf(d: Datagram): string {
  const addresses = [d.source0, d.source1, d.source2, d.source3, d.destination0, d.destination1, d.destination2];
  return `${addresses.join()} ${d.destination3} ${d.identification} ${d.version === 4 ? d.protocol : ''}`;
}

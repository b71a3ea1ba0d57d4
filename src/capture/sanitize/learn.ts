import { IP_PROTOCOL } from '../../codec/inet/headers.js';
import type { Packet } from '../file/packet.js';
import type { Direction } from '../stream/connection.js';
import type { Datagram } from '../stream/ip.js';
import { type OpenConnection, TcpReassembler } from '../stream/tcp.js';
import { type Content, Unwrapped } from './content/content.js';
import { DatagramFinder, type DatagramTaker, type Part } from './follow.js';
import { dataOffset } from './packets/tcp.js';

/** A datagram that came in fragments, as it will be: of TCP its header, and where its data are. */
export interface WholeDatagram {
  readonly protocol: number;
  readonly length: number;
  readonly head: Buffer;
  /** Of TCP. */
  readonly direction: number | undefined;
  readonly sequence: number;
}

const FIRST_FRAMES = 4096;

/**
 * The first of two passes over a capture: follows its connections, and keeps in mind which direction each packet belongs
 * to.
 */
export class Learner implements DatagramTaker {
  /** By frame, the number of the direction and 1; 0 for none. */
  #directions = new Int32Array(FIRST_FRAMES);
  readonly #fragments = new Map<number, WholeDatagram>();
  readonly #numbers = new WeakMap<Direction, number>();
  readonly #unwrapped: Unwrapped[] = [];
  readonly #content: Content;
  readonly #tcp: TcpReassembler;
  readonly #finder: DatagramFinder;
  readonly #datagram: (payload: Buffer, ports: readonly [number, number]) => boolean;

  constructor(
    content: Content,
    open: OpenConnection,
    datagram: (payload: Buffer, ports: readonly [number, number]) => boolean,
  ) {
    this.#content = content;
    this.#datagram = datagram;
    this.#tcp = new TcpReassembler(open);
    this.#finder = new DatagramFinder(this);
  }

  packet(packet: Packet): void {
    this.#finder.packet(packet);
  }

  end(): void {
    this.#tcp.end();
  }

  tcp(datagram: Datagram, packet: Packet, parts: readonly Part[] | undefined): void {
    const { bytes, start, end } = datagram;
    const data = dataOffset(bytes, start, end);
    if (data < 0) return;
    const ports = bytes.readInt32BE(start);
    const sequence = bytes.readInt32BE(start + 4);
    this.#tcp.segment(datagram, packet, packet.frame);
    const direction = this.#tcp.connections.direction(datagram, ports);
    const number = this.numberOf(direction);
    (this.#unwrapped[number] as Unwrapped).of(sequence);
    if (parts === undefined) this.#set(packet.frame, number + 1);
    else if (start === 0) {
      const head = Buffer.from(bytes.subarray(start, data));
      this.#whole(parts, { protocol: IP_PROTOCOL.TCP, length: end - start, head, direction: number, sequence });
    }
  }

  fragmented(datagram: Datagram, parts: readonly Part[]): void {
    const { bytes, start, end, protocol } = datagram;
    if (protocol !== IP_PROTOCOL.UDP || start !== 0 || end < 8) return;
    const head = Buffer.from(bytes.subarray(start, end));
    const ports = [head.readUInt16BE(0), head.readUInt16BE(2)] as const;
    if (!this.#datagram(head.subarray(8), ports)) head.fill(0, 8);
    this.#whole(parts, { protocol, length: head.length, head, direction: undefined, sequence: 0 });
  }

  #whole(parts: readonly Part[], whole: WholeDatagram): void {
    for (const { frame } of parts) this.#fragments.set(frame, whole);
  }

  numberOf(direction: Direction): number {
    const known = this.#numbers.get(direction);
    if (known !== undefined) return known;
    const number = this.#content.open();
    this.#numbers.set(direction, number);
    this.#unwrapped[number] = new Unwrapped();
    return number;
  }

  /** Where the next `length` octets that a direction hands on are: the last ones before its `next`. */
  placeOf(direction: Direction, length: number): number {
    return (this.#unwrapped[this.numberOf(direction)] as Unwrapped).near((direction.next - length) | 0);
  }

  /** The direction of a frame; undefined where it has none. */
  directionOf(frame: number): number | undefined {
    const known = this.#directions[frame] ?? 0;
    return known === 0 ? undefined : known - 1;
  }

  fragmentOf(frame: number): WholeDatagram | undefined {
    return this.#fragments.get(frame);
  }

  #set(frame: number, direction: number): void {
    if (frame >= this.#directions.length) {
      const grown = new Int32Array(Math.max(frame + 1, this.#directions.length * 2));
      grown.set(this.#directions);
      this.#directions = grown;
    }
    this.#directions[frame] = direction;
  }
}

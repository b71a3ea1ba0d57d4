import { IP_PROTOCOL } from '../../codec/inet/headers.js';
import type { Packet } from '../file/packet.js';
import type { Direction } from '../stream/connection.js';
import type { Datagram } from '../stream/ip.js';
import { dataOffset, type OpenConnection, TcpReassembler } from '../stream/tcp.js';
import { type Content, Unwrapped } from './content/content.js';
import { DatagramFinder, type DatagramTaker } from './follow.js';

/** A datagram that came in fragments: its header as it was, and where the data behind it will be found. */
export interface WholeDatagram {
  readonly protocol: number;
  readonly length: number;
  readonly head: Buffer;
  /** Undefined where the data become zero. */
  readonly direction: number | undefined;
  /** Of UDP their place in the direction, of TCP their sequence number. */
  readonly from: number;
}

const UDP_HEADER = 8;

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
  /** Holds the data of all datagrams of UDP that were rewritten, one behind the other. */
  readonly #udp: number;
  #udpLength = 0;
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
    this.#udp = content.open();
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

  tcp(datagram: Datagram, packet: Packet, frames: readonly number[] | undefined): void {
    const { bytes, start, end } = datagram;
    const direction = this.#tcp.segment(datagram, packet, packet.frame);
    if (direction === undefined) return;
    const sequence = bytes.readInt32BE(start + 4);
    const number = this.numberOf(direction);
    (this.#unwrapped[number] as Unwrapped).of(sequence);
    if (frames === undefined) this.#set(packet.frame, number + 1);
    else if (start === 0) {
      const head = ownCopy(bytes.subarray(start, dataOffset(bytes, start, end)));
      this.#whole(frames, { protocol: IP_PROTOCOL.TCP, length: end - start, head, direction: number, from: sequence });
    }
  }

  fragmented(datagram: Datagram, frames: readonly number[]): void {
    const { bytes, start, end, protocol } = datagram;
    if (protocol !== IP_PROTOCOL.UDP || start !== 0 || end < UDP_HEADER) return;
    const ports = [bytes.readUInt16BE(0), bytes.readUInt16BE(2)] as const;
    const data = Buffer.from(bytes.subarray(UDP_HEADER, end));
    const direction = this.#datagram(data, ports) ? this.#udp : undefined;
    const from = this.#udpLength;
    if (direction !== undefined) {
      this.#content.put(direction, from, data);
      this.#udpLength += data.length;
    }
    this.#whole(frames, { protocol, length: end, head: ownCopy(bytes.subarray(0, UDP_HEADER)), direction, from });
  }

  #whole(frames: readonly number[], whole: WholeDatagram): void {
    for (const frame of frames) this.#fragments.set(frame, whole);
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

/** Not of the memory that small buffers share, all of which one of them would keep. */
function ownCopy(octets: Uint8Array): Buffer {
  const copy = Buffer.alloc(octets.length);
  copy.set(octets);
  return copy;
}

import { TCP_FLAG, tcp_header } from '../../codec/inet/headers.js';
import type { Packet } from '../file/packet.js';
import type { Connection, Direction, StreamConsumer, Waiting } from './connection.js';
import { Connections } from './connections.js';
import type { Datagram } from './ip.js';

/**
 * Begins to take a connection, with its first octets; `remainder` is what its last consumer left, where it was forgotten
 * while it was open.
 */
export type OpenConnection = (connection: Connection, remainder: string | undefined) => StreamConsumer;

/** Bounds of memory for TCP. */
export interface TcpLimits {
  /** Memory of one direction's segments that wait for a missing one; then it is taken as lost. Default 4 MiB. */
  readonly waitingBytes?: number;
  /** Segments of one direction that wait. Default 4096. */
  readonly waitingSegments?: number;
  /** The same for all directions together. Default 64 MiB. */
  readonly waitingBytesInAll?: number;
  /** Connections known at the same time; beyond it a quarter is forgotten. Default 8192. */
  readonly connections?: number;
}

/** A segment this far from where its stream stands belongs to another connection, whose SYN was not captured. */
const OTHER_CONNECTION = 1 << 27;

/** What a waiting segment takes beside its octets, so that the limits hold for the smallest segments too. */
const OVERHEAD = 192;

const HEADER = tcp_header.size;

/** RFC 9293 3.1: where the data of the segment at `start` begin; -1 where its header is none. */
export function dataOffset(bytes: Buffer, start: number, end: number): number {
  if (end - start < HEADER) return -1;
  const data = start + (((bytes[start + 12] as number) >>> 4) << 2);
  return data < start + HEADER || data > end ? -1 : data;
}

/** RFC 9293 3.4: is `a` after `b` in sequence space; both signed, so that the difference wraps as it should. */
const after = (a: number, b: number): boolean => ((a - b) | 0) > 0;

/** Puts the segments of a capture in order. Does no I/O, and knows nothing of what the octets mean. */
export class TcpReassembler {
  readonly connections: Connections;
  readonly #open: OpenConnection;
  /** Told of each connection that ends, before its consumer is. */
  readonly #ended: (connection: Connection) => void;
  /** Told of each SYN. */
  readonly #opened: ((direction: Direction, frame: number) => void) | undefined;
  readonly #limits: Required<TcpLimits>;
  #waitingInAll = 0;
  /** Connections of value that were forgotten while they were open, for want of room. */
  forgotten = 0;

  constructor(
    open: OpenConnection,
    limits: TcpLimits = {},
    ended: (connection: Connection) => void = () => {},
    opened?: (direction: Direction, frame: number) => void,
  ) {
    this.#ended = ended;
    this.#opened = opened;
    this.#open = open;
    this.#limits = {
      waitingBytes: 4 << 20,
      waitingSegments: 4096,
      waitingBytesInAll: 64 << 20,
      connections: 8192,
      ...limits,
    };
    this.connections = new Connections(this.#limits.connections, (connection) => {
      if (connection.valued && !connection.closed) this.forgotten++;
      this.#finish(connection);
    });
  }

  /**
   * Takes one datagram whose protocol is TCP, by the number of its packet among all. Hand-written beside `tcp_header`.
   * Gives the direction that it belongs to; undefined where it is no segment.
   */
  segment(d: Datagram, packet: Packet, order: number): Direction | undefined {
    const { bytes, start, end } = d;
    const data = dataOffset(bytes, start, end);
    if (data < 0) return undefined;
    const flags = bytes[start + 13] as number;
    const ports = i32(bytes, start);
    let sequence = i32(bytes, start + 4);
    let direction = this.connections.direction(d, ports);
    if (flags & TCP_FLAG.SYN) {
      direction = this.#opening(direction, d, ports, sequence, flags);
      if (!(flags & TCP_FLAG.ACK)) direction.connection.asked ??= momentOf(packet);
      this.#opened?.(direction, packet.frame);
      sequence = (sequence + 1) | 0;
    }
    const { connection } = direction;
    connection.lastFrame = packet.frame;
    connection.lastSeen = order;
    if (flags & TCP_FLAG.ACK) this.#acknowledge(direction.reverse, i32(bytes, start + 8), packet.frame);
    if (data < end) this.#octets(direction, sequence, d, data, packet);
    if (flags & (TCP_FLAG.FIN | TCP_FLAG.RST)) {
      this.#closing(direction, (sequence + end - data + d.missing) | 0, flags);
    }
    return direction;
  }

  /** The capture has ended: what still waits is delivered, with the gaps before it. */
  end(): void {
    for (const connection of this.connections.all()) this.#finish(connection);
  }

  /** A SYN starts a direction; on a tuple that was in use it starts another connection. */
  #opening(known: Direction, d: Datagram, ports: number, sequence: number, flags: number): Direction {
    let direction = known;
    const { connection } = known;
    const first = (flags & TCP_FLAG.ACK) === 0;
    const again = known.started
      ? known.initial !== sequence || (first && connection.closed)
      : connection.resumed && !known.reverse.started;
    if (again) {
      this.#finish(connection);
      direction = this.connections.replace(connection, d, ports);
    }
    direction.connection.client ??= first === direction.forward ? 'first' : 'second';
    if (!direction.started) {
      direction.started = true;
      direction.initial = sequence;
      direction.next = (sequence + 1) | 0;
      direction.fromSyn = true;
    }
    return direction;
  }

  #acknowledge(acknowledged: Direction, number: number, frame: number): void {
    if (!acknowledged.acknowledgedKnown) {
      acknowledged.acknowledgedKnown = true;
      acknowledged.acknowledged = number;
    } else if (after(number, acknowledged.acknowledged)) acknowledged.acknowledged = number;
    if (acknowledged.waiting !== undefined) this.#passAcknowledged(acknowledged, frame);
  }

  #octets(direction: Direction, sequence: number, d: Datagram, start: number, packet: Packet): void {
    const { bytes, end, missing } = d;
    if (!direction.started) {
      direction.started = true;
      direction.initial = (sequence - 1) | 0;
      direction.next = sequence;
    }
    const ahead = (sequence - direction.next) | 0;
    if (ahead === 0 && direction.waiting === undefined) {
      direction.next = (sequence + end - start) | 0;
      direction.connection.closed = false;
      this.#consumerOf(direction).data(direction, bytes, start, end, packet.frame, packet.seconds, packet.nanoseconds);
      if (missing > 0) this.#notCaptured(direction, missing, packet.frame);
      return;
    }
    if (ahead > OTHER_CONNECTION || ahead < -OTHER_CONNECTION) this.#jump(direction, sequence, packet.frame);
    else if (-ahead >= end - start) return;
    direction.connection.closed = false;
    this.#keep(direction, sequence, d, start, packet);
    this.#drain(direction);
    if (direction.waiting === undefined) return;
    if (direction.acknowledgedKnown) this.#passAcknowledged(direction, packet.frame);
    this.#passBounds(direction, packet.frame);
  }

  #consumerOf({ connection }: Direction): StreamConsumer {
    connection.consumer ??= this.#open(connection, connection.remainder);
    return connection.consumer;
  }

  /** A snaplen cut the segment: its rest is not waited for, as a retransmission would be cut alike. */
  #notCaptured(direction: Direction, octets: number, frame: number): void {
    direction.next = (direction.next + octets) | 0;
    this.#consumerOf(direction).gap(direction, octets, frame, true);
  }

  /** Files a segment among those that wait, by sequence number, the earlier captured first. */
  #keep(direction: Direction, sequence: number, d: Datagram, start: number, packet: Packet): void {
    const { bytes, end, missing } = d;
    direction.waiting ??= [];
    const { waiting } = direction;
    let at = waiting.length;
    while (at > 0 && after((waiting[at - 1] as Waiting).sequence, sequence)) at--;
    const before = waiting[at - 1];
    if (before !== undefined && !after((sequence + end - start) | 0, (before.sequence + before.bytes.length) | 0))
      return;
    waiting.splice(at, 0, {
      sequence,
      bytes: Buffer.from(bytes.subarray(start, end)),
      missing,
      frame: packet.frame,
      seconds: packet.seconds,
      nanoseconds: packet.nanoseconds,
    });
    direction.waitingBytes += end - start + OVERHEAD;
    this.#waitingInAll += end - start + OVERHEAD;
  }

  /** Delivers what has become the next part of the stream. */
  #drain(direction: Direction): void {
    const { waiting } = direction;
    if (waiting === undefined) return;
    let done = 0;
    for (; done < waiting.length; done++) {
      const { sequence, bytes, missing, frame, seconds, nanoseconds } = waiting[done] as Waiting;
      const old = (direction.next - sequence) | 0;
      if (old < 0) break;
      direction.waitingBytes -= bytes.length + OVERHEAD;
      this.#waitingInAll -= bytes.length + OVERHEAD;
      if (old >= bytes.length) continue;
      direction.next = (sequence + bytes.length) | 0;
      this.#consumerOf(direction).data(direction, bytes, old, bytes.length, frame, seconds, nanoseconds);
      if (missing > 0) this.#notCaptured(direction, missing, frame);
    }
    if (done === waiting.length) direction.waiting = undefined;
    else if (done > 0) waiting.splice(0, done);
  }

  /** Octets that the peer has acknowledged and nobody captured will not come any more. */
  #passAcknowledged(direction: Direction, frame: number): void {
    while (direction.waiting !== undefined && after(direction.acknowledged, direction.next)) {
      const { sequence } = direction.waiting[0] as Waiting;
      this.#skipTo(direction, after(sequence, direction.acknowledged) ? direction.acknowledged : sequence, frame);
    }
  }

  #passBounds(direction: Direction, frame: number): void {
    while (
      direction.waiting !== undefined &&
      (direction.waitingBytes > this.#limits.waitingBytes ||
        direction.waiting.length > this.#limits.waitingSegments ||
        this.#waitingInAll > this.#limits.waitingBytesInAll)
    )
      this.#skipTo(direction, (direction.waiting[0] as Waiting).sequence, frame);
  }

  #skipTo(direction: Direction, sequence: number, frame: number): void {
    this.#consumerOf(direction).gap(direction, (sequence - direction.next) | 0, frame, false);
    direction.next = sequence;
    this.#drain(direction);
  }

  #jump(direction: Direction, sequence: number, frame: number): void {
    this.#flush(direction, frame);
    this.#consumerOf(direction).gap(direction, -1, frame, false);
    direction.next = sequence;
    direction.acknowledgedKnown = false;
    direction.finSeen = false;
  }

  #flush(direction: Direction, frame: number): void {
    while (direction.waiting !== undefined) this.#skipTo(direction, (direction.waiting[0] as Waiting).sequence, frame);
  }

  #closing(direction: Direction, end: number, flags: number): void {
    if (flags & TCP_FLAG.FIN) {
      direction.finSeen = true;
      direction.fin = end;
    }
    const { forward, backward } = direction.connection;
    const both =
      forward.finSeen && backward.finSeen && !after(forward.fin, forward.next) && !after(backward.fin, backward.next);
    if (flags & TCP_FLAG.RST) direction.connection.reset = true;
    if (both || flags & TCP_FLAG.RST) this.#finish(direction.connection);
  }

  /** Once: delivers the rest, and tells the handler. Segments that still come are read as the same stream. */
  #finish(connection: Connection): void {
    if (connection.closed) return;
    for (const direction of [connection.forward, connection.backward]) {
      this.#flush(direction, connection.lastFrame);
      const { finSeen, fin, acknowledged, acknowledgedKnown, next } = direction;
      // Without the FIN itself, one more octet acknowledged than seen is the FIN's.
      const end = finSeen ? fin : acknowledgedKnown ? (acknowledged - 1) | 0 : next;
      if (direction.started && after(end, next)) {
        connection.consumer?.gap(direction, (end - next) | 0, connection.lastFrame, false);
        direction.next = end;
      }
      direction.fromSyn = false;
    }
    connection.closed = true;
    this.#ended(connection);
    connection.consumer?.end();
    connection.consumer = undefined;
    this.connections.closed(connection);
  }
}

const momentOf = ({ frame, seconds, nanoseconds }: Packet) => ({ frame, seconds, nanoseconds });

const i32 = (bytes: Buffer, at: number): number =>
  ((bytes[at] as number) << 24) |
  ((bytes[at + 1] as number) << 16) |
  ((bytes[at + 2] as number) << 8) |
  (bytes[at + 3] as number);

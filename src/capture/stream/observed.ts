import type { Endpoint } from '../../codec/inet/address.js';
import type { Connection, Direction, StreamConsumer } from './connection.js';

/** Told which packets bring the octets of connections, before these are taken. */
export interface PacketObserver {
  /** A datagram came in these packets; what it holds is told by the one that completed it. */
  fragments(file: string, frame: number, frames: readonly number[]): void;
  /** A SYN opened, or tried to open, this direction. */
  opening(direction: Direction, file: string, frame: number): void;
  data(direction: Direction, bytes: Buffer, start: number, end: number, file: string, frame: number): void;
  gap(direction: Direction): void;
  /** A message from or to a KDC came in a datagram of UDP. */
  kdcDatagram(source: Endpoint, destination: Endpoint, file: string, frame: number): void;
  end(connection: Connection): void;
}

/** A connection of which somebody is told besides. */
export class ObservedStream implements StreamConsumer {
  readonly #next: StreamConsumer;
  readonly #connection: Connection;
  readonly #observer: PacketObserver;
  readonly #file: () => string;

  constructor(next: StreamConsumer, connection: Connection, observer: PacketObserver, file: () => string) {
    this.#next = next;
    this.#connection = connection;
    this.#observer = observer;
    this.#file = file;
  }

  get valued(): boolean {
    return this.#next.valued;
  }

  get remainder(): string | undefined {
    return this.#next.remainder;
  }

  data(
    direction: Direction,
    bytes: Buffer,
    start: number,
    end: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    this.#observer.data(direction, bytes, start, end, this.#file(), frame);
    this.#next.data(direction, bytes, start, end, frame, seconds, nanoseconds);
  }

  gap(direction: Direction, lost: number, frame: number, snapped: boolean): void {
    this.#next.gap(direction, lost, frame, snapped);
    this.#observer.gap(direction);
  }

  end(): void {
    this.#next.end();
    this.#observer.end(this.#connection);
  }
}

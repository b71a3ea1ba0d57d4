import { KDC_LENGTH, MAX_KDC_MESSAGE } from '../../codec/kerberos/stream.js';
import { Assembly, type AssemblyBudget } from './assembly.js';
import type { Direction, StreamConsumer } from './connection.js';
import type { Datagram } from './ip.js';

/** RFC 4120 7.2: where a KDC listens, for TCP and UDP. */
export const KDC_PORT = 88;

/** Takes the messages of KDCs in a capture; the octets are there only while it does. */
export type TakeKdcMessage = (message: Uint8Array) => void;

/** A TCP connection of a KDC, from its octets to its messages. Unreadable octets are passed over. */
export class KdcStream implements StreamConsumer {
  readonly valued = false;
  readonly remainder = undefined;
  readonly #forward: KdcMessages;
  readonly #backward: KdcMessages;

  /** `budget` is for all connections. */
  constructor(take: TakeKdcMessage, budget: AssemblyBudget) {
    const message = (bytes: Buffer): void => take(bytes.subarray(KDC_LENGTH));
    this.#forward = new KdcMessages(budget, message);
    this.#backward = new KdcMessages(budget, message);
  }

  data(direction: Direction, bytes: Buffer, start: number, end: number): void {
    this.#way(direction).data(bytes, start, end);
  }

  gap(direction: Direction): void {
    this.#way(direction).lose();
  }

  end(): void {
    this.#forward.lose();
    this.#backward.lose();
  }

  #way({ forward }: Direction): KdcMessages {
    return forward ? this.#forward : this.#backward;
  }
}

/**
 * One direction of a connection of a KDC, cut into its messages. Octets that are no message are the end of it, and so is a
 * message for which there is no memory.
 */
export class KdcMessages {
  readonly #message: Assembly;
  readonly #take: (bytes: Buffer) => void;
  readonly #count = Buffer.alloc(KDC_LENGTH);
  /** Octets of the length that are there. */
  #counted = 0;
  #lost = false;

  /** `take` gets a message with its length before it. */
  constructor(budget: AssemblyBudget, take: (bytes: Buffer) => void) {
    this.#message = new Assembly(budget);
    this.#take = take;
  }

  /** Nothing that follows can be read. */
  get lost(): boolean {
    return this.#lost;
  }

  data(bytes: Buffer, start: number, end: number): void {
    for (let at = start; at < end && !this.#lost; ) at = this.#next(bytes, at, end);
  }

  lose(): void {
    if (this.#message.open) this.#message.take();
    this.#lost = true;
  }

  /** Takes what belongs to the length or to the message behind it; returns where to go on. */
  #next(bytes: Buffer, at: number, end: number): number {
    const next = this.#message.open ? this.#message.fill(bytes, at, end) : this.#begin(bytes, at, end);
    if (next < 0) this.lose();
    else if (this.#message.open && this.#message.missing === 0) this.#take(this.#message.take());
    return next < 0 ? end : next;
  }

  #begin(bytes: Buffer, at: number, end: number): number {
    const part = Math.min(KDC_LENGTH - this.#counted, end - at);
    bytes.copy(this.#count, this.#counted, at, at + part);
    this.#counted += part;
    if (this.#counted < KDC_LENGTH) return at + part;
    this.#counted = 0;
    const length = this.#count.readUInt32BE(0);
    if (length > MAX_KDC_MESSAGE || !this.#message.begin(KDC_LENGTH + length, KDC_LENGTH)) return -1;
    return this.#message.fill(this.#count, 0, KDC_LENGTH) < 0 ? -1 : at + part;
  }
}

const UDP_HEADER = 8;

/** The message in a datagram of UDP from or to a KDC; undefined for any other. */
export function kdcDatagram({ bytes, start, end, missing }: Datagram): Uint8Array | undefined {
  if (missing > 0 || end - start <= UDP_HEADER) return undefined;
  const isKdc = bytes.readUInt16BE(start) === KDC_PORT || bytes.readUInt16BE(start + 2) === KDC_PORT;
  return isKdc ? bytes.subarray(start + UDP_HEADER, end) : undefined;
}

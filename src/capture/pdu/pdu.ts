import type { Endpoint } from '../../codec/inet/address.js';
import type { Direction, Keeper } from '../stream/connection.js';

/**
 * A connection-oriented DCE/RPC PDU of a capture. `bytes` is a view of what was read where the PDU lies in one
 * segment: to keep a few PDUs of a large file for long, copy them.
 */
export class CapturedPdu {
  /** `cut` where a gap or the end of the capture took a part of it: `bytes` is what is there. */
  readonly kind: 'pdu' | 'cut';
  readonly bytes: Buffer;
  /** Octets of its `frag_length` that are not there; 0 for a whole PDU. */
  readonly missing: number;
  /** The packet with its last octet, which is the one that tshark shows it at, and the one with its first. */
  readonly frame: number;
  readonly firstFrame: number;
  /** Of `frame`, since 1970-01-01T00:00:00Z; both 0 where the capture holds no time. */
  readonly seconds: number;
  readonly nanoseconds: number;
  readonly #direction: Direction<unknown>;

  constructor(
    direction: Direction<unknown>,
    bytes: Buffer,
    missing: number,
    firstFrame: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ) {
    this.kind = missing === 0 ? 'pdu' : 'cut';
    this.#direction = direction;
    this.bytes = bytes;
    this.missing = missing;
    this.firstFrame = firstFrame;
    this.frame = frame;
    this.seconds = seconds;
    this.nanoseconds = nanoseconds;
  }

  /** The TCP stream, numbered as tshark's `tcp.stream`. */
  get stream(): number {
    return this.#direction.connection.stream;
  }

  /** C706 12.6.3.1: PTYPE. */
  get type(): number {
    return this.bytes[2] as number;
  }

  get direction(): 'toServer' | 'toClient' {
    return this.#direction.toServer ? 'toServer' : 'toClient';
  }

  get src(): Endpoint {
    return this.#direction.source;
  }

  get dst(): Endpoint {
    return this.#direction.destination;
  }

  /** What was kept of its connection, where that was forgotten since; see `keeper`. */
  get remainder(): string | undefined {
    return this.#direction.connection.remainder;
  }

  /** Is asked for the remainder of this PDU's connection when too many are open for this one to be known any longer. */
  set keeper(keeper: Keeper) {
    this.#direction.connection.keeper = keeper;
  }

  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  get time(): bigint {
    return BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanoseconds);
  }
}

/** A stream that carried PDUs has ended: what was kept for it can go. */
export interface StreamEnd {
  readonly kind: 'end';
  readonly stream: number;
}

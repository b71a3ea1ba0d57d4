import type { Endpoint } from '../../codec/inet/address.js';
import type { NamedPipe } from '../smb/pipe.js';
import type { Direction } from '../stream/connection.js';

/** [MS-RPCE] 2.1.1: how PDUs travel: by TCP itself, in a named pipe of SMB, or in a body of HTTP. */
export type Transport = 'ncacn_ip_tcp' | 'ncacn_np' | 'ncacn_http';

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
  /** A snap length took the rest of it, as of most packets of such a capture. */
  readonly snapped: boolean;
  /** The name of the file that `frame` is in. */
  readonly file: string;
  /** The pipe of SMB that it came by; undefined over TCP itself. */
  readonly pipe: NamedPipe | undefined;
  readonly #direction: Direction;

  constructor(
    direction: Direction,
    bytes: Buffer,
    missing: number,
    firstFrame: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
    file = 'capture',
    snapped = false,
    pipe?: NamedPipe,
  ) {
    this.pipe = pipe;
    this.file = file;
    this.snapped = snapped;
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

  get transport(): Transport {
    if (this.pipe !== undefined) return 'ncacn_np';
    return this.#direction.connection.overHttp ? 'ncacn_http' : 'ncacn_ip_tcp';
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

  get client(): Endpoint {
    return this.#direction.toServer ? this.src : this.dst;
  }

  get server(): Endpoint {
    return this.#direction.toServer ? this.dst : this.src;
  }

  /** Nanoseconds since 1970-01-01T00:00:00Z. */
  get time(): bigint {
    return BigInt(this.seconds) * 1_000_000_000n + BigInt(this.nanoseconds);
  }
}

/** A stream that carried PDUs has ended, or a pipe in it: what was kept for it can go. */
export interface StreamEnd {
  readonly kind: 'end';
  readonly stream: number;
  /** Undefined for TCP itself. */
  readonly pipe: NamedPipe | undefined;
}

/** Takes the PDUs of one stream, or of one pipe in it, and keeps all that is to be kept of it. */
export interface PduConsumer {
  pdu(pdu: CapturedPdu): void;
  /** A PDU that a gap or the end took a part of; without this, it is a problem. */
  cut?(pdu: CapturedPdu): void;
  /** The stream has ended, or gives way where too many are open. */
  end?(): void;
  /** What a later consumer of the same stream is opened with, where this one gives way while the stream is open. */
  readonly remainder?: string | undefined;
}

/**
 * Begins to take a stream, with its first PDU. `stream` is its number; `remainder` is what its last consumer left, where
 * that gave way and the stream speaks again. Each `pipe` of a stream is taken by a consumer of its own.
 */
export type OpenStream = (stream: number, remainder: string | undefined, pipe?: NamedPipe) => PduConsumer;

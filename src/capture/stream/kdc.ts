import { CodecError } from '../../codec/error.js';
import { KdcMessageReader } from '../../codec/kerberos/index.js';
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
  readonly #take: TakeKdcMessage;
  readonly #readers = new Map<boolean, KdcMessageReader | 'lost'>();

  constructor(take: TakeKdcMessage) {
    this.#take = take;
  }

  data({ forward }: Direction, bytes: Buffer, start: number, end: number): void {
    const reader = this.#readers.get(forward) ?? new KdcMessageReader();
    if (reader === 'lost') return;
    this.#readers.set(forward, reader);
    try {
      for (const message of reader.push(bytes.subarray(start, end))) this.#take(message);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#readers.set(forward, 'lost');
    }
  }

  gap({ forward }: Direction): void {
    this.#readers.set(forward, 'lost');
  }

  end(): void {
    this.#readers.clear();
  }
}

const UDP_HEADER = 8;

/** The message in a datagram of UDP from or to a KDC; undefined for any other. */
export function kdcDatagram({ bytes, start, end, missing }: Datagram): Uint8Array | undefined {
  if (missing > 0 || end - start <= UDP_HEADER) return undefined;
  const isKdc = bytes.readUInt16BE(start) === KDC_PORT || bytes.readUInt16BE(start + 2) === KDC_PORT;
  return isKdc ? bytes.subarray(start + UDP_HEADER, end) : undefined;
}

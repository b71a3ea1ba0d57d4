import type { Direction, StreamConsumer } from '../stream/connection.js';
import { Provenance } from './content/provenance.js';
import type { Pseudonyms } from './pseudonyms/pseudonyms.js';
import type { Give, PlaceOf } from './rpc/stream.js';
import type { Tally } from './tally.js';
import { DerReplacer } from './tokens/der.js';

/** What rewriting messages of a KDC takes. */
interface KdcParts {
  readonly names: Pseudonyms;
  readonly tally: Tally;
  readonly observe: { readonly kdcMessage?: (message: Uint8Array) => void };
}

/** RFC 4120 7.2.2: the length of a message, before it. */
const LENGTH = 4;
const LONGEST = 1 << 20;

/** Rewrites a message of a KDC in place; false where it is none. */
export function replaceKdcMessage({ names, tally }: Pick<KdcParts, 'names' | 'tally'>, message: Uint8Array): boolean {
  return new DerReplacer(names, tally, (ntlm) => tally.zero(ntlm, 'octets of Kerberos')).replace(message);
}

/**
 * A connection of a KDC: each message is rewritten where it stands. Lost octets, and octets that are no message, are
 * zero.
 */
export class KdcReplacer implements StreamConsumer {
  readonly valued = false;
  readonly remainder = undefined;
  readonly #parts: KdcParts;
  readonly #placeOf: PlaceOf;
  readonly #give: Give;
  readonly #ways = new Map<boolean, KdcWay | 'lost'>();

  constructor(parts: KdcParts, placeOf: PlaceOf, give: Give) {
    this.#parts = parts;
    this.#placeOf = placeOf;
    this.#give = give;
  }

  data(direction: Direction, bytes: Buffer, start: number, end: number): void {
    const way = this.#ways.get(direction.forward) ?? {
      waiting: Buffer.alloc(0),
      at: 0,
      provenance: new Provenance<Direction>(),
    };
    if (way === 'lost') return;
    this.#ways.set(direction.forward, way);
    way.provenance.add(direction, this.#placeOf(direction, end - start), end - start);
    way.waiting = Buffer.concat([way.waiting, bytes.subarray(start, end)]);
    while (way.waiting.length >= LENGTH) {
      const length = way.waiting.readUInt32BE(0);
      if (length > LONGEST) return void this.#ways.set(direction.forward, 'lost');
      if (way.waiting.length < LENGTH + length) return;
      this.#message(direction, way, Buffer.from(way.waiting.subarray(0, LENGTH + length)));
      way.waiting = way.waiting.subarray(LENGTH + length);
      way.at += LENGTH + length;
      way.provenance.forget(way.at);
    }
  }

  #message(direction: Direction, { at, provenance }: KdcWay, bytes: Buffer): void {
    this.#parts.observe.kdcMessage?.(Buffer.from(bytes.subarray(LENGTH)));
    if (!replaceKdcMessage(this.#parts, bytes.subarray(LENGTH)))
      this.#parts.tally.zero(bytes.subarray(LENGTH), 'tokens that could not be read');
    for (const { offset, length, place } of provenance.origins(at, bytes.length))
      this.#give(direction, place, bytes.subarray(offset, offset + length));
  }

  gap({ forward }: Direction): void {
    this.#ways.set(forward, 'lost');
  }

  end(): void {
    this.#ways.clear();
  }
}

/** One direction: the octets of a message that is not whole yet, and how many were before them. */
interface KdcWay {
  waiting: Buffer;
  at: number;
  readonly provenance: Provenance<Direction>;
}

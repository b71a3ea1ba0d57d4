import { Assembly, type AssemblyBudget } from '../stream/assembly.js';
import type { Direction, StreamConsumer } from '../stream/connection.js';
import { type Give, giveBack, Provenance } from './content/provenance.js';
import type { Pseudonyms } from './pseudonyms/pseudonyms.js';
import type { PlaceOf } from './rpc/stream.js';
import type { Tally } from './tally.js';
import { DerReplacer } from './tokens/der.js';

/** What rewriting messages of a KDC takes. */
interface KdcParts {
  readonly names: Pseudonyms;
  readonly tally: Tally;
  readonly assemblies: AssemblyBudget;
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
 * zero; so is what is behind a message for which there is no memory.
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
      message: new Assembly(this.#parts.assemblies),
      at: 0,
      provenance: new Provenance(),
    };
    if (way === 'lost') return;
    this.#ways.set(direction.forward, way);
    way.provenance.add(direction, this.#placeOf(direction, end - start), end - start);
    for (let at = start; at >= 0 && at < end; ) at = this.#next(direction, way, bytes, at, end);
  }

  /** Takes what belongs to the length or to the message behind it; returns where to go on, -1 where nothing can. */
  #next(direction: Direction, way: KdcWay, bytes: Buffer, at: number, end: number): number {
    const { message } = way;
    if (!message.open && !message.begin(LENGTH + LONGEST, LENGTH)) return this.#lose(direction);
    const wanted = message.filled < LENGTH ? LENGTH : LENGTH + message.there.readUInt32BE(0);
    const next = message.fill(bytes, at, Math.min(end, at + wanted - message.filled));
    if (next < 0) return this.#lose(direction);
    if (message.filled < LENGTH) return next;
    const length = message.there.readUInt32BE(0);
    if (length > LONGEST) return this.#lose(direction);
    if (message.filled < LENGTH + length) return next;
    this.#message(way, message.take());
    way.at += LENGTH + length;
    way.provenance.forget(way.at);
    return next;
  }

  #lose({ forward }: Direction): -1 {
    this.#close(forward);
    this.#ways.set(forward, 'lost');
    return -1;
  }

  #close(forward: boolean): void {
    const way = this.#ways.get(forward);
    if (way !== undefined && way !== 'lost' && way.message.open) way.message.take();
    this.#ways.delete(forward);
  }

  #message({ at, provenance }: KdcWay, bytes: Buffer): void {
    this.#parts.observe.kdcMessage?.(Buffer.from(bytes.subarray(LENGTH)));
    if (!replaceKdcMessage(this.#parts, bytes.subarray(LENGTH)))
      this.#parts.tally.zero(bytes.subarray(LENGTH), 'tokens that could not be read');
    giveBack(this.#give, provenance.origins(at, bytes.length), bytes);
  }

  gap(direction: Direction): void {
    this.#lose(direction);
  }

  end(): void {
    this.#close(true);
    this.#close(false);
  }
}

/** One direction: a message with its length, which is not whole yet, and how many octets were before it. */
interface KdcWay {
  readonly message: Assembly;
  at: number;
  readonly provenance: Provenance;
}

import { KDC_LENGTH } from '../../codec/kerberos/stream.js';
import type { AssemblyBudget } from '../stream/assembly.js';
import type { Direction, StreamConsumer } from '../stream/connection.js';
import { KdcMessages } from '../stream/kdc.js';
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
  readonly #ways = new Map<boolean, KdcWay>();

  constructor(parts: KdcParts, placeOf: PlaceOf, give: Give) {
    this.#parts = parts;
    this.#placeOf = placeOf;
    this.#give = give;
  }

  data(direction: Direction, bytes: Buffer, start: number, end: number): void {
    const way = this.#way(direction);
    if (way.messages.lost) return;
    way.provenance.add(direction, this.#placeOf(direction, end - start), end - start);
    way.messages.data(bytes, start, end);
  }

  #way({ forward }: Direction): KdcWay {
    const known = this.#ways.get(forward);
    if (known !== undefined) return known;
    const messages = new KdcMessages(this.#parts.assemblies, (bytes) => this.#message(way, bytes));
    const way: KdcWay = { messages, at: 0, provenance: new Provenance() };
    this.#ways.set(forward, way);
    return way;
  }

  #message(way: KdcWay, bytes: Buffer): void {
    this.#parts.observe.kdcMessage?.(Buffer.from(bytes.subarray(KDC_LENGTH)));
    if (!replaceKdcMessage(this.#parts, bytes.subarray(KDC_LENGTH)))
      this.#parts.tally.zero(bytes.subarray(KDC_LENGTH), 'tokens that could not be read');
    giveBack(this.#give, way.provenance.origins(way.at, bytes.length), bytes);
    way.at += bytes.length;
    way.provenance.forget(way.at);
  }

  gap(direction: Direction): void {
    this.#way(direction).messages.lose();
  }

  end(): void {
    for (const { messages } of this.#ways.values()) messages.lose();
  }
}

/** One direction, and how many octets were before the message that is not whole yet. */
interface KdcWay {
  readonly messages: KdcMessages;
  at: number;
  readonly provenance: Provenance;
}

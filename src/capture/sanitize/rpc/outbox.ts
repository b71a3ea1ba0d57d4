import { sec_trailer } from '../../../codec/rpce/index.js';
import type { Tally } from '../tally.js';
import type { ResignedContext, Side } from '../tokens/resign.js';
import { zeroSignature } from '../tokens/signature.js';

/** A PDU that was rewritten, on its way out. */
export interface OutgoingPdu {
  readonly bytes: Buffer;
  readonly commit: (octets: Uint8Array) => void;
  readonly from: Side;
  /** Where its signature is to be made; undefined where it has none. */
  readonly signature: OutgoingSignature | undefined;
  /** Nothing of it changes any more. */
  ready: boolean;
  /** Its signature was right, and is made anew. */
  proven: boolean;
}

export interface OutgoingSignature {
  readonly context: ResignedContext | undefined;
  readonly authType: number;
  readonly sealed: boolean;
  readonly stubStart: number;
  readonly trailer: number;
  readonly end: number;
  readonly signHeader: boolean;
}

/**
 * The PDUs of an association in their order, which signatures depend on: each goes out when those before it have gone. So a
 * message whose last fragment has not come holds back what follows.
 */
export class Outbox {
  readonly #tally: Tally;
  #waiting: OutgoingPdu[] = [];
  /** Octets that wait. */
  octets = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  add(pdu: OutgoingPdu): void {
    this.#waiting.push(pdu);
    this.octets += pdu.bytes.length;
  }

  /** Sends what is ready. */
  flush(): void {
    let sent = 0;
    for (const pdu of this.#waiting) {
      if (!pdu.ready) break;
      sent++;
      this.octets -= pdu.bytes.length;
      this.#send(pdu);
    }
    if (sent > 0) this.#waiting = this.#waiting.slice(sent);
  }

  #send({ bytes, commit, from, signature, proven }: OutgoingPdu): void {
    if (signature !== undefined) {
      const { context, authType, sealed, stubStart, trailer, end, signHeader } = signature;
      const value = trailer + sec_trailer.size;
      const message = { pdu: bytes.subarray(0, value), bodyStart: stubStart, bodyEnd: trailer, signHeader };
      const made = proven ? context?.protect(from, message, sealed) : undefined;
      if (made?.length === end - value) bytes.set(made, value);
      else zeroSignature(this.#tally, bytes.subarray(value, end), authType);
    }
    commit(bytes);
  }
}

import type { Side } from '../channel.js';
import { SecurityError } from '../error.js';
import type { ProtectedMessage, RandomBytes } from '../provider.js';
import type { KerberosKey } from './key.js';

export interface SessionOptions {
  /** The acceptor's subkey, else the initiator's, else the session key of the ticket. */
  readonly key: KerberosKey;
  /** Whether it is the acceptor's: every token of both sides then says so (RFC 4121 4.2.2). */
  readonly acceptorSubkey: boolean;
  /** The number of each side's first token. */
  readonly sequence: Readonly<Record<Side, number>>;
  readonly random: RandomBytes;
  /** A sniffer may have missed PDUs, whose numbers are then passed over. */
  readonly gaps?: boolean;
}

/** The number of the next token of one side. */
export class Sequence {
  readonly #gaps: boolean;
  #next: number;

  constructor(first: number, gaps: boolean) {
    this.#next = first;
    this.#gaps = gaps;
  }

  get next(): number {
    return this.#next;
  }

  /** RFC 4757 counts in 32 bits, RFC 4121 in 64. */
  advance(bits: 32 | 64): void {
    this.#next = bits === 32 ? (this.#next + 1) >>> 0 : this.#next + 1;
  }

  /** Throws `BAD_SEQUENCE` where `received` is not the number that is due. */
  check(received: number): void {
    if (received === this.#next) return;
    const replayed = received < this.#next;
    if (this.#gaps && !replayed) return;
    const why = replayed ? 'replayed' : 'lost or out of order';
    throw new SecurityError('BAD_SEQUENCE', `Kerberos sequence number ${received} instead of ${this.#next}: ${why}`);
  }

  /** Goes on behind a number that was taken. */
  take(received: number, bits: 32 | 64): void {
    this.#next = received;
    this.advance(bits);
  }
}

export const changed = (what: string): SecurityError =>
  new SecurityError('BAD_SIGNATURE', `Kerberos: ${what}: the PDU or its token was changed`);

/** The octets in front of the body, the body, and those behind it, as far as they are covered. */
export function coveredParts({ pdu, bodyStart, bodyEnd, signHeader }: ProtectedMessage) {
  const body = pdu.subarray(bodyStart, bodyEnd);
  if (!signHeader) return { before: EMPTY, body, behind: EMPTY };
  return { before: pdu.subarray(0, bodyStart), body, behind: pdu.subarray(bodyEnd) };
}

const EMPTY = Buffer.alloc(0);

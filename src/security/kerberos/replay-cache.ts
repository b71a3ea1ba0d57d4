import { createHash } from 'node:crypto';
import type { Milliseconds } from '../provider.js';
import { KerberosError } from './error.js';

const MAX_ENTRIES = 100_000;

/**
 * RFC 4120 3.2.3: an authenticator is taken once. It is remembered for as long as its time would be taken; when there
 * is no room, new ones are refused rather than old ones forgotten.
 */
export class ReplayCache {
  readonly #seen = new Map<string, Milliseconds>();
  readonly #window: Milliseconds;

  constructor(window: Milliseconds) {
    this.#window = window;
  }

  requireFresh(authenticator: Uint8Array, now: Milliseconds): void {
    const id = createHash('sha256').update(authenticator).digest('base64');
    this.#forget(now);
    if (this.#seen.has(id)) throw new KerberosError('KRB_AP_ERR_REPEAT', 'this authenticator was used before');
    if (this.#seen.size >= MAX_ENTRIES)
      throw new KerberosError('KRB_AP_ERR_REPEAT', 'the replay cache is full, so that a replay could not be seen');
    this.#seen.set(id, now);
  }

  /** Entries stand in the order in which they came. */
  #forget(now: Milliseconds): void {
    for (const [id, at] of this.#seen) {
      if (now - at <= 2 * this.#window) return;
      this.#seen.delete(id);
    }
  }
}

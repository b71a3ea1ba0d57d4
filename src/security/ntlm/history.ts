import { toHex } from '../../codec/bytes.js';
import { SecurityError } from '../error.js';
import type { Milliseconds } from '../provider.js';
import type { Lockout } from './policy.js';

/** Handshakes are remembered no longer than a timestamp would be taken, and never more than this many. */
const MAX_REMEMBERED = 4096;
const REMEMBER_FOR = 36 * 60 * 60 * 1000;

/** What one server remembers across its contexts: wrong responses by account, and responses that were used. */
export class LogonHistory {
  readonly #lockout: Lockout | undefined;
  readonly #failures = new Map<string, Milliseconds[]>();
  readonly #lockedUntil = new Map<string, Milliseconds>();
  readonly #used = new Map<string, Milliseconds>();

  constructor(lockout?: Lockout) {
    this.#lockout = lockout;
  }

  /** Throws `LOCKED_OUT` while the account is locked, whether or not the response is right. */
  requireUnlocked(sid: string, name: string, now: Milliseconds): void {
    const until = this.#lockedUntil.get(sid);
    if (until === undefined) return;
    if (now < until) throw new SecurityError('LOCKED_OUT', `${name}: the account is locked after wrong responses`);
    this.#lockedUntil.delete(sid);
  }

  failed(sid: string, now: Milliseconds): void {
    if (this.#lockout === undefined) return;
    const { threshold, window, duration } = this.#lockout;
    const recent = [...(this.#failures.get(sid) ?? []), now].filter((time) => now - time <= window);
    this.#failures.set(sid, recent);
    if (recent.length < threshold) return;
    this.#lockedUntil.set(sid, now + duration);
    this.#failures.delete(sid);
  }

  succeeded(sid: string): void {
    this.#failures.delete(sid);
  }

  /** Throws `LOGON_DENIED` where the same answer to the same challenge was accepted before. */
  requireFresh(serverChallenge: Uint8Array, response: Uint8Array, now: Milliseconds): void {
    for (const [key, time] of this.#used) {
      if (now - time <= REMEMBER_FOR && this.#used.size < MAX_REMEMBERED) break;
      this.#used.delete(key);
    }
    const key = toHex(serverChallenge) + toHex(response.subarray(0, 24));
    if (this.#used.has(key))
      throw new SecurityError('LOGON_DENIED', 'a replayed AUTHENTICATE_MESSAGE: its response was used before');
    this.#used.set(key, now);
  }
}

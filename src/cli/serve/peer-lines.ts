import type { Milliseconds } from '../../security/index.js';
import type { Output } from '../io.js';

export interface PeerLinesOptions {
  /** Lines that a peer may have at once; 1,000 where absent. */
  readonly burst?: number;
  /** Lines a second that it may have for ever; 10 where absent. */
  readonly perSecond?: number;
  /** A clock that nobody sets; the machine's where absent. */
  readonly monotonic?: () => Milliseconds;
}

interface Account {
  /** Lines that it may still have, as of `at`. */
  left: number;
  at: Milliseconds;
  dropped: number;
}

/** Peers that have an account of their own; what is made by more of them is counted together. */
const MOST_PEERS = 1_000;
const OTHERS = 'other peers';
/** No text of a peer makes a longer line. */
const LONGEST = 2_000;

/** Lines about what peers do that nobody granted: whoever makes too many of them gets no more, and nobody else does less. */
export class PeerLines {
  readonly #out: Output;
  readonly #burst: number;
  readonly #perSecond: number;
  readonly #monotonic: () => Milliseconds;
  readonly #accounts = new Map<string, Account>();

  constructor(
    out: Output,
    { burst = 1_000, perSecond = 10, monotonic = () => performance.now() }: PeerLinesOptions = {},
  ) {
    this.#out = out;
    this.#burst = burst;
    this.#perSecond = perSecond;
    this.#monotonic = monotonic;
  }

  /** Tells something of a peer, or counts that it was not told. */
  tell(address: string, line: () => void): void {
    const [peer, account] = this.#accountOf(address);
    const now = this.#monotonic();
    account.left = Math.min(this.#burst, account.left + ((now - account.at) / 1_000) * this.#perSecond);
    account.at = now;
    if (account.left < 1) {
      account.dropped++;
      return;
    }
    account.left--;
    this.#tellDropped(peer, account);
    line();
  }

  /** Tells what was left out so far. */
  finish(): void {
    for (const [peer, account] of this.#accounts) this.#tellDropped(peer, account);
  }

  #tellDropped(peer: string, account: Account): void {
    const { dropped: lines } = account;
    if (lines === 0) return;
    account.dropped = 0;
    if (this.#out.json) this.#out.record('dropped', { lines, peer });
    else this.#out.line(`${lines} lines of ${peer} are left out: it made too many`);
  }

  #accountOf(address: string): [peer: string, account: Account] {
    if (!this.#accounts.has(address) && this.#accounts.size >= MOST_PEERS) this.#forgetIdle();
    const peer = this.#accounts.has(address) || this.#accounts.size < MOST_PEERS ? address : OTHERS;
    let account = this.#accounts.get(peer);
    if (account === undefined) {
      account = { left: this.#burst, at: this.#monotonic(), dropped: 0 };
      this.#accounts.set(peer, account);
    }
    return [peer, account];
  }

  /** Those that may have a whole burst again are as new ones. */
  #forgetIdle(): void {
    const full = (this.#burst / this.#perSecond) * 1_000;
    const now = this.#monotonic();
    for (const [peer, account] of this.#accounts) {
      if (now - account.at < full) continue;
      this.#tellDropped(peer, account);
      this.#accounts.delete(peer);
    }
  }
}

/** What a peer has said, or as much of it as a line may have. */
export const shortened = (text: string, most = LONGEST): string =>
  text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;

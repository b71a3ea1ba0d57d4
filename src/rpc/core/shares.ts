/** Beyond the total, peers that hold less than their share still get it, up to so many times the total. */
const HARD = 2;
/** A single peer may have all but this part of the total. */
const RESERVED = 1 / 8;

/**
 * Something that all connections of a server hold together, and how much of it each peer does. While there is enough,
 * a peer may have nearly all of it; once there is not, no more than its share. So who takes much is refused, and nobody
 * else. What the program takes for itself is of no peer, which is undefined: it may have all that there is.
 */
export class Shares {
  readonly #total: number;
  readonly #byPeer = new Map<string | undefined, number>();
  #held = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** What is held by everybody. */
  get held(): number {
    return this.#held;
  }

  /** What one peer holds. */
  of(peer: string | undefined): number {
    return this.#byPeer.get(peer) ?? 0;
  }

  /** Whether the peer would get so much more. */
  hasRoom(peer: string | undefined, amount = 1): boolean {
    const all = this.#held + amount;
    if (peer === undefined) return all <= this.#total;
    const peers = this.#byPeer.size + (this.#byPeer.has(peer) ? 0 : 1);
    const most = all <= this.#total ? this.#total - Math.floor(this.#total * RESERVED) : this.#total / peers;
    return this.of(peer) + amount <= most && all <= HARD * this.#total;
  }

  /** Whether the peer gets so much more; then it holds it until it gives it back. */
  take(peer: string | undefined, amount = 1): boolean {
    if (!this.hasRoom(peer, amount)) return false;
    this.#byPeer.set(peer, this.of(peer) + amount);
    this.#held += amount;
    return true;
  }

  give(peer: string | undefined, amount = 1): void {
    const left = this.of(peer) - amount;
    if (left > 0) this.#byPeer.set(peer, left);
    else this.#byPeer.delete(peer);
    this.#held -= amount;
  }
}

/** What all connections of one server may hold together, however many there are. */
export interface RpcTotals {
  /** Security contexts; one of NTLM takes some 14 KB. */
  readonly maxSecurityContexts: number;
  /** Octets of stub of requests that are incomplete or not answered. */
  readonly maxRequestOctets: number;
}

export const DEFAULT_TOTALS: RpcTotals = {
  maxSecurityContexts: 16_384,
  maxRequestOctets: 256 * 1024 * 1024,
};

/** The shares of the connections of one server, for `ServerAssociation`. */
export class ServerShares {
  readonly securityContexts: Shares;
  readonly requestOctets: Shares;

  constructor(totals: Partial<RpcTotals> = {}) {
    const { maxSecurityContexts, maxRequestOctets } = { ...DEFAULT_TOTALS, ...totals };
    this.securityContexts = new Shares(maxSecurityContexts);
    this.requestOctets = new Shares(maxRequestOctets);
  }
}

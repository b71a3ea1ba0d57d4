import { OR_INVALID_OID, OR_INVALID_SET } from '../codec/dcom/index.js';

/** The two calls of a ping, as an object resolver offers them; both give its status. */
export interface Pinging {
  simplePing(setId: bigint): Promise<number>;
  complexPing(change: PingChange): Promise<{ readonly setId: bigint; readonly status: number }>;
}

/** What a ping changes in its set, [MS-DCOM] 3.1.2.5.1.3. */
export interface PingChange {
  /** 0 asks for a new set. */
  readonly setId: bigint;
  readonly sequence: number;
  readonly add: readonly bigint[];
  readonly remove: readonly bigint[];
}

/** What a ping came to: nothing was to be pinged, or it was sent and answered, or it failed. */
export type PingResult = 'nothing to ping' | 'SimplePing' | 'ComplexPing' | 'failed';

/** The objects of one object resolver that a client wants to keep: its SETID entry, [MS-DCOM] 3.2.1 and 3.2.6.1. */
export class PingSet {
  readonly #resolver: Pinging;
  /** How many interfaces of each object the client holds. */
  readonly #held = new Map<bigint, number>();
  /** What the server was told last. */
  #told: ReadonlySet<bigint> = new Set();
  #setId = 0n;
  #sequence = 1;

  constructor(resolver: Pinging) {
    this.#resolver = resolver;
  }

  /** Objects that are held. */
  get size(): number {
    return this.#held.size;
  }

  /** 0 where the server has made no set so far. */
  get setId(): bigint {
    return this.#setId;
  }

  hold(oid: bigint): void {
    this.#held.set(oid, (this.#held.get(oid) ?? 0) + 1);
  }

  letGo(oid: bigint): void {
    const left = (this.#held.get(oid) ?? 0) - 1;
    if (left > 0) this.#held.set(oid, left);
    else this.#held.delete(oid);
  }

  /**
   * Due once a period: a new set, a changed one, or a sign of life. A set that the server has forgotten is made anew by
   * the next one; a ping that failed is made up for by the next one too. Rejects as the resolver's calls do.
   */
  async ping(): Promise<PingResult> {
    const add = [...this.#held.keys()].filter((oid) => !this.#told.has(oid));
    const remove = [...this.#told].filter((oid) => !this.#held.has(oid));
    if (add.length === 0 && remove.length === 0) return this.#simple();
    if (this.#setId === 0n && add.length === 0) return 'nothing to ping';
    const now = new Set(this.#held.keys());
    const { setId, status } = await this.#resolver.complexPing({
      setId: this.#setId,
      sequence: this.#sequence,
      add,
      remove,
    });
    // A set is refused as it is for one object that is gone, and not kept alive; a new one leaves it out.
    if (status === OR_INVALID_OID && this.#setId !== 0n) {
      this.#forget();
      return this.ping();
    }
    if (status !== 0) return this.#failed(status);
    this.#sequence++;
    this.#setId = setId;
    this.#told = now;
    // The server drops an empty set by itself; the next object begins another.
    if (now.size === 0) this.#forget();
    return 'ComplexPing';
  }

  async #simple(): Promise<PingResult> {
    if (this.#setId === 0n) return 'nothing to ping';
    const status = await this.#resolver.simplePing(this.#setId);
    return status === 0 ? 'SimplePing' : this.#failed(status);
  }

  #failed(status: number): PingResult {
    if (status === OR_INVALID_SET) this.#forget();
    return 'failed';
  }

  #forget(): void {
    this.#setId = 0n;
    this.#sequence = 1;
    this.#told = new Set();
  }
}

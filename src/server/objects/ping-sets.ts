import { OR_INVALID_OID, OR_INVALID_SET, PING_PERIOD } from '../../codec/dcom/index.js';
import type { Environment } from '../../net/environment.js';
import { Shares } from '../../rpc/index.js';
import type { Milliseconds } from '../../security/index.js';

/** [MS-DCOM] 3.1.2.2: how long a set lives without a ping. */
export const PING_TIMEOUT: Milliseconds = 3 * PING_PERIOD;

/** [MS-ERREF] 2.2. */
const ERROR_NOT_ENOUGH_MEMORY = 0x00000008;

/** What the ping sets need of the objects that they keep alive. */
export interface Pinged {
  has(oid: bigint): boolean;
  /** Called once for each set that an object comes into or leaves. */
  hold(oid: bigint): void;
  letGo(oid: bigint): void;
}

interface PingSet {
  readonly oids: Set<bigint>;
  /** Whose share it counts to: the address of the client that made it. */
  readonly peer: string;
  sequence: number;
  pingedAt: Milliseconds;
}

export interface PingSetOptions extends Pick<Environment, 'random'> {
  readonly objects: Pinged;
  /** Sets at a time, 10,000 where absent; where all are taken, a peer that has more than its share gets no more. */
  readonly maxSets?: number;
  /** Objects in one set; further ones are refused. 100,000 where absent. */
  readonly maxObjectsInSet?: number;
  /** Objects in all sets, each as often as a set has it, likewise. 1,000,000 where absent. */
  readonly maxHeld?: number;
}

export interface ComplexPingRequest {
  readonly setId: bigint;
  readonly sequence: number;
  readonly add: readonly bigint[];
  readonly remove: readonly bigint[];
}

const MAX_SETS = 10_000;
const MAX_OBJECTS = 100_000;
const MAX_HELD = 1_000_000;

/** The ping sets of an object resolver, [MS-DCOM] 3.1.2.1 "SETID table": which clients still want which objects. */
export class PingSets {
  readonly #options: PingSetOptions;
  readonly #sets = new Map<bigint, PingSet>();
  readonly #made: Shares;
  readonly #held: Shares;

  constructor(options: PingSetOptions) {
    this.#options = options;
    this.#made = new Shares(options.maxSets ?? MAX_SETS);
    this.#held = new Shares(options.maxHeld ?? MAX_HELD);
  }

  get size(): number {
    return this.#sets.size;
  }

  /** [MS-DCOM] 3.1.2.5.1.2. Gives the status. */
  ping(setId: bigint, now: Milliseconds): number {
    const set = this.#sets.get(setId);
    if (set === undefined) return OR_INVALID_SET;
    set.pingedAt = now;
    return 0;
  }

  /** [MS-DCOM] 3.1.2.5.1.3: makes a set for SETID 0, which counts to the share of `peer`, else changes one. */
  complexPing(
    { setId, sequence, add, remove }: ComplexPingRequest,
    now: Milliseconds,
    peer: string,
  ): { setId: bigint; status: number } {
    if (setId === 0n) return this.#create({ oids: new Set(), peer, sequence, pingedAt: now }, add);
    const set = this.#sets.get(setId);
    if (set === undefined) return { setId, status: OR_INVALID_SET };
    // A ping that was overtaken by a later one says nothing any more.
    if (set.sequence > sequence) return { setId, status: 0 };
    const status = this.#change(set, add, remove);
    if (status === 0) {
      set.pingedAt = now;
      set.sequence = sequence;
    }
    return { setId, status };
  }

  /** Drops the sets that were not pinged for three periods; their objects lose what held them. */
  expire(now: Milliseconds): number {
    let expired = 0;
    for (const [setId, set] of this.#sets) {
      if (now - set.pingedAt < PING_TIMEOUT) continue;
      this.#sets.delete(setId);
      this.#forget(set);
      expired++;
    }
    return expired;
  }

  #create(set: PingSet, add: readonly bigint[]): { setId: bigint; status: number } {
    const tooMany = { setId: 0n, status: ERROR_NOT_ENOUGH_MEMORY };
    if (!this.#made.take(set.peer)) return tooMany;
    // Objects that are gone already are left out of a new set, and no error.
    if (!add.every((oid) => !this.#options.objects.has(oid) || this.#add(set, oid))) {
      this.#forget(set);
      return tooMany;
    }
    const setId = this.#newId();
    this.#sets.set(setId, set);
    return { setId, status: 0 };
  }

  #change(set: PingSet, add: readonly bigint[], remove: readonly bigint[]): number {
    for (const oid of add) {
      if (set.oids.has(oid)) continue;
      if (!this.#options.objects.has(oid)) return OR_INVALID_OID;
      if (!this.#add(set, oid)) return ERROR_NOT_ENOUGH_MEMORY;
    }
    for (const oid of remove) if (set.oids.delete(oid)) this.#letGo(set, oid);
    return 0;
  }

  #forget(set: PingSet): void {
    for (const oid of set.oids) this.#letGo(set, oid);
    this.#made.give(set.peer);
  }

  #add(set: PingSet, oid: bigint): boolean {
    if (set.oids.has(oid)) return true;
    const { maxObjectsInSet = MAX_OBJECTS } = this.#options;
    if (set.oids.size >= maxObjectsInSet || !this.#held.take(set.peer)) return false;
    set.oids.add(oid);
    this.#options.objects.hold(oid);
    return true;
  }

  #letGo({ peer }: PingSet, oid: bigint): void {
    this.#held.give(peer);
    this.#options.objects.letGo(oid);
  }

  #newId(): bigint {
    let id = Buffer.from(this.#options.random(8)).readBigUInt64LE(0);
    while (id === 0n || this.#sets.has(id)) id = BigInt.asUintN(64, id + 1n);
    return id;
  }
}

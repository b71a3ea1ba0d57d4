import { IID_IUnknown, PING_PERIOD } from '../../codec/dcom/index.js';
import { readUuid } from '../../codec/uuid.js';
import type { Environment } from '../../net/environment.js';
import { Shares } from '../../rpc/index.js';
import type { Milliseconds, RandomBytes } from '../../security/index.js';
import type { ComInterface, ComObject } from '../classes/class.js';
import { PING_TIMEOUT, type Pinged } from './ping-sets.js';

/** The public references that an activation or a query gives to its client: what Windows gives. */
export const INITIAL_REFERENCES = 5;

/** One interface of one object, [MS-DCOM] 3.1.1.1 "IPID table". */
export interface ObjectInterface {
  readonly ipid: string;
  readonly iid: string;
  readonly object: ExportedObject;
  readonly methods: ComInterface;
  publicRefs: number;
  /** [MS-DCOM] 3.1.1.5.6.1.2 with note <48>: private references belong to the client that took them, by its SID. */
  readonly privateRefs: Map<string, number>;
}

/** One object of the exporter, [MS-DCOM] 3.1.1.1 "OID table". */
export interface ExportedObject {
  readonly oid: bigint;
  readonly clsid: string;
  readonly com: ComObject;
  /** Whose share it counts to: the address of the client that it was made for, if a client asked for it. */
  readonly peer: string | undefined;
  readonly interfaces: Map<string, ObjectInterface>;
  /** Ping sets that hold it. */
  pingSets: number;
  /** Whether a ping set ever held it. */
  pinged: boolean;
  /** Of its last ORPC call, and in the beginning of its activation. */
  calledAt: Milliseconds;
}

export interface ObjectTableOptions extends Pick<Environment, 'random'> {
  /** Objects at a time, 100,000 where absent; where all are taken, a peer that has more than its share gets no more. */
  readonly maxObjects?: number;
  /** Interfaces of all objects at a time, likewise. 200,000 where absent. */
  readonly maxInterfaces?: number;
  /** Interfaces of one object; 1,000 where absent. */
  readonly maxInterfacesOfObject?: number;
  /** How long an object lives that no ping set ever held and nobody calls: no source says. Eight minutes where absent. */
  readonly unpingedTimeout?: Milliseconds;
  /** Told what an object throws when it is released; thrown on where absent. */
  readonly failed?: (error: unknown) => void;
}

const MAX_OBJECTS = 100_000;
const MAX_INTERFACES = 200_000;
const MAX_INTERFACES_OF_OBJECT = 1_000;
/** As long as an object would live in a ping set that is never pinged. */
const UNPINGED_TIMEOUT = PING_TIMEOUT + PING_PERIOD;
const NO_METHODS: ComInterface = new Map();
const raise = (error: unknown): never => {
  throw error;
};

/** The tables of an object exporter: what was activated, which interfaces of it were handed out, and how often. */
export class ObjectTable implements Pinged {
  readonly oxid: bigint;
  readonly ipidRemUnknown: string;
  readonly #random: RandomBytes;
  readonly #objectShares: Shares;
  readonly #interfaceShares: Shares;
  readonly #maxInterfacesOfObject: number;
  readonly #unpingedTimeout: Milliseconds;
  readonly #failed: (error: unknown) => void;
  readonly #objects = new Map<bigint, ExportedObject>();
  readonly #interfaces = new Map<string, ObjectInterface>();
  /** How many interfaces of an IID are handed out: which interfaces the exporter's endpoint knows. */
  readonly #iids = new Map<string, number>();

  constructor(options: ObjectTableOptions) {
    this.#random = options.random;
    this.#objectShares = new Shares(options.maxObjects ?? MAX_OBJECTS);
    this.#interfaceShares = new Shares(options.maxInterfaces ?? MAX_INTERFACES);
    this.#maxInterfacesOfObject = options.maxInterfacesOfObject ?? MAX_INTERFACES_OF_OBJECT;
    this.#failed = options.failed ?? raise;
    this.#unpingedTimeout = options.unpingedTimeout ?? UNPINGED_TIMEOUT;
    this.oxid = this.#id();
    this.ipidRemUnknown = this.#uuid();
  }

  get objects(): number {
    return this.#objects.size;
  }

  /** Whether a further object of this peer is refused. */
  isFullFor(peer: string | undefined): boolean {
    return !this.#objectShares.hasRoom(peer) || !this.#interfaceShares.hasRoom(peer);
  }

  get interfaces(): number {
    return this.#interfaces.size;
  }

  hasIid(iid: string): boolean {
    return this.#iids.has(iid);
  }

  find(ipid: string): ObjectInterface | undefined {
    return this.#interfaces.get(ipid);
  }

  /** A new object of this peer, without interfaces so far; undefined where there are too many. */
  create(clsid: string, com: ComObject, now: Milliseconds, peer: string | undefined): ExportedObject | undefined {
    if (this.isFullFor(peer)) return undefined;
    this.#objectShares.take(peer);
    const object: ExportedObject = {
      oid: this.#id(),
      clsid,
      com,
      peer,
      interfaces: new Map(),
      pingSets: 0,
      pinged: false,
      calledAt: now,
    };
    this.#objects.set(object.oid, object);
    return object;
  }

  /** An interface of an object, with references for the client that asks; undefined where the object does not have it. */
  query(object: ExportedObject, iid: string, references = INITIAL_REFERENCES): ObjectInterface | undefined {
    const before = object.interfaces.get(iid);
    if (before !== undefined) {
      before.publicRefs += references;
      return before;
    }
    if (this.isFull(object)) return undefined;
    const methods = iid === IID_IUnknown ? NO_METHODS : object.com.queryInterface(iid);
    if (methods === undefined || !this.#interfaceShares.take(object.peer)) return undefined;
    const found: ObjectInterface = {
      ipid: this.#uuid(),
      iid,
      object,
      methods,
      publicRefs: references,
      privateRefs: new Map(),
    };
    object.interfaces.set(iid, found);
    this.#interfaces.set(found.ipid, found);
    this.#iids.set(iid, (this.#iids.get(iid) ?? 0) + 1);
    return found;
  }

  /** Whether a further interface of an object is refused, whether it has it or not. */
  isFull({ interfaces, peer }: ExportedObject): boolean {
    return interfaces.size >= this.#maxInterfacesOfObject || !this.#interfaceShares.hasRoom(peer);
  }

  /** [MS-DCOM] 3.1.1.5.6.1.2. */
  addRef(found: ObjectInterface, publicRefs: number, privateRefs: number, sid: string): void {
    found.publicRefs += publicRefs;
    if (privateRefs > 0) found.privateRefs.set(sid, (found.privateRefs.get(sid) ?? 0) + privateRefs);
  }

  /** [MS-DCOM] 3.1.1.5.6.1.3: gives references back; with the last one the interface goes, and with it the object. */
  release(found: ObjectInterface, publicRefs: number, privateRefs: number, sid: string): void {
    found.publicRefs = Math.max(0, found.publicRefs - publicRefs);
    const left = (found.privateRefs.get(sid) ?? 0) - privateRefs;
    if (left > 0) found.privateRefs.set(sid, left);
    else if (privateRefs > 0) found.privateRefs.delete(sid);
    if (found.publicRefs === 0 && found.privateRefs.size === 0) this.#drop(found);
  }

  /** Removes an object that nobody was given an interface of. */
  discard(object: ExportedObject): void {
    if (object.interfaces.size > 0) for (const found of [...object.interfaces.values()]) this.#drop(found);
    else this.#remove(object);
  }

  has(oid: bigint): boolean {
    return this.#objects.has(oid);
  }

  hold(oid: bigint): void {
    const object = this.#objects.get(oid);
    if (object === undefined) return;
    object.pingSets++;
    object.pinged = true;
  }

  letGo(oid: bigint): void {
    const object = this.#objects.get(oid);
    if (object !== undefined) object.pingSets--;
  }

  /**
   * [MS-DCOM] 3.1.1.6.2: reclaims the objects whose clients are dead: in no ping set any more, and not called within
   * the last ping period. An object that never came into a set is given `unpingedTimeout`, and one that needs no pings lives on.
   */
  reclaim(now: Milliseconds): ExportedObject[] {
    const isDead = ({ com, pingSets, pinged, calledAt }: ExportedObject): boolean =>
      com.noPing !== true && pingSets <= 0 && now - calledAt >= (pinged ? PING_PERIOD : this.#unpingedTimeout);
    const dead = [...this.#objects.values()].filter(isDead);
    for (const object of dead) this.discard(object);
    return dead;
  }

  #drop(found: ObjectInterface): void {
    const { object, iid } = found;
    if (this.#interfaces.delete(found.ipid)) this.#interfaceShares.give(object.peer);
    object.interfaces.delete(iid);
    const others = (this.#iids.get(iid) ?? 1) - 1;
    if (others === 0) this.#iids.delete(iid);
    else this.#iids.set(iid, others);
    if (object.interfaces.size === 0) this.#remove(object);
  }

  #remove(object: ExportedObject): void {
    if (!this.#objects.delete(object.oid)) return;
    this.#objectShares.give(object.peer);
    try {
      object.com.released?.();
    } catch (error) {
      this.#failed(error);
    }
  }

  /** Random, and the next free one where that is taken: an entry must never take the place of another. */
  #id(): bigint {
    let id = Buffer.from(this.#random(8)).readBigUInt64LE(0);
    while (id === 0n || this.#objects.has(id)) id = BigInt.asUintN(64, id + 1n);
    return id;
  }

  #uuid(): string {
    const bytes = Buffer.from(this.#random(16));
    // RFC 9562 5.4: version 4, so that nobody takes an IPID for a well-known interface.
    bytes[7] = ((bytes[7] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    while (this.#interfaces.has(readUuid(bytes))) bytes.writeUInt32LE((bytes.readUInt32LE(0) + 1) >>> 0, 0);
    return readUuid(bytes);
  }
}

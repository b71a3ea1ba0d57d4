import { readUuid } from '../codec/uuid.js';
import type { RandomBytes } from '../security/index.js';

/** The public references that an activation or a query gives to its client: what Windows gives. */
export const INITIAL_REFERENCES = 5;

/** One interface of one object, [MS-DCOM] 3.1.1.1 "IPID table". */
export interface ObjectInterface {
  readonly ipid: string;
  readonly iid: string;
  readonly object: ExportedObject;
  publicRefs: number;
  privateRefs: number;
}

/** One object of the exporter, [MS-DCOM] 3.1.1.1 "OID table". */
export interface ExportedObject {
  readonly oid: bigint;
  readonly clsid: string;
  readonly interfaces: Map<string, ObjectInterface>;
}

export interface ObjectTableOptions {
  readonly random: RandomBytes;
  /** Objects at a time; an activation beyond it is refused. 100,000 where absent. */
  readonly maxObjects?: number;
}

const MAX_OBJECTS = 100_000;

/** The tables of an object exporter: what was activated, which interfaces of it were handed out, and how often. */
export class ObjectTable {
  readonly oxid: bigint;
  readonly ipidRemUnknown: string;
  readonly #random: RandomBytes;
  readonly #maxObjects: number;
  readonly #objects = new Map<bigint, ExportedObject>();
  readonly #interfaces = new Map<string, ObjectInterface>();
  /** How many interfaces of an IID are handed out: which interfaces the exporter's endpoint knows. */
  readonly #iids = new Map<string, number>();

  constructor({ random, maxObjects = MAX_OBJECTS }: ObjectTableOptions) {
    this.#random = random;
    this.#maxObjects = maxObjects;
    this.oxid = this.#id();
    this.ipidRemUnknown = this.#uuid();
  }

  get objects(): number {
    return this.#objects.size;
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

  /** A new object, without interfaces so far; undefined where there are too many. */
  create(clsid: string): ExportedObject | undefined {
    if (this.#objects.size >= this.#maxObjects) return undefined;
    const object: ExportedObject = { oid: this.#id(), clsid, interfaces: new Map() };
    this.#objects.set(object.oid, object);
    return object;
  }

  /** An interface of an object, with references for the client that asked. */
  export(object: ExportedObject, iid: string, references = INITIAL_REFERENCES): ObjectInterface {
    const before = object.interfaces.get(iid);
    const found = before ?? { ipid: this.#uuid(), iid, object, publicRefs: 0, privateRefs: 0 };
    found.publicRefs += references;
    if (before === undefined) {
      object.interfaces.set(iid, found);
      this.#interfaces.set(found.ipid, found);
      this.#iids.set(iid, (this.#iids.get(iid) ?? 0) + 1);
    }
    return found;
  }

  /** [MS-DCOM] 3.1.1.5.6.1.3: gives references back; with the last one the interface goes, and with it the object. */
  release(found: ObjectInterface, publicRefs: number, privateRefs: number): void {
    found.publicRefs = Math.max(0, found.publicRefs - publicRefs);
    found.privateRefs = Math.max(0, found.privateRefs - privateRefs);
    if (found.publicRefs + found.privateRefs > 0) return;
    const { object, iid } = found;
    this.#interfaces.delete(found.ipid);
    object.interfaces.delete(iid);
    const others = (this.#iids.get(iid) ?? 1) - 1;
    if (others === 0) this.#iids.delete(iid);
    else this.#iids.set(iid, others);
    if (object.interfaces.size === 0) this.#objects.delete(object.oid);
  }

  #id(): bigint {
    const bytes = Buffer.from(this.#random(8));
    return bytes.readBigUInt64LE(0) || 1n;
  }

  #uuid(): string {
    const bytes = Buffer.from(this.#random(16));
    // RFC 9562 5.4: version 4, so that nobody takes an IPID for a well-known interface.
    bytes[7] = ((bytes[7] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    return readUuid(bytes);
  }
}

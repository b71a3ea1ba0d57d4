import { Connection, type Direction } from './connection.js';
import { ForgottenConnections } from './forgotten.js';
import type { Datagram } from './ip.js';

const { imul } = Math;

/** Connections that are remembered after their end. */
const CLOSED = 1024;

/**
 * The connections of a capture by their addresses and ports, in a hash table of its own: keys in a `Map` would have
 * to be strings, built anew for each packet.
 */
export class Connections {
  /** Connections ever seen; the number of the next one. */
  seen = 0;
  #size = 0;
  #buckets: (Connection | undefined)[] = new Array(1024).fill(undefined);
  #last: Connection | undefined;
  /** Connections that have ended, in that order, from `#oldestClosed` on. */
  #closed: Connection[] = [];
  #oldestClosed = 0;
  readonly forgotten = new ForgottenConnections();
  readonly #limit: number;
  readonly #evict: (connection: Connection) => void;

  /**
   * Where more than `limit` are known, a quarter is given to `evict` and forgotten: those that nobody values, such as the
   * probes of a port scan, before the others, and of either those that were idle longest. Of valued ones that are open a
   * remainder is kept: they get their number back when they speak again.
   */
  constructor(limit: number, evict: (connection: Connection) => void) {
    this.#limit = limit;
    this.#evict = evict;
  }

  get size(): number {
    return this.#size;
  }

  /** The direction of the datagram, of a known connection or a new one. `ports` is source, destination. */
  direction(d: Datagram, ports: number): Direction {
    const last = this.#last;
    if (last !== undefined) {
      if (isForward(last, d, ports)) return last.forward;
      if (isBackward(last, d, ports)) return last.backward;
    }
    const hash = hashOf(d, ports);
    for (let c = this.#buckets[hash & (this.#buckets.length - 1)]; c !== undefined; c = c.chain) {
      if (c.hash !== hash) continue;
      const forward = isForward(c, d, ports);
      if (!forward && !isBackward(c, d, ports)) continue;
      this.#last = c;
      return forward ? c.forward : c.backward;
    }
    return this.#add(d, ports, hash).forward;
  }

  /** The addresses and ports are in use again: forgets `old` and starts anew. */
  replace(old: Connection, d: Datagram, ports: number): Direction {
    this.#remove(old);
    return this.#add(d, ports, old.hash).forward;
  }

  /**
   * A connection has ended. It is known for a while longer, since a few segments often follow, and then forgotten: how
   * much memory a capture needs does not depend on how many connections it holds.
   */
  closed(connection: Connection): void {
    this.#closed.push(connection);
    if (this.#closed.length - this.#oldestClosed <= CLOSED) return;
    const oldest = this.#closed[this.#oldestClosed++] as Connection;
    if (oldest.closed) this.#remove(oldest);
    if (this.#oldestClosed < CLOSED) return;
    this.#closed = this.#closed.slice(this.#oldestClosed);
    this.#oldestClosed = 0;
  }

  /** In order of appearance. */
  all(): Connection[] {
    const all: Connection[] = [];
    for (const head of this.#buckets) for (let c = head; c !== undefined; c = c.chain) all.push(c);
    return all.sort((a, b) => a.stream - b.stream);
  }

  #add(d: Datagram, ports: number, hash: number): Connection {
    if (this.#size >= this.#limit) this.#makeRoom();
    if (this.#size >= this.#buckets.length) this.#grow();
    const known = this.forgotten.take(d, ports);
    const connection = new Connection(known?.stream ?? this.seen++, d, ports, hash);
    if (known !== undefined) {
      connection.client = known.client;
      connection.remainder = known.text;
      connection.resumed = true;
    }
    this.#insert(connection);
    this.#size++;
    this.#last = connection;
    return connection;
  }

  #insert(connection: Connection): void {
    const bucket = connection.hash & (this.#buckets.length - 1);
    connection.chain = this.#buckets[bucket];
    this.#buckets[bucket] = connection;
  }

  #grow(): void {
    const all = this.all();
    this.#buckets = new Array(this.#buckets.length * 2).fill(undefined);
    for (const connection of all) this.#insert(connection);
  }

  #remove(connection: Connection): void {
    const bucket = connection.hash & (this.#buckets.length - 1);
    let previous: Connection | undefined;
    for (let c = this.#buckets[bucket]; c !== undefined; previous = c, c = c.chain) {
      if (c !== connection) continue;
      if (previous === undefined) this.#buckets[bucket] = c.chain;
      else previous.chain = c.chain;
      c.chain = undefined;
      this.#size--;
      break;
    }
    if (this.#last === connection) this.#last = undefined;
  }

  #makeRoom(): void {
    const least = this.all().sort((a, b) => Number(a.valued) - Number(b.valued) || a.lastSeen - b.lastSeen);
    for (const connection of least.slice(0, Math.ceil(this.#limit / 4))) {
      this.#remove(connection);
      if (connection.valued && !connection.closed) this.forgotten.add(connection);
      this.#evict(connection);
    }
  }
}

/** Both directions have the same hash. */
function hashOf(d: Datagram, ports: number): number {
  const sum = (d.source3 + d.destination3 + (d.source0 ^ d.destination0)) | 0;
  const difference = d.source3 ^ d.destination3 ^ d.source1 ^ d.destination1 ^ d.source2 ^ d.destination2;
  const a = ports >>> 16;
  const b = ports & 0xffff;
  let hash = imul(sum, 0x9e3779b1) ^ imul(difference, 0x85ebca6b) ^ imul(a * b + ((a ^ b) << 16), 0xc2b2ae35);
  hash = imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}

const isForward = (c: Connection, d: Datagram, ports: number): boolean =>
  c.ports === ports &&
  c.address3 === d.source3 &&
  c.peer3 === d.destination3 &&
  c.version === d.version &&
  c.address2 === d.source2 &&
  c.peer2 === d.destination2 &&
  c.address1 === d.source1 &&
  c.peer1 === d.destination1 &&
  c.address0 === d.source0 &&
  c.peer0 === d.destination0;

const isBackward = (c: Connection, d: Datagram, ports: number): boolean =>
  c.swappedPorts === ports &&
  c.peer3 === d.source3 &&
  c.address3 === d.destination3 &&
  c.version === d.version &&
  c.peer2 === d.source2 &&
  c.address2 === d.destination2 &&
  c.peer1 === d.source1 &&
  c.address1 === d.destination1 &&
  c.peer0 === d.source0 &&
  c.address0 === d.destination0;

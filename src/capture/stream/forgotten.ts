import { AgedMap, Allowance } from '../../rpc/index.js';
import type { Connection } from './connection.js';
import type { Datagram } from './ip.js';

/** Memory for all remainders; one of an activation's connection takes some 350 octets of it. */
const OCTETS = 48 << 20;
/** What a remainder takes beside its text. */
const OVERHEAD = 256;
/** Texts that are kept once for all that have them. */
const SHARED = 1024;
const LONGEST_SHARED = 1024;

interface Remainder {
  readonly stream: number;
  readonly client: 'first' | 'second' | undefined;
  readonly text: string | undefined;
}

/** A small remainder of each connection that was forgotten while it was open, by its addresses and ports. */
export class ForgottenConnections {
  /** Remainders that were forgotten in their turn, the oldest first. */
  lost = 0;
  readonly #remainders: AgedMap<string, Remainder>;

  readonly #texts = new Map<string, string>();

  constructor(octets = OCTETS) {
    this.#remainders = new AgedMap(
      new Allowance(octets, () => {
        this.lost++;
      }),
    );
  }

  add(connection: Connection): void {
    const text = this.#shared(connection.consumer?.remainder ?? connection.remainder);
    const { stream, client } = connection;
    this.#remainders.set(keyOf(connection), { stream, client, text }, OVERHEAD + (text?.length ?? 0));
  }

  /** Most connections of a capture are much the same: one user, and the interfaces of one program. */
  #shared(text: string | undefined): string | undefined {
    if (text === undefined || text.length > LONGEST_SHARED) return text;
    const before = this.#texts.get(text);
    if (before !== undefined) return before;
    if (this.#texts.size >= SHARED) this.#texts.clear();
    this.#texts.set(text, text);
    return text;
  }

  /** The remainder of a datagram's connection, once. `client` is first where that is the datagram's source. */
  take(d: Datagram, ports: number): Remainder | undefined {
    if (this.#remainders.size === 0) return undefined;
    const same = this.#remainders.delete(sentKey(d, ports));
    if (same !== undefined) return same;
    const turned = this.#remainders.delete(answeredKey(d, ports));
    if (turned?.client === undefined) return turned;
    return { ...turned, client: turned.client === 'first' ? 'second' : 'first' };
  }
}

const scratch = Buffer.alloc(36);

/** One octet a character: for as many connections as this, the length of a key matters. */
function keyFrom(version: number, ports: number, near: readonly number[], far: readonly number[]): string {
  let length = scratch.writeInt32LE(ports, 0);
  const from = version === 4 ? 3 : 0;
  for (const address of [near, far])
    for (const part of address.slice(from)) length = scratch.writeInt32LE(part | 0, length);
  return scratch.toString('latin1', 0, length);
}

const keyOf = (c: Connection): string =>
  keyFrom(c.version, c.ports, [c.address0, c.address1, c.address2, c.address3], [c.peer0, c.peer1, c.peer2, c.peer3]);

const sourceOf = (d: Datagram): number[] => [d.source0, d.source1, d.source2, d.source3];
const destinationOf = (d: Datagram): number[] => [d.destination0, d.destination1, d.destination2, d.destination3];

const sentKey = (d: Datagram, ports: number): string => keyFrom(d.version, ports, sourceOf(d), destinationOf(d));

const answeredKey = (d: Datagram, ports: number): string =>
  keyFrom(d.version, (ports << 16) | (ports >>> 16), destinationOf(d), sourceOf(d));

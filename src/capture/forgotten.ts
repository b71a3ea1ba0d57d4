import { AgedMap, Allowance } from '../rpc/index.js';
import type { Connection } from './connection.js';
import type { Datagram } from './ip.js';

/** Memory for all remainders; one of an activation's connection takes some 350 octets of it. */
const OCTETS = 48 << 20;
/** What a remainder takes beside its text. */
const OVERHEAD = 256;

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

  constructor(octets = OCTETS) {
    this.#remainders = new AgedMap(
      new Allowance(octets, () => {
        this.lost++;
      }),
    );
  }

  add(connection: Connection<unknown>): void {
    const text = connection.keeper?.remainder ?? connection.remainder;
    const { stream, client } = connection;
    this.#remainders.set(keyOf(connection), { stream, client, text }, OVERHEAD + (text?.length ?? 0));
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

const textOf = (version: number, ports: number, low: readonly number[], high: () => readonly number[]): string =>
  `${ports},${low}${version === 4 ? '' : `,${high()}`}`;

const keyOf = (c: Connection<unknown>): string =>
  textOf(c.version, c.ports, [c.address3, c.peer3], () => [
    ...[c.address0, c.address1, c.address2],
    ...[c.peer0, c.peer1, c.peer2],
  ]);

const sentKey = (d: Datagram, ports: number): string =>
  textOf(d.version, ports, [d.source3, d.destination3], () => [
    ...[d.source0, d.source1, d.source2],
    ...[d.destination0, d.destination1, d.destination2],
  ]);

const answeredKey = (d: Datagram, ports: number): string =>
  textOf(d.version, (ports << 16) | (ports >>> 16), [d.destination3, d.source3], () => [
    ...[d.destination0, d.destination1, d.destination2],
    ...[d.source0, d.source1, d.source2],
  ]);

import type { ConnectionAttempt } from '../stream/attempt.js';
import type { SeenFinding } from './events.js';
import { findingAt } from './findings.js';
import { addressOf } from './place.js';
import type { AuditPlace } from './records.js';

/** Pairs of machines that are remembered; the oldest give way. */
const MAX_PAIRS = 16_384;
const RESOLVER_PORT = 135;

/**
 * Who has activated at whom, so that a connection the other way round is known for a call back ([MS-DCOM] 1.3.1: the
 * server of an activation is the client of the objects that it was given), and one that finds nobody is no riddle.
 */
export class ActivatedPairs {
  readonly #pairs = new Set<string>();

  activated(client: string, server: string): void {
    const key = `${client} ${server}`;
    this.#pairs.delete(key);
    this.#pairs.add(key);
    if (this.#pairs.size > MAX_PAIRS) this.#pairs.delete(this.#pairs.keys().next().value as string);
  }

  /** The client of this connection was the server of an activation by the one that it calls. */
  isCallback(client: string, server: string): boolean {
    return client !== server && this.#pairs.has(`${server} ${client}`);
  }

  /** What an attempt to connect that came to nothing means after an activation; undefined where it means nothing. */
  attempted(place: AuditPlace, outcome: ConnectionAttempt['outcome']): SeenFinding | undefined {
    const [client, server] = [addressOf(place.client), addressOf(place.server)];
    const number = Number(/:(\d+)$/.exec(place.server)?.[1]);
    const back = this.isCallback(client, server);
    const onwards = this.#pairs.has(`${client} ${server}`) && number !== RESOLVER_PORT;
    if (!back && !onwards) return undefined;
    const port = `port ${number} of ${server} ${outcome === 'refused' ? 'refuses' : 'does not answer'}`;
    const detail = back
      ? `a call back: ${client}, at which ${server} has activated an object, wants to call it, and ${port}: a firewall, or nothing listens there`
      : `after an activation that was answered ${port}: the object's exporter is not reached, because of a firewall or an address that is not the server's`;
    const facts = { callback: back, port: number, outcome };
    return findingAt(place, { finding: 'unreachable', severity: 'warning', detail, facts });
  }
}

import { CodecError } from '../codec/error.js';
import { decodePdu } from '../codec/rpce/index.js';
import type { AssociationEvent } from '../rpc/index.js';
import type { EndpointObserver } from '../server/endpoint.js';
import { serverChallengeOf } from './victim.js';

/** Watches the server's connections: what it refuses, which it closes, and which challenges it gives out. */
export class Witness implements EndpointObserver {
  readonly refusals: AssociationEvent[] = [];
  readonly closed: string[] = [];
  readonly #challenges = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  #open = 0;

  connected(): void {
    this.#open++;
  }

  disconnected(_client: unknown, _server: unknown, why: string | undefined): void {
    if (why !== undefined) this.closed.push(why);
    if (--this.#open === 0) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  association(event: AssociationEvent): void {
    if (event.type === 'fault' || event.type === 'bind_nak') this.refusals.push(event);
  }

  octets(from: 'client' | 'server', bytes: Uint8Array): void {
    if (from === 'client') return;
    try {
      const challenge = serverChallengeOf(decodePdu(bytes));
      if (challenge !== undefined) this.#challenges.add(Buffer.from(challenge).toString('hex'));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
  }

  /** Whether the server has given out this ServerChallenge. */
  gave(serverChallenge: Uint8Array): boolean {
    return this.#challenges.has(Buffer.from(serverChallenge).toString('hex'));
  }

  /** Settles when no connection is open: by then everything is known that the server did. */
  idle(): Promise<void> {
    if (this.#open === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

import { CodecError } from '../codec/error.js';
import { decodePdu } from '../codec/rpce/index.js';
import type { LoggedEvent } from '../hardening/events.js';
import { type Endpoint, formatEndpoint } from '../net/channel.js';
import type { AssociationEvent, RefusalEvent } from '../rpc/index.js';
import type { Activation, FailedLogon, LogListeners } from '../server/activation/log.js';
import type { EndpointObserver } from '../server/endpoint/endpoint.js';
import type { Invocation } from '../server/objects/exporter.js';
import type { RefusedCall } from '../server/objects/refused-call.js';
import { serverChallengeOf } from './victim.js';

/** Watches a server from now on: what it logs and refuses, which connections it closes, which challenges it gives out. */
export class Witness implements EndpointObserver, LogListeners {
  readonly refusals: RefusalEvent[] = [];
  readonly closed: string[] = [];
  readonly activations: Activation[] = [];
  readonly events: LoggedEvent[] = [];
  readonly failedLogons: FailedLogon[] = [];
  readonly refusedCalls: RefusedCall[] = [];
  readonly invocations: Invocation[] = [];
  readonly #challenges = new Set<string>();
  readonly #waiting: (() => void)[] = [];
  readonly #open = new Set<string>();

  readonly onActivation = (activation: Activation): void => void this.activations.push(activation);
  readonly onEvent = (event: LoggedEvent): void => void this.events.push(event);
  readonly onFailedLogon = (logon: FailedLogon): void => void this.failedLogons.push(logon);
  readonly onRefusedCall = (call: RefusedCall): void => void this.refusedCalls.push(call);
  readonly onInvocation = (invocation: Invocation): void => void this.invocations.push(invocation);

  connected(client: Endpoint, server: Endpoint): void {
    this.#open.add(connectionOf(client, server));
  }

  /** A connection that was there before the witness is not its concern. */
  disconnected(client: Endpoint, server: Endpoint, why: string | undefined): void {
    if (!this.#open.delete(connectionOf(client, server))) return;
    if (why !== undefined) this.closed.push(why);
    if (this.#open.size === 0) for (const resolve of this.#waiting.splice(0)) resolve();
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
    if (this.#open.size === 0) return Promise.resolve();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}

const connectionOf = (client: Endpoint, server: Endpoint): string =>
  `${formatEndpoint(client)} ${formatEndpoint(server)}`;

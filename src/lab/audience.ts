import type { LoggedEvent } from '../hardening/events.js';
import type { Endpoint } from '../net/channel.js';
import type { AssociationEvent, ServerCall } from '../rpc/index.js';
import type { Activation, FailedLogon, LogListeners } from '../server/activation/log.js';
import type { CallAnswer, EndpointObserver } from '../server/endpoint/endpoint.js';
import type { Invocation } from '../server/objects/exporter.js';
import type { RefusedCall } from '../server/objects/refused-call.js';

/** Somebody who wants to be told what a server sees and does. */
export type Listening = EndpointObserver & LogListeners;

/** Tells many what a server tells one. */
export class Audience implements EndpointObserver, LogListeners {
  readonly #listening = new Set<Listening>();

  /** Gives what ends it. */
  add(listening: Listening): () => void {
    this.#listening.add(listening);
    return () => this.#listening.delete(listening);
  }

  connected(client: Endpoint, server: Endpoint): void {
    for (const each of this.#listening) each.connected?.(client, server);
  }

  association(event: AssociationEvent, client: Endpoint, server: Endpoint): void {
    for (const each of this.#listening) each.association?.(event, client, server);
  }

  octets(from: 'client' | 'server', bytes: Uint8Array, client: Endpoint, server: Endpoint): void {
    for (const each of this.#listening) each.octets?.(from, bytes, client, server);
  }

  answering(call: ServerCall, answer: CallAnswer, client: Endpoint, server: Endpoint): void {
    for (const each of this.#listening) each.answering?.(call, answer, client, server);
  }

  disconnected(client: Endpoint, server: Endpoint, why: string | undefined): void {
    for (const each of this.#listening) each.disconnected?.(client, server, why);
  }

  readonly onActivation = (activation: Activation): void => {
    for (const each of this.#listening) each.onActivation?.(activation);
  };

  readonly onEvent = (event: LoggedEvent): void => {
    for (const each of this.#listening) each.onEvent?.(event);
  };

  readonly onInvocation = (invocation: Invocation): void => {
    for (const each of this.#listening) each.onInvocation?.(invocation);
  };

  readonly onRefusedCall = (call: RefusedCall): void => {
    for (const each of this.#listening) each.onRefusedCall?.(call);
  };

  readonly onFailedLogon = (logon: FailedLogon): void => {
    for (const each of this.#listening) each.onFailedLogon?.(logon);
  };
}

import type { Logger } from 'pino';
import { PFC } from '../../codec/rpce/index.js';
import type { Accept, Channel, ChannelEvents, Endpoint } from '../../net/channel.js';
import type { Environment } from '../../net/environment.js';
import type { Stoppable, Timers } from '../../net/timers.js';
import {
  type AssociationEvent,
  AssociationGroups,
  type AssociationOutput,
  causeOf,
  type InterfaceTable,
  type RpcLimits,
  type RpcProfile,
  ServerAssociation,
  type ServerCall,
} from '../../rpc/index.js';
import type { AcceptorProvider, Milliseconds } from '../../security/index.js';
import { dispatch, type Outcome } from './dispatch.js';
import type { EndpointStatistics } from './management.js';
import type { Method } from './service.js';

/** The interfaces of an endpoint with the methods behind them. */
export interface Services extends InterfaceTable {
  method(call: Pick<ServerCall, 'interface' | 'opnum' | 'object'>): Method | undefined;
}

/** What an endpoint reports; every function is optional. */
export interface EndpointObserver {
  connected?(client: Endpoint, server: Endpoint): void;
  association?(event: AssociationEvent, client: Endpoint, server: Endpoint): void;
  /** Octets in the order of the wire, for a recorder. */
  octets?(from: 'client' | 'server', bytes: Uint8Array, client: Endpoint, server: Endpoint): void;
  disconnected?(client: Endpoint, server: Endpoint, why: string | undefined): void;
}

export interface EndpointOptions extends Pick<Environment, 'random' | 'clock'> {
  readonly services: Services;
  readonly providers: readonly AcceptorProvider[];
  readonly profile: RpcProfile;
  readonly limits?: Partial<RpcLimits>;
  readonly logger: Logger;
  readonly observers?: readonly EndpointObserver[];
  /** Told what a method threw that is no fault. */
  readonly failed?: (error: Error) => void;
  /** Counted up; what the management interface shows. */
  readonly statistics: EndpointStatistics;
}

/** How often time-outs are looked for. */
const TICK_MILLISECONDS: Milliseconds = 1_000;

/** One RPC endpoint: takes connections, runs an association on each, and answers its calls. */
export class RpcEndpoint {
  readonly #options: EndpointOptions;
  readonly #groups: AssociationGroups;
  readonly #connections = new Set<Connection>();

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#groups = new AssociationGroups(options.random);
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** To be given to whatever opens channels. */
  readonly accept: Accept = (channel) => {
    const connection = new Connection(channel, this.#options, this.#groups, () => this.#connections.delete(connection));
    this.#connections.add(connection);
    return connection;
  };

  /** Looks for connections that took too long. */
  tick(): void {
    for (const connection of this.#connections) connection.tick();
  }
}

/** Ticks endpoints, and whatever else has time-outs, until it is stopped. */
export const keepTime = (kept: readonly { tick(): void }[], timers: Timers): Stoppable =>
  timers.every(TICK_MILLISECONDS, () => {
    for (const item of kept) item.tick();
  });

class Connection implements ChannelEvents {
  readonly #channel: Channel;
  readonly #options: EndpointOptions;
  readonly #association: ServerAssociation;
  readonly #gone: () => void;
  #why: string | undefined;

  constructor(channel: Channel, options: EndpointOptions, groups: AssociationGroups, gone: () => void) {
    this.#channel = channel;
    this.#options = options;
    this.#gone = gone;
    this.#association = new ServerAssociation({
      interfaces: options.services,
      providers: options.providers,
      groups,
      clientAddress: channel.remote.address,
      secondaryAddress: String(channel.local.port),
      profile: options.profile,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      now: options.clock(),
    });
    this.#observe((observer) => observer.connected?.(channel.remote, channel.local));
  }

  data(bytes: Buffer): void {
    this.#observe((observer) => observer.octets?.('client', bytes, this.#channel.remote, this.#channel.local));
    const output = this.#association.receive(bytes, this.#options.clock());
    this.#options.statistics.pkts_in += output.received;
    this.#obey(output);
  }

  closed(error?: Error): void {
    this.#association.close();
    this.#gone();
    this.#observe((observer) =>
      observer.disconnected?.(this.#channel.remote, this.#channel.local, this.#why ?? error?.message),
    );
  }

  tick(): void {
    this.#obey(this.#association.tick(this.#options.clock()));
  }

  #obey(output: AssociationOutput): void {
    for (const event of output.events) this.#tell(event);
    this.#send(output.send);
    for (const call of output.calls) void this.#answer(call);
    if (output.close !== undefined) this.#end(output.close);
  }

  /** Once the calls that came before are answered. */
  #end(why: string): void {
    this.#why ??= why;
    if (this.#association.outstanding === 0) this.#channel.end();
  }

  async #answer(call: ServerCall): Promise<void> {
    this.#options.statistics.calls_in++;
    const found = this.#options.services.method(call);
    const outcome = await dispatch(found, {
      call,
      groupId: this.#association.groupId,
      client: this.#channel.remote,
      server: this.#channel.local,
    });
    this.#send(this.#answerOf(call, outcome));
    if ('disconnect' in outcome && outcome.disconnect) this.#why ??= outcome.why;
    if (this.#why !== undefined) this.#end(this.#why);
  }

  #answerOf(call: ServerCall, outcome: Outcome): Buffer[] {
    if ('stub' in outcome) return this.#association.respond(call, outcome.stub);
    const { check, status, flags, why, error, logged } = outcome;
    if (error !== undefined) {
      this.#options.failed?.(error);
      this.#options.logger.error({ err: error, interface: call.interface.name, opnum: call.opnum }, why);
    }
    const place = `${call.interface.name} opnum ${call.opnum}`;
    if (!logged) this.#tell({ type: 'fault', callId: call.callId, status, ...causeOf(check), why: `${place}: ${why}` });
    return this.#association.fault(call, status, { didNotExecute: (flags & PFC.DID_NOT_EXECUTE) !== 0 });
  }

  #tell(event: AssociationEvent): void {
    this.#observe((observer) => observer.association?.(event, this.#channel.remote, this.#channel.local));
  }

  #send(pdus: readonly Buffer[]): void {
    this.#options.statistics.pkts_out += pdus.length;
    for (const pdu of pdus) {
      this.#observe((observer) => observer.octets?.('server', pdu, this.#channel.remote, this.#channel.local));
      this.#channel.send(pdu);
    }
  }

  #observe(tell: (observer: EndpointObserver) => void): void {
    for (const observer of this.#options.observers ?? []) tell(observer);
  }
}

import type { Logger } from 'pino';
import { callName } from '../../codec/interfaces.js';
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
  ServerShares,
  Shares,
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
  /** A call that was checked and unsealed, and its answer, before that is protected and sent. */
  answering?(call: ServerCall, answer: CallAnswer, client: Endpoint, server: Endpoint): void;
  disconnected?(client: Endpoint, server: Endpoint, why: string | undefined): void;
}

/** What a call is answered with: its results, marshalled and in plain, or the status of a fault. */
export type CallAnswer = { readonly stub: Buffer } | { readonly status: number };

export interface EndpointOptions extends Pick<Environment, 'random' | 'clock' | 'monotonic'> {
  readonly services: Services;
  readonly providers: readonly AcceptorProvider[];
  readonly profile: RpcProfile;
  readonly limits?: Partial<RpcLimits>;
  /** What the connections of all endpoints of a server hold together; those of this one where absent. */
  readonly shares?: ServerShares;
  /** Connections at a time, 1,000 where absent; where all are taken, a peer that has more than its share gets no more. */
  readonly maxConnections?: number;
  readonly logger: Logger;
  readonly observers?: readonly EndpointObserver[];
  /** Told what a method threw that is no fault. */
  readonly failed?: (error: Error) => void;
  /** Counted up; what the management interface shows. */
  readonly statistics: EndpointStatistics;
}

const MAX_CONNECTIONS = 1_000;
/** How often time-outs are looked for. */
const TICK_MILLISECONDS: Milliseconds = 1_000;
/** A connection that nothing went over for so long has to go where more than half of all places are taken. */
const IDLE_MILLISECONDS: Milliseconds = 300_000;

/** One RPC endpoint: takes connections, runs an association on each, and answers its calls. */
export class RpcEndpoint {
  readonly #options: EndpointOptions;
  readonly #groups: AssociationGroups;
  readonly #connections = new Set<Connection>();
  readonly #maxConnections: number;
  readonly #peers: Shares;
  readonly #shares: ServerShares;
  /** Peers that were told of in the log. */
  readonly #turnedAway = new Set<string>();

  constructor(options: EndpointOptions) {
    this.#options = options;
    this.#groups = new AssociationGroups(options.random);
    this.#maxConnections = options.maxConnections ?? MAX_CONNECTIONS;
    this.#peers = new Shares(this.#maxConnections);
    this.#shares = options.shares ?? new ServerShares();
  }

  /** Connections that are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** To be given to whatever opens channels. */
  readonly accept: Accept = (channel) => {
    const peer = channel.remote.address;
    if (!this.#peers.take(peer)) return this.#turnAway(channel);
    const gone = (): void => {
      this.#connections.delete(connection);
      this.#peers.give(peer);
      if (this.#peers.of(peer) === 0) this.#turnedAway.delete(peer);
    };
    const connection = new Connection(channel, this.#options, { groups: this.#groups, shares: this.#shares, gone });
    this.#connections.add(connection);
    return connection;
  };

  /** Looks for connections that took too long, and where there are many, for those that nobody uses. */
  tick(): void {
    const crowded = this.#connections.size > this.#maxConnections / 2;
    if (!crowded) this.#turnedAway.clear();
    for (const connection of this.#connections) {
      connection.tick();
      if (crowded) connection.endIfIdle(IDLE_MILLISECONDS);
    }
  }

  /** One that is too much. It is said once of a peer, or its attempts would fill the log. */
  #turnAway(channel: Channel): ChannelEvents {
    const { address } = channel.remote;
    if (!this.#turnedAway.has(address) && this.#turnedAway.size < this.#maxConnections) {
      this.#turnedAway.add(address);
      this.#options.logger.warn({ client: address }, 'further connections are closed: it has more than its share');
    }
    channel.destroy();
    return { data: () => {}, closed: () => {} };
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
  #lastUsed: Milliseconds;

  constructor(
    channel: Channel,
    options: EndpointOptions,
    { groups, shares, gone }: { readonly groups: AssociationGroups; readonly shares: ServerShares; gone(): void },
  ) {
    this.#channel = channel;
    this.#options = options;
    this.#gone = gone;
    this.#lastUsed = options.monotonic();
    this.#association = new ServerAssociation({
      interfaces: options.services,
      providers: options.providers,
      groups,
      shares,
      clientAddress: channel.remote.address,
      secondaryAddress: String(channel.local.port),
      profile: options.profile,
      ...(options.limits === undefined ? {} : { limits: options.limits }),
      now: options.monotonic(),
    });
    this.#observe((observer) => observer.connected?.(channel.remote, channel.local));
  }

  data(bytes: Buffer): void {
    this.#observe((observer) => observer.octets?.('client', bytes, this.#channel.remote, this.#channel.local));
    this.#lastUsed = this.#options.monotonic();
    const output = this.#association.receive(bytes, this.#options.clock(), this.#lastUsed);
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
    this.#obey(this.#association.tick(this.#options.monotonic()));
  }

  endIfIdle(after: Milliseconds): void {
    // A client that waits for an answer is not idle, however long the method takes.
    if (this.#association.outstanding > 0 || this.#options.monotonic() - this.#lastUsed <= after) return;
    this.#end('it was idle, and others need its place');
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
    this.#observe((observer) => observer.answering?.(call, outcome, this.#channel.remote, this.#channel.local));
    this.#send(this.#answerOf(call, outcome));
    this.#lastUsed = this.#options.monotonic();
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
    const place = callName(call.interface.name, call.opnum);
    if (!logged) this.#tell({ type: 'fault', callId: call.callId, status, ...causeOf(check), why: `${place}: ${why}` });
    return this.#association.fault(call, status, { didNotExecute: (flags & PFC.DID_NOT_EXECUTE) !== 0 });
  }

  #tell(event: AssociationEvent): void {
    const told = 'why' in event ? { ...event, why: shortened(event.why) } : event;
    this.#observe((observer) => observer.association?.(told, this.#channel.remote, this.#channel.local));
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

/** Longer than what any rule says by itself: what is longer holds what a peer has sent. */
const LONGEST_REASON = 500;

const shortened = (why: string): string => (why.length > LONGEST_REASON ? `${why.slice(0, LONGEST_REASON)}…` : why);

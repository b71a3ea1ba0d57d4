import type { RefusedBy } from '../../codec/status/refused-by.js';
import { EventLog } from '../../hardening/event-log.js';
import type { DcomEvent, LoggedEvent } from '../../hardening/events.js';
import type { Endpoint } from '../../net/channel.js';
import { Recent } from '../../rpc/index.js';
import type { Identity, Milliseconds } from '../../security/index.js';
import type { CallBack } from '../objects/callbacks.js';
import type { Invocation } from '../objects/exporter.js';
import type { RefusedCall } from '../objects/refused-call.js';

/** One activation that a client asked for, and what became of it. */
export interface Activation {
  readonly time: Milliseconds;
  readonly method: 'RemoteActivation' | 'RemoteGetClassObject' | 'RemoteCreateInstance';
  /** Undefined where the request could not be read. */
  readonly clsid: string | undefined;
  readonly iids: readonly string[];
  readonly client: Endpoint;
  readonly authType: number;
  readonly level: number;
  /** Undefined without authentication. */
  readonly identity: Identity | undefined;
  readonly outcome: 'accepted' | 'refused';
  readonly refusedBy?: RefusedBy;
  /** The rule that decided, in words. */
  readonly reason: string;
  /** The status of the fault PDU, or the result in the answer. */
  readonly status: number;
  readonly form: 'response' | 'fault';
  /** The file that the object is to be loaded from, where one is named. */
  readonly objectName?: string;
  /** Something the client did that the specification does not allow and nobody refused. */
  readonly departures?: readonly string[];
  /** No source confirms what decided; see the server profile. */
  readonly unconfirmed?: true;
  readonly event?: DcomEvent;
}

/** A client that could not prove its identity. The association refuses its calls from then on. */
export interface FailedLogon {
  readonly time: Milliseconds;
  readonly client: Endpoint;
  readonly authType: number;
  readonly level: number;
  readonly refusedBy: RefusedBy;
  readonly reason: string;
}

/** The events of a server, by their names in its history. */
export interface Happenings {
  readonly activation: Activation;
  readonly event: LoggedEvent;
  readonly invocation: Invocation;
  readonly refusedCall: RefusedCall;
  readonly failedLogon: FailedLogon;
  readonly callBack: CallBack;
}

/** One thing that happened at a server: `entry` is the item of the list for its kind. */
export type HistoryEntry = {
  [K in keyof Happenings]: { readonly kind: K; readonly time: Milliseconds; readonly entry: Happenings[K] };
}[keyof Happenings];

/** Functions that are told what happens at a server, as it happens. */
export interface LogListeners {
  readonly onActivation?: (activation: Activation) => void;
  readonly onEvent?: (event: LoggedEvent) => void;
  readonly onInvocation?: (invocation: Invocation) => void;
  readonly onRefusedCall?: (call: RefusedCall) => void;
  readonly onFailedLogon?: (logon: FailedLogon) => void;
  readonly onCallBack?: (callBack: CallBack) => void;
}

/** What the server remembers, and whom it tells. */
export class ServerLog {
  readonly #activations = new Recent<Activation>();
  readonly #invocations = new Recent<Invocation>();
  readonly #refusedCalls = new Recent<RefusedCall>();
  readonly #failedLogons = new Recent<FailedLogon>();
  readonly #callBacks = new Recent<CallBack>();
  readonly activations = this.#activations.items;
  readonly invocations = this.#invocations.items;
  readonly refusedCalls = this.#refusedCalls.items;
  readonly failedLogons = this.#failedLogons.items;
  readonly callBacks = this.#callBacks.items;
  readonly #computer: string;
  readonly #eventLog: EventLog;
  readonly #options: LogListeners;
  /** How many things had happened before it. */
  readonly #places = new WeakMap<object, number>();
  #happened = 0;
  readonly #following = new Set<(event: LoggedEvent) => void>();

  /** Its events go to the log of its computer. */
  constructor(computer: string, options: LogListeners, eventLog = new EventLog()) {
    this.#computer = computer;
    this.#eventLog = eventLog;
    this.#options = options;
  }

  get events(): readonly LoggedEvent[] {
    return this.#eventLog.entries;
  }

  /** All that is in the lists, in the order in which it happened. */
  get history(): readonly HistoryEntry[] {
    const { activations, invocations, refusedCalls, failedLogons, callBacks } = this;
    const entries = [
      ...of('activation', activations),
      ...of('event', this.events),
      ...of('invocation', invocations),
      ...of('refusedCall', refusedCalls),
      ...of('failedLogon', failedLogons),
      ...of('callBack', callBacks),
    ];
    // Only what this server did has a place: others may write into the event log too.
    const placed = entries.filter(({ entry }) => this.#places.has(entry));
    return placed.sort((one, other) => this.#placeOf(one) - this.#placeOf(other));
  }

  #placeOf({ entry }: HistoryEntry): number {
    return this.#places.get(entry) as number;
  }

  #place<T extends object>(entry: T): T {
    this.#places.set(entry, this.#happened++);
    return entry;
  }

  /** Tells of each event from now on, until what it gives is called. */
  follow(listener: (event: LoggedEvent) => void): () => void {
    this.#following.add(listener);
    return () => this.#following.delete(listener);
  }

  invoked(invocation: Invocation): void {
    this.#invocations.push(this.#place(invocation));
    this.#options.onInvocation?.(invocation);
  }

  refused(call: RefusedCall): void {
    this.#refusedCalls.push(this.#place(call));
    this.#options.onRefusedCall?.(call);
  }

  failed(logon: FailedLogon): void {
    this.#failedLogons.push(this.#place(logon));
    this.#options.onFailedLogon?.(logon);
  }

  calledBack(callBack: CallBack): void {
    this.#callBacks.push(this.#place(callBack));
    this.#options.onCallBack?.(callBack);
  }

  report(activation: Activation): void {
    this.#activations.push(this.#place(activation));
    this.#options.onActivation?.(activation);
    if (activation.event === undefined) return;
    const logged = this.#place(this.#eventLog.write(activation.event, activation.time, this.#computer));
    this.#options.onEvent?.(logged);
    for (const listener of this.#following) listener(logged);
  }
}

const of = <K extends keyof Happenings>(kind: K, entries: readonly Happenings[K][]) =>
  entries.map((entry) => ({ kind, time: 'at' in entry ? entry.at.time : entry.time, entry }) as HistoryEntry);

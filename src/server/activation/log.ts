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
  /** What the client does that the specification does not allow, and nobody refused it for. */
  readonly departures?: readonly string[];
  /** No source confirms what decided; see the server profile. */
  readonly unconfirmed?: true;
  readonly event?: DcomEvent;
}

/** Somebody who could not prove who he is. What he calls thereafter is refused by the association. */
export interface FailedLogon {
  readonly time: Milliseconds;
  readonly client: Endpoint;
  readonly authType: number;
  readonly level: number;
  readonly refusedBy: RefusedBy;
  readonly reason: string;
}

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

  /** Tells of each event from now on, until what it gives is called. */
  follow(listener: (event: LoggedEvent) => void): () => void {
    this.#following.add(listener);
    return () => this.#following.delete(listener);
  }

  invoked(invocation: Invocation): void {
    this.#invocations.push(invocation);
    this.#options.onInvocation?.(invocation);
  }

  refused(call: RefusedCall): void {
    this.#refusedCalls.push(call);
    this.#options.onRefusedCall?.(call);
  }

  failed(logon: FailedLogon): void {
    this.#failedLogons.push(logon);
    this.#options.onFailedLogon?.(logon);
  }

  calledBack(callBack: CallBack): void {
    this.#callBacks.push(callBack);
    this.#options.onCallBack?.(callBack);
  }

  report(activation: Activation): void {
    this.#activations.push(activation);
    this.#options.onActivation?.(activation);
    if (activation.event === undefined) return;
    const logged = this.#eventLog.write(activation.event, activation.time, this.#computer);
    this.#options.onEvent?.(logged);
    for (const listener of this.#following) listener(logged);
  }
}

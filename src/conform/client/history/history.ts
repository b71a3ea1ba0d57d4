import type { Pdu } from '../../../codec/rpce/index.js';
import type { Endpoint } from '../../../net/channel.js';
import type { Observed, ObservedSecurity } from '../../../rpc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import type { Answer, AnsweredCall, Port } from '../middle/answer.js';

/** A connection that the client under test opened. */
export interface OpenedConnection {
  /** From 1 on. */
  readonly number: number;
  readonly to: Port;
  readonly server: Endpoint;
  readonly client: Endpoint;
  /** The security contexts that the client began on it, as a sniffer that knows the password sees them. */
  readonly securities: readonly ObservedSecurity[];
  /** Place in the history at which it ended, and who ended it. */
  closed: { readonly at: number; readonly by: 'client' | 'server' } | undefined;
}

/** A PDU that went over the wire, as it went. */
export interface SentPdu {
  /** Its place among all that went over all connections. */
  readonly at: number;
  /** Milliseconds since 1970-01-01 UTC. */
  readonly time: Milliseconds;
  readonly connection: OpenedConnection;
  readonly from: 'client' | 'server';
  readonly bytes: Buffer;
  /** Undefined for octets that are no PDU. */
  readonly pdu: Pdu | undefined;
  /** A PDU of the client as a sniffer that knows the password sees it. */
  readonly observed: Observed<AnsweredCall> | undefined;
  /** It was not what the server would have sent. */
  readonly changed: boolean;
}

/** PDUs of one attempt that are kept: a client that never stops costs no memory. */
const MOST = 5_000;

/** All that happened on the wire in one attempt, in its order. */
export class History {
  readonly connections: OpenedConnection[] = [];
  readonly pdus: SentPdu[] = [];
  /** What the server answered, in plain and as it was before anybody changed it. */
  readonly answers: { readonly at: number; readonly time: Milliseconds; readonly answer: Answer }[] = [];
  readonly #clock: () => Milliseconds;
  /** Told of every connection, PDU and end. */
  readonly #told: (() => void) | undefined;
  #next = 0;
  #changed: { readonly at: number; readonly connection: number } | undefined;

  constructor(clock: () => Milliseconds, told?: () => void) {
    this.#clock = clock;
    this.#told = told;
  }

  /** Connections that have not ended. */
  get open(): number {
    return this.connections.filter(({ closed }) => closed === undefined).length;
  }

  /** Place at which the first answer was changed on its way; undefined where none was. */
  get changedAt(): number | undefined {
    return this.#changed?.at;
  }

  /** The connection that it belonged to. */
  get changedOn(): OpenedConnection | undefined {
    return this.connections[(this.#changed?.connection ?? 0) - 1];
  }

  /** The connection's number. */
  opened(
    to: Port,
    ends: Pick<OpenedConnection, 'server' | 'client'>,
    securities: () => readonly ObservedSecurity[],
  ): number {
    const number = this.connections.length + 1;
    this.connections.push({
      ...{ number, to, ...ends, closed: undefined },
      get securities() {
        return securities();
      },
    });
    this.#next++;
    this.#told?.();
    return number;
  }

  sent(
    number: number,
    from: SentPdu['from'],
    bytes: Buffer,
    what: { readonly observed?: Observed<AnsweredCall>; readonly pdu?: Pdu | undefined; readonly changed: boolean },
  ): void {
    const { observed, changed } = what;
    const at = this.#next++;
    this.#told?.();
    if (this.pdus.length >= MOST) return;
    const connection = this.connections[number - 1] as OpenedConnection;
    this.pdus.push({
      ...{ at, time: this.#clock(), connection, from, bytes, observed, changed },
      pdu: what.pdu ?? observed?.pdu,
    });
  }

  answered(answer: Answer): void {
    if (this.answers.length < MOST) this.answers.push({ at: this.#next++, time: this.#clock(), answer });
  }

  /** From here on, what the client meets is not what the server would have done: another PDU, none, or an end. */
  changes(connection: number): void {
    this.#changed ??= { at: this.#next++, connection };
  }

  closed(number: number, by: 'client' | 'server'): void {
    const connection = this.connections[number - 1];
    if (connection !== undefined) connection.closed ??= { at: this.#next++, by };
    this.#told?.();
  }
}

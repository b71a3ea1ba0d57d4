import type { Pdu } from '../../../codec/rpce/index.js';
import type { Endpoint } from '../../../net/channel.js';
import type { Observed } from '../../../rpc/index.js';
import type { AnsweredCall, Port } from '../middle/answer.js';

/** A connection that the client under test opened. */
export interface OpenedConnection {
  /** From 1 on. */
  readonly number: number;
  readonly to: Port;
  readonly server: Endpoint;
  readonly client: Endpoint;
  /** Place in the history at which it ended, and who ended it. */
  closed: { readonly at: number; readonly by: 'client' | 'server' } | undefined;
}

/** A PDU that went over the wire, as it went. */
export interface SentPdu {
  /** Its place among all that went over all connections. */
  readonly at: number;
  readonly connection: OpenedConnection;
  readonly from: 'client' | 'server';
  readonly bytes: Buffer;
  /** Undefined for octets that are no PDU. */
  readonly pdu: Pdu | undefined;
  /** What a sniffer that knows the password makes of a PDU of the client. */
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
  /** Told of every connection, PDU and end. */
  readonly #told: (() => void) | undefined;
  #next = 0;

  constructor(told?: () => void) {
    this.#told = told;
  }

  /** Connections that have not ended. */
  get open(): number {
    return this.connections.filter(({ closed }) => closed === undefined).length;
  }

  /** Place of the first PDU that was not what the server would have sent; undefined where there was none. */
  get changedAt(): number | undefined {
    return this.#changedAt;
  }

  #changedAt: number | undefined;

  /** The connection's number. */
  opened(to: Port, server: Endpoint, client: Endpoint): number {
    const number = this.connections.length + 1;
    this.connections.push({ number, to, server, client, closed: undefined });
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
    if (changed) this.#changedAt ??= at;
    this.#told?.();
    if (this.pdus.length >= MOST) return;
    const connection = this.connections[number - 1] as OpenedConnection;
    this.pdus.push({ ...{ at, connection, from, bytes, observed, changed }, pdu: what.pdu ?? observed?.pdu });
  }

  /** Something was done that leaves no PDU: the connection was ended, an answer held back. */
  interfered(): void {
    this.#changedAt ??= this.#next++;
  }

  closed(number: number, by: 'client' | 'server'): void {
    const connection = this.connections[number - 1];
    if (connection !== undefined) connection.closed ??= { at: this.#next++, by };
    this.#told?.();
  }
}

import type { Operation } from '../codec/ndr/index.js';
import type { ContextElement, ContextResult } from '../codec/rpce/index.js';
import { type Accept, type Channel, type Endpoint, formatEndpoint } from '../net/channel.js';
import { type Environment, environmentOf } from '../net/environment.js';
import { TransportError } from '../net/error.js';
import type { Stoppable } from '../net/timers.js';
import {
  BindRejected,
  ClientAssociation,
  type ClientAssociationOptions,
  type ClientEvent,
  type ClientSecurityOptions,
  ProtocolError,
  RpcFault,
  type TransferSyntaxName,
} from '../rpc/index.js';
import type { Milliseconds } from '../security/index.js';

export { acceptedContext, propose } from './proposals.js';

/** Where to connect to, and how the connection behaves. */
export interface ConnectionOptions extends Partial<Environment> {
  /** A numeric address, or a name. */
  readonly host: string;
  /** TCP port. */
  readonly port: number;
  /** How the client's end of the association behaves. */
  readonly association?: ClientAssociationOptions;
  /** For the connection, and for each answer; 10 seconds where absent. */
  readonly timeout?: Milliseconds;
  /** Only for the connection; where absent, `timeout`. */
  readonly connectTimeout?: Milliseconds;
  /** Octets in the order of the wire, for a recorder. */
  readonly octets?: (from: 'client' | 'server', bytes: Uint8Array) => void;
}

/** An answer as it came, before it is unmarshalled. */
export interface RawAnswer {
  readonly stub: Buffer;
  readonly littleEndian: boolean;
}

/** One call over a connection. */
export interface CallOptions {
  /** p_cont_id of the accepted presentation context. */
  readonly contextId: number;
  /** The IPID of an ORPC call. */
  readonly object?: string;
  /** Which security context protects the call; absent for none. */
  readonly authContextId?: number;
  /** Adds a verification trailer ([MS-RPCE] 2.2.2.13); false where absent. */
  readonly verificationTrailer?: boolean;
}

type Answered = Extract<ClientEvent, { type: 'response' | 'fault' }>;

interface Waiting {
  /** Absent for a bind or alter_context, whose answers `Negotiation` waits for. */
  readonly resolve: ((event: Answered) => void) | undefined;
  readonly reject: (error: Error) => void;
  readonly timer: Stoppable;
}

interface Negotiation {
  readonly callId: number;
  results: readonly ContextResult[] | undefined;
  readonly authenticates: boolean;
  readonly resolve: (results: readonly ContextResult[]) => void;
}

/** One connection of a client, with promises for its answers. Every promise rejects when the connection ends. */
export class RpcConnection {
  readonly #association: ClientAssociation;
  readonly #options: ConnectionOptions;
  readonly #environment: Environment;
  readonly #timeout: Milliseconds;
  readonly #waiting = new Map<number, Waiting>();
  #nextCallId: number;
  #negotiation: Negotiation | undefined;
  #channel: Channel | undefined;
  #ended: Error | undefined;
  /** Settles when the last call that was made is answered. */
  #lastCall: Promise<unknown> = Promise.resolve();
  #tellEnded: () => void = () => undefined;
  /** Settles when the connection has ended, by whomever. */
  readonly ended = new Promise<void>((resolve) => {
    this.#tellEnded = resolve;
  });

  private constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#association = new ClientAssociation(options.association);
    this.#environment = environmentOf(options);
    this.#timeout = options.timeout ?? 10_000;
    this.#nextCallId = options.association?.firstCallId ?? 1;
  }

  /** Rejects with `TransportError` where there is no connection to be had. */
  static async open(options: ConnectionOptions): Promise<RpcConnection> {
    const connection = new RpcConnection(options);
    const accept: Accept = () => ({
      data: (bytes) => connection.#data(bytes),
      closed: (error) => connection.#closed(error),
    });
    const patience = options.connectTimeout ?? connection.#timeout;
    connection.#channel = await connection.#environment.network.connect(options, accept, patience);
    return connection;
  }

  get local(): Endpoint {
    return (this.#channel as Channel).local;
  }

  get remote(): Endpoint {
    return (this.#channel as Channel).remote;
  }

  /** The association that the server put this connection into. */
  get groupId(): number {
    return this.#association.groupId;
  }

  /** The call_id that comes next: a further connection of the association may go on with it. */
  get nextCallId(): number {
    return this.#nextCallId;
  }

  /**
   * Opens the association, and authenticates where `security` is given: the promise settles when the handshake has
   * ended. Rejects with `BindRejected`, `SecurityError`, `RpcFault` or `TransportError`.
   */
  async bind(elements: readonly ContextElement[], security?: ClientSecurityOptions): Promise<readonly ContextResult[]> {
    const { callId, send } = this.#association.bind(elements, security, this.#environment.clock());
    return this.#negotiate(callId, send, security !== undefined);
  }

  /** Adds presentation contexts, a security context, or both. */
  async alter(
    elements: readonly ContextElement[],
    security?: ClientSecurityOptions,
  ): Promise<readonly ContextResult[]> {
    const { callId, send } = this.#association.alter(elements, security, this.#environment.clock());
    return this.#negotiate(callId, send, security !== undefined);
  }

  /**
   * Makes a call with a stub that is marshalled already, after the one before where the server did not agree to several
   * at once. Rejects with `RpcFault` where the server answers so.
   */
  raw(opnum: number, stub: Uint8Array, options: CallOptions): Promise<RawAnswer> {
    const ask = () => this.#ask(opnum, stub, options);
    if (this.#association.multiplexes) return ask();
    const answer = this.#lastCall.then(ask);
    this.#lastCall = answer.catch(() => undefined);
    return answer;
  }

  async #ask(opnum: number, stub: Uint8Array, options: CallOptions): Promise<RawAnswer> {
    const { callId, send } = this.#association.request({ opnum, stub, ...options });
    const event = await new Promise<Answered>((resolve, reject) => {
      this.#wait(callId, reject, resolve);
      this.#send(send);
    });
    if (event.type === 'fault') throw new RpcFault(event.status, { flags: event.flags });
    return { stub: event.stub, littleEndian: event.littleEndian };
  }

  /** Makes a call: marshals what it is given, unmarshals what it gets. */
  async call<I, O>(
    operation: Operation<I, O>,
    input: I,
    options: CallOptions & { transferSyntax?: TransferSyntaxName },
  ): Promise<O> {
    const syntax = options.transferSyntax ?? 'ndr20';
    const { stub, littleEndian } = await this.raw(
      operation.opnum,
      operation.request.encode(input, { syntax }),
      options,
    );
    return operation.response.decode(stub, { syntax, little: littleEndian }).value;
  }

  /** Rejects the calls that still wait for an answer. */
  close(): void {
    this.#end(new TransportError('the connection was closed', 'by this client'));
    this.#channel?.end();
  }

  #negotiate(callId: number, send: Buffer, authenticates: boolean): Promise<readonly ContextResult[]> {
    return new Promise((resolve, reject) => {
      this.#negotiation = { callId, results: undefined, authenticates, resolve };
      this.#wait(callId, reject);
      this.#send([send]);
    });
  }

  #wait(callId: number, reject: (error: Error) => void, resolve?: (event: Answered) => void): void {
    this.#nextCallId = callId + 1;
    if (this.#ended !== undefined) {
      reject(this.#ended);
      return;
    }
    const timer = this.#environment.timers.after(this.#timeout, () => {
      this.#waiting.delete(callId);
      if (this.#negotiation?.callId === callId) this.#negotiation = undefined;
      const never = this.#association.answered ? '' : `; ${this.#peer} has said nothing, and may be no RPC server`;
      reject(new TransportError(`call ${callId}`, `no answer within ${this.#timeout} ms${never}`));
    });
    this.#waiting.set(callId, { resolve, reject, timer });
  }

  #data(bytes: Buffer): void {
    this.#options.octets?.('server', bytes);
    const out = this.#association.receive(bytes, this.#environment.clock());
    this.#send(out.send);
    for (const event of out.events) this.#tell(event);
    if (out.close === undefined) return;
    const { close, refusedBy } = out;
    if (refusedBy === 'transport') this.#end(new TransportError(`${this.#peer} is no RPC server`, close));
    else this.#end(new ProtocolError(close, refusedBy));
    this.#channel?.destroy();
  }

  #tell(event: ClientEvent): void {
    switch (event.type) {
      case 'response':
        return this.#take(event.callId)?.resolve?.(event);
      case 'fault': {
        const waiting = this.#take(event.callId);
        // A fault can answer a bind or alter_context too.
        if (waiting?.resolve === undefined) waiting?.reject(new RpcFault(event.status, { flags: event.flags }));
        else waiting.resolve(event);
        return;
      }
      case 'bind_nak':
        return this.#take(event.callId)?.reject(new BindRejected(event.reason));
      case 'authentication-failed':
        return this.#take(event.callId)?.reject(event.error);
      case 'negotiated':
        return this.#negotiated(event.callId, event.results);
      case 'authenticated':
        return this.#negotiated(event.callId, undefined);
    }
  }

  /** A handshake of several legs acknowledges several times; the first acknowledgement has the results. */
  #negotiated(callId: number, results: readonly ContextResult[] | undefined): void {
    const negotiation = this.#negotiation;
    if (negotiation?.callId !== callId) return;
    negotiation.results ??= results;
    if (negotiation.authenticates && results !== undefined) return;
    this.#negotiation = undefined;
    this.#take(callId);
    negotiation.resolve(negotiation.results ?? []);
  }

  #take(callId: number): Waiting | undefined {
    const waiting = this.#waiting.get(callId);
    waiting?.timer.stop();
    this.#waiting.delete(callId);
    return waiting;
  }

  /** For people. A server may speak before the channel is this side's to ask. */
  get #peer(): string {
    const { host, port } = this.#options;
    return formatEndpoint(this.#channel?.remote ?? { address: host, port });
  }

  #send(pdus: readonly Buffer[]): void {
    if (this.#ended !== undefined) return;
    for (const pdu of pdus) {
      this.#options.octets?.('client', pdu);
      this.#channel?.send(pdu);
    }
  }

  #closed(error?: Error): void {
    const [what, whose] = this.#association.answered
      ? ['the answer', 'the server closed it']
      : ['any answer', `${this.#peer} closed it, and may be no RPC server`];
    this.#end(new TransportError(`the connection ended before ${what}`, error ?? whose));
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#tellEnded();
    for (const { reject, timer } of this.#waiting.values()) {
      timer.stop();
      reject(this.#ended);
    }
    this.#waiting.clear();
  }
}

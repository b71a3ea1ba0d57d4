import { CodecError } from '../../codec/error.js';
import { knownOptions, type OptionNames } from '../../codec/known-options.js';
import {
  type ContextElement,
  DREP_LITTLE,
  decodePdu,
  encodeVerificationTrailer,
  type Pdu,
  PFC,
  REJECT,
} from '../../codec/rpce/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import { SecurityError } from '../../security/error.js';
import type { Milliseconds } from '../../security/provider.js';
import { PduAssembler } from '../core/assembler.js';
import { ProtocolError } from '../core/errors.js';
import { fragment } from '../core/fragments.js';
import { verificationCommands } from '../core/verification-commands.js';
import { type AnswerRules, ClientAnswers } from './answers.js';
import { extendedErrorOfBindNak } from './bind-nak.js';
import type { ClientOutput } from './events.js';
import { ClientNegotiation, type NegotiationOptions } from './negotiation.js';
import { beginsPdu, shownOctets } from './no-pdu.js';
import { barePdu } from './pdus.js';
import type { ClientSecurityOptions } from './security.js';

/** How the client's end of a connection behaves. */
export interface ClientAssociationOptions extends NegotiationOptions {
  /** call_id of the first PDU; 1 where absent. */
  readonly firstCallId?: number;
  /** Octets of stub that one answer may have; 16 MiB where absent. */
  readonly maxResponseStub?: number;
  /** [MS-RPCE] 2.2.2.6: whether an answer that claims more stub than it has is refused; `checked` where absent. */
  readonly allocHint?: AnswerRules['allocHint'];
}

const OPTIONS: OptionNames<ClientAssociationOptions> = {
  ...{ firstCallId: true, maxResponseStub: true, allocHint: true, maxFragment: true, groupId: true },
  ...{ headerSigning: true, concurrentMultiplexing: true, packedDrep: true },
};

/** One call of a client. */
export interface RequestOptions {
  /** p_cont_id of the accepted presentation context. */
  readonly contextId: number;
  /** Operation number within the interface. */
  readonly opnum: number;
  /** Parameters in NDR; fragments are made of it. */
  readonly stub: Uint8Array;
  /** The IPID of an ORPC call. */
  readonly object?: string;
  /** Which security context protects the call; absent for a call without authentication. */
  readonly authContextId?: number;
  /** Adds a verification trailer ([MS-RPCE] 2.2.2.13), as Windows does where headers are not signed. */
  readonly verificationTrailer?: boolean;
}

const MAX_RESPONSE_STUB = 16 * 1024 * 1024;

/** The client's end of one connection, [MS-RPCE] 3.3.2: calls in, octets out, and back. Owns no socket and no clock. */
export class ClientAssociation {
  readonly #options: ClientAssociationOptions;
  readonly #assembler = new PduAssembler();
  readonly #negotiation: ClientNegotiation;
  readonly #answers: ClientAnswers;
  #nextCallId: number;
  #answered = false;
  #closed = false;

  constructor(options: ClientAssociationOptions = {}) {
    knownOptions('ClientAssociation', options, OPTIONS);
    this.#options = options;
    const { maxResponseStub = MAX_RESPONSE_STUB, allocHint = 'checked' } = options;
    this.#answers = new ClientAnswers({ maxResponseStub, allocHint });
    this.#negotiation = new ClientNegotiation(options);
    this.#nextCallId = options.firstCallId ?? 1;
  }

  /** The association that the server put this connection into; 0 before the bind_ack. */
  get groupId(): number {
    return this.#negotiation.groupId;
  }

  /** Bits of the bind time features that the server agreed to, [MS-RPCE] 2.2.2.15. */
  get features(): number {
    return this.#negotiation.features;
  }

  /** Whether a whole PDU has come: what has sent one is an RPC server. */
  get answered(): boolean {
    return this.#answered;
  }

  /** True where both sides set PFC_CONC_MPX. Else each call waits for the answer to the one before ([MS-RPCE] 3.3.1.5.8). */
  get multiplexes(): boolean {
    return this.#negotiation.multiplexes;
  }

  /** Calls whose answer has not come. */
  get waiting(): number {
    return this.#answers.waiting;
  }

  /** True where both sides sign headers. */
  get signsHeaders(): boolean {
    return this.#negotiation.signHeader;
  }

  /** Opens the association. Throws `SecurityError` where the provider cannot begin. */
  bind(
    elements: readonly ContextElement[],
    security: ClientSecurityOptions | undefined,
    now: Milliseconds,
  ): { callId: number; send: Buffer } {
    return this.#propose('bind', elements, security, now);
  }

  /** Adds presentation contexts, a security context, or both. */
  alter(
    elements: readonly ContextElement[],
    security: ClientSecurityOptions | undefined,
    now: Milliseconds,
  ): { callId: number; send: Buffer } {
    return this.#propose('alter_context', elements, security, now);
  }

  /** The fragments of a request. Its answer comes as a `response` or `fault` event with the same `callId`. */
  request(options: RequestOptions): { callId: number; send: Buffer[] } {
    const callId = this.#nextCallId++;
    const protection =
      options.authContextId === undefined ? undefined : this.#negotiation.protection(options.authContextId);
    this.#answers.expect(callId, protection);
    const head = {
      PTYPE: 'request',
      pfc_flags: options.object === undefined ? 0 : PFC.OBJECT_UUID,
      ...this.#negotiation.drep,
      call_id: callId,
      p_cont_id: options.contextId,
      opnum: options.opnum,
      ...(options.object === undefined ? {} : { object: options.object }),
    } as const;
    return {
      callId,
      send: fragment(head, this.#withTrailer(options, callId), this.#negotiation.maxFragment, protection),
    };
  }

  /** co_cancel for a call that is under way; the server still answers it. */
  cancel(callId: number): Buffer {
    return barePdu('co_cancel', { callId, drep: this.#negotiation.drep });
  }

  /**
   * orphaned for a call whose answer nobody waits for. The connection must be closed after it, unless `features` has
   * KeepConnectionOnOrphanSupported ([MS-RPCE] 3.3.1.5.10).
   */
  orphan(callId: number): Buffer {
    this.#answers.orphan(callId);
    return barePdu('orphaned', { callId, drep: this.#negotiation.drep });
  }

  /** Takes octets from the connection, in pieces of any size. Nothing is taken after `close`. */
  receive(bytes: Uint8Array, now: Milliseconds): ClientOutput {
    const out: ClientOutput = { send: [], events: [], close: undefined };
    if (this.#closed) return out;
    this.#assembler.push(bytes);
    while (out.close === undefined) {
      const start = this.#assembler.peekStart();
      if (!beginsPdu(start)) this.#refuse(start, out);
      const pdu = out.close === undefined ? this.#assembler.next() : undefined;
      if (pdu === undefined) break;
      try {
        const decoded = decodePdu(pdu);
        this.#answered = true;
        this.#take(decoded, pdu, now, out);
      } catch (error) {
        out.refusedBy = refusedByOf(error);
        out.close = saidOf(error);
      }
    }
    this.#closed = out.close !== undefined;
    return out;
  }

  /** A proposal that cannot be made takes no call_id. */
  #propose(
    PTYPE: 'bind' | 'alter_context',
    elements: readonly ContextElement[],
    security: ClientSecurityOptions | undefined,
    now: Milliseconds,
  ): { callId: number; send: Buffer } {
    const callId = this.#nextCallId;
    const send = this.#negotiation.propose(PTYPE, callId, elements, security, now);
    this.#nextCallId++;
    return { callId, send };
  }

  /** Octets that begin unlike any PDU, and so have no length to wait for. */
  #refuse(start: Uint8Array, out: ClientOutput): void {
    const shown = shownOctets(start);
    out.refusedBy = this.#answered ? 'codec' : 'transport';
    out.close = this.#answered ? `the server answered with what is no PDU: ${shown}` : `it answered with ${shown}`;
  }

  #withTrailer(options: RequestOptions, callId: number): Uint8Array {
    const context = this.#negotiation.context(options.contextId);
    if (options.verificationTrailer !== true || context === undefined) return options.stub;
    const commands = verificationCommands(
      context,
      options,
      callId,
      this.#options.packedDrep ?? DREP_LITTLE,
      this.#negotiation.announcedHeaderSigning,
    );
    return Buffer.concat([options.stub, encodeVerificationTrailer(options.stub.length, commands)]);
  }

  #take(pdu: Pdu, bytes: Buffer, now: Milliseconds, out: ClientOutput): void {
    if (pdu.rpc_vers !== 5 || pdu.rpc_vers_minor !== 0)
      throw new ProtocolError(`protocol version ${pdu.rpc_vers}.${pdu.rpc_vers_minor} is not 5.0`);
    switch (pdu.PTYPE) {
      case 'bind_ack':
      case 'alter_context_resp':
        return this.#negotiation.negotiated(pdu, now, out);
      case 'bind_nak': {
        this.#negotiation.refused(pdu.call_id);
        const { call_id: callId, provider_reject_reason: reason, versions } = pdu;
        const meant = reason === REJECT.TEMPORARY_CONGESTION ? REJECT.LOCAL_LIMIT_EXCEEDED : reason;
        const extendedError = extendedErrorOfBindNak(pdu);
        out.events.push({ type: 'bind_nak', callId, reason: meant, versions, extendedError });
        return;
      }
      case 'response': {
        const answer = this.#answers.response(pdu, bytes, this.#negotiation.signHeader);
        if (answer !== undefined) out.events.push(answer);
        return;
      }
      case 'fault': {
        this.#negotiation.refused(pdu.call_id);
        const fault = this.#answers.fault(pdu);
        if (fault !== undefined) out.events.push(fault);
        return;
      }
      case 'shutdown':
        out.close = 'the server shuts down';
        return;
      default:
        out.close = `a server does not send PDUs of type ${pdu.PTYPE}`;
    }
  }
}

const saidOf = (error: unknown): string =>
  error instanceof CodecError ? `the server answered with what is no PDU: ${error.message}` : (error as Error).message;

/** Which layer an error comes from. Rethrows what is a mistake of this program. */
function refusedByOf(error: unknown): RefusedBy {
  if (error instanceof CodecError) return 'codec';
  if (error instanceof SecurityError) return 'signature';
  if (error instanceof ProtocolError) return error.refusedBy;
  throw error;
}

import { CodecError } from '../../codec/error.js';
import {
  type AlterContextRespPdu,
  type BindAckPdu,
  type ContextElement,
  DREP_LITTLE,
  decodePdu,
  encodeVerificationTrailer,
  type Pdu,
  PFC,
  REJECT,
  RESULT,
  RPC_C_AUTHN_LEVEL,
} from '../../codec/rpce/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import { SecurityError } from '../../security/error.js';
import type { Milliseconds } from '../../security/provider.js';
import { PduAssembler } from '../core/assembler.js';
import { ProtocolError } from '../core/errors.js';
import { fragment } from '../core/fragments.js';
import type { Protection } from '../core/protection.js';
import { verificationCommands } from '../core/verification-commands.js';
import { type AnswerRules, ClientAnswers } from './answers.js';
import { extendedErrorOfBindNak } from './bind-nak.js';
import type { ClientOutput } from './events.js';
import { auth3Pdu, barePdu, proposalPdu } from './pdus.js';
import { ClientSecurity, type ClientSecurityOptions } from './security.js';

/** How the client's end of a connection behaves. */
export interface ClientAssociationOptions {
  /** Largest fragment in both directions; 5840 where absent, as Windows proposes over TCP. */
  readonly maxFragment?: number;
  /** Association to join; 0 asks for a new one. */
  readonly groupId?: number;
  /** call_id of the first PDU; 1 where absent. */
  readonly firstCallId?: number;
  /** PFC_SUPPORT_HEADER_SIGN at PKT_INTEGRITY and above; true where absent. */
  readonly headerSigning?: boolean;
  /** PFC_CONC_MPX; true where absent. */
  readonly concurrentMultiplexing?: boolean;
  /** Byte order and formats of everything that is sent; little-endian where absent. */
  readonly packedDrep?: Uint8Array;
  /** Octets of stub that one answer may have; 16 MiB where absent. */
  readonly maxResponseStub?: number;
  /** [MS-RPCE] 2.2.2.6: whether an answer that claims more stub than it has is refused; `checked` where absent. */
  readonly allocHint?: AnswerRules['allocHint'];
}

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

/** A handshake that is under way, with the proposals that its further legs repeat. */
interface Handshake {
  readonly security: ClientSecurity;
  readonly elements: readonly ContextElement[];
}

/** A bind or alter_context whose answer has not come. */
interface Proposal {
  readonly answer: 'bind_ack' | 'alter_context_resp';
  readonly elements: readonly ContextElement[];
}

/** MustRecvFragSize of C706 12.6.3.1. */
const MIN_FRAGMENT = 1432;
const MAX_RESPONSE_STUB = 16 * 1024 * 1024;
/** [MS-RPCE] 3.3.1.5.4: a client must not build more on one connection. */
const MAX_SECURITY_CONTEXTS = 2000;

/** The client's end of one connection, [MS-RPCE] 3.3.2: calls in, octets out, and back. Owns no socket and no clock. */
export class ClientAssociation {
  readonly #options: ClientAssociationOptions;
  readonly #assembler = new PduAssembler();
  readonly #security = new Map<number, ClientSecurity>();
  #handshake: Handshake | undefined;
  readonly #contexts = new Map<number, ContextElement>();
  readonly #answers: ClientAnswers;
  readonly #proposals = new Map<number, Proposal>();
  #nextCallId: number;
  #maxFragment: number;
  #announcedHeaderSigning = false;
  #signHeader = false;
  #groupId = 0;
  #features = 0;
  #multiplexes = false;
  #closed = false;

  constructor(options: ClientAssociationOptions = {}) {
    this.#options = options;
    const { maxResponseStub = MAX_RESPONSE_STUB, allocHint = 'checked' } = options;
    this.#answers = new ClientAnswers({ maxResponseStub, allocHint });
    this.#nextCallId = options.firstCallId ?? 1;
    this.#maxFragment = options.maxFragment ?? 5840;
  }

  /** The association that the server put this connection into; 0 before the bind_ack. */
  get groupId(): number {
    return this.#groupId;
  }

  /** Bits of the bind time features that the server agreed to, [MS-RPCE] 2.2.2.15. */
  get features(): number {
    return this.#features;
  }

  /** True where both sides set PFC_CONC_MPX. Else each call waits for the answer to the one before ([MS-RPCE] 3.3.1.5.8). */
  get multiplexes(): boolean {
    return this.#multiplexes;
  }

  /** Calls whose answer has not come. */
  get waiting(): number {
    return this.#answers.waiting;
  }

  /** True where both sides sign headers. */
  get signsHeaders(): boolean {
    return this.#signHeader;
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
    const protection = options.authContextId === undefined ? undefined : this.#protection(options.authContextId);
    this.#answers.expect(callId, protection);
    const head = {
      PTYPE: 'request',
      pfc_flags: options.object === undefined ? 0 : PFC.OBJECT_UUID,
      ...this.#drep(),
      call_id: callId,
      p_cont_id: options.contextId,
      opnum: options.opnum,
      ...(options.object === undefined ? {} : { object: options.object }),
    } as const;
    return { callId, send: fragment(head, this.#withTrailer(options, callId), this.#maxFragment, protection) };
  }

  /** co_cancel for a call that is under way; the server still answers it. */
  cancel(callId: number): Buffer {
    return barePdu('co_cancel', { callId, drep: this.#drep() });
  }

  /**
   * orphaned for a call whose answer nobody waits for. The connection must be closed after it, unless `features` has
   * KeepConnectionOnOrphanSupported ([MS-RPCE] 3.3.1.5.10).
   */
  orphan(callId: number): Buffer {
    this.#answers.orphan(callId);
    return barePdu('orphaned', { callId, drep: this.#drep() });
  }

  /** Takes octets from the connection, in pieces of any size. Nothing is taken after `close`. */
  receive(bytes: Uint8Array, now: Milliseconds): ClientOutput {
    const out: ClientOutput = { send: [], events: [], close: undefined };
    if (this.#closed) return out;
    this.#assembler.push(bytes);
    for (let pdu = this.#assembler.next(); pdu !== undefined && out.close === undefined; pdu = this.#assembler.next()) {
      try {
        this.#take(decodePdu(pdu), pdu, now, out);
      } catch (error) {
        out.refusedBy = refusedByOf(error);
        out.close = (error as Error).message;
      }
    }
    this.#closed = out.close !== undefined;
    return out;
  }

  #drep(): { packed_drep?: Uint8Array } {
    return this.#options.packedDrep === undefined ? {} : { packed_drep: this.#options.packedDrep };
  }

  #protection(authContextId: number): Protection {
    const security = this.#security.get(authContextId);
    if (security === undefined)
      throw new SecurityError('NOT_ESTABLISHED', `security context ${authContextId} was never begun`);
    return security.protection(this.#signHeader);
  }

  #propose(
    PTYPE: 'bind' | 'alter_context',
    elements: readonly ContextElement[],
    options: ClientSecurityOptions | undefined,
    now: Milliseconds,
  ): { callId: number; send: Buffer } {
    for (const element of elements) this.#contexts.set(element.p_cont_id, element);
    let token: Uint8Array | undefined;
    if (options !== undefined) {
      if (this.#security.size >= MAX_SECURITY_CONTEXTS)
        throw new SecurityError('POLICY', `a connection has at most ${MAX_SECURITY_CONTEXTS} security contexts`);
      const security = new ClientSecurity(options);
      token = security.step(undefined, now).token;
      this.#security.set(security.id, security);
      this.#handshake = { security, elements };
    }
    const callId = this.#nextCallId++;
    return { callId, send: this.#bindPdu(PTYPE, callId, elements, this.#handshake?.security, token) };
  }

  #bindPdu(
    PTYPE: 'bind' | 'alter_context',
    call_id: number,
    elements: readonly ContextElement[],
    security: ClientSecurity | undefined,
    token: Uint8Array | undefined,
  ): Buffer {
    this.#proposals.set(call_id, {
      answer: PTYPE === 'bind' ? 'bind_ack' : 'alter_context_resp',
      elements,
    });
    const capabilities = this.#capabilities(security);
    if ((capabilities & PFC.SUPPORT_HEADER_SIGN) !== 0) this.#announcedHeaderSigning = true;
    return proposalPdu(PTYPE, {
      callId: call_id,
      drep: this.#drep(),
      flags: capabilities,
      maxFragment: this.#maxFragment,
      groupId: PTYPE === 'bind' ? (this.#options.groupId ?? 0) : this.#groupId,
      elements,
      auth: security === undefined || token === undefined ? undefined : security.verifier(token),
    });
  }

  #capabilities(security: ClientSecurity | undefined): number {
    const signs =
      (this.#options.headerSigning ?? true) &&
      security !== undefined &&
      security.level >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;
    return (signs ? PFC.SUPPORT_HEADER_SIGN : 0) | ((this.#options.concurrentMultiplexing ?? true) ? PFC.CONC_MPX : 0);
  }

  #withTrailer(options: RequestOptions, callId: number): Uint8Array {
    const context = this.#contexts.get(options.contextId);
    if (options.verificationTrailer !== true || context === undefined) return options.stub;
    const commands = verificationCommands(
      context,
      options,
      callId,
      this.#options.packedDrep ?? DREP_LITTLE,
      this.#announcedHeaderSigning,
    );
    return Buffer.concat([options.stub, encodeVerificationTrailer(options.stub.length, commands)]);
  }

  #take(pdu: Pdu, bytes: Buffer, now: Milliseconds, out: ClientOutput): void {
    if (pdu.rpc_vers !== 5 || pdu.rpc_vers_minor !== 0)
      throw new ProtocolError(`protocol version ${pdu.rpc_vers}.${pdu.rpc_vers_minor} is not 5.0`);
    switch (pdu.PTYPE) {
      case 'bind_ack':
      case 'alter_context_resp':
        return this.#negotiated(pdu, now, out);
      case 'bind_nak': {
        this.#proposals.delete(pdu.call_id);
        const { call_id: callId, provider_reject_reason: reason, versions } = pdu;
        const meant = reason === REJECT.TEMPORARY_CONGESTION ? REJECT.LOCAL_LIMIT_EXCEEDED : reason;
        const extendedError = extendedErrorOfBindNak(pdu);
        out.events.push({ type: 'bind_nak', callId, reason: meant, versions, extendedError });
        return;
      }
      case 'response': {
        const answer = this.#answers.response(pdu, bytes, this.#signHeader);
        if (answer !== undefined) out.events.push(answer);
        return;
      }
      case 'fault': {
        this.#proposals.delete(pdu.call_id);
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

  #negotiated(pdu: BindAckPdu | AlterContextRespPdu, now: Milliseconds, out: ClientOutput): void {
    const proposal = this.#proposals.get(pdu.call_id);
    if (proposal?.answer !== pdu.PTYPE)
      throw new ProtocolError(`${pdu.PTYPE} for call ${pdu.call_id}, which nobody asked for`);
    this.#proposals.delete(pdu.call_id);
    const { elements } = proposal;
    if (pdu.results.length !== elements.length)
      throw new ProtocolError(`${pdu.results.length} results for ${elements.length} presentation contexts`);
    for (const [index, { result, transfer_syntax }] of pdu.results.entries()) {
      const element = elements[index] as ContextElement;
      if (result !== RESULT.acceptance) continue;
      this.#contexts.set(element.p_cont_id, { ...element, transfer_syntaxes: [transfer_syntax] });
    }
    if (pdu.PTYPE === 'bind_ack') this.#bound(pdu);
    const offered = this.#capabilities(this.#handshake?.security) & PFC.SUPPORT_HEADER_SIGN;
    if ((pdu.pfc_flags & offered) !== 0) this.#signHeader = true;
    out.events.push({ type: 'negotiated', callId: pdu.call_id, results: pdu.results, groupId: this.#groupId });
    if (this.#handshake !== undefined) this.#advance(this.#handshake, pdu, now, out);
  }

  /** What holds for the whole connection. */
  #bound(pdu: BindAckPdu): void {
    this.#groupId = pdu.assoc_group_id;
    // A server that takes no fragment of a usable size is held to the smallest that every implementation takes.
    const most = pdu.max_recv_frag === 0 ? this.#maxFragment : Math.max(MIN_FRAGMENT, pdu.max_recv_frag);
    this.#maxFragment = Math.min(this.#maxFragment, most);
    this.#multiplexes = (pdu.pfc_flags & this.#capabilities(undefined) & PFC.CONC_MPX) !== 0;
    this.#features = pdu.results.find(({ result }) => result === RESULT.negotiate_ack)?.reason ?? 0;
  }

  #advance(
    { security, elements }: Handshake,
    pdu: BindAckPdu | AlterContextRespPdu,
    now: Milliseconds,
    out: ClientOutput,
  ): void {
    const callId = pdu.call_id;
    try {
      if (!security.done) this.#answerLeg(security, elements, pdu, now, out);
      else if (pdu.auth !== undefined && pdu.auth.auth_value.length > 0) security.step(pdu.auth.auth_value, now);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.#handshake = undefined;
      out.events.push({ type: 'authentication-failed', callId, error });
      out.close = error.message;
      out.refusedBy = 'authentication';
      return;
    }
    const answered = out.send.length > 0 && !security.context.threeLegs;
    if (security.done && security.context.established && !answered) {
      this.#handshake = undefined;
      out.events.push({ type: 'authenticated', callId, authContextId: security.id });
    }
  }

  /** The client's next token: by auth3 where it is the last of three, else by alter_context. */
  #answerLeg(
    security: ClientSecurity,
    elements: readonly ContextElement[],
    pdu: BindAckPdu | AlterContextRespPdu,
    now: Milliseconds,
    out: ClientOutput,
  ): void {
    const leg = security.step(pdu.auth?.auth_value ?? new Uint8Array(0), now);
    if (leg.token === undefined) return;
    if (!security.context.threeLegs) {
      out.send.push(this.#bindPdu('alter_context', pdu.call_id, elements, security, leg.token));
      return;
    }
    const head = { callId: pdu.call_id, drep: this.#drep() };
    out.send.push(auth3Pdu(head, this.#capabilities(security), security.verifier(leg.token)));
  }
}

/** Which layer an error comes from. Rethrows what is a mistake of this program. */
function refusedByOf(error: unknown): RefusedBy {
  if (error instanceof CodecError) return 'codec';
  if (error instanceof SecurityError) return 'signature';
  if (error instanceof ProtocolError) return error.refusedBy;
  throw error;
}

import {
  type AlterContextRespPdu,
  type BindAckPdu,
  type ContextElement,
  PFC,
  RESULT,
  RPC_C_AUTHN_LEVEL,
} from '../../codec/rpce/index.js';
import { SecurityError } from '../../security/error.js';
import type { Milliseconds } from '../../security/provider.js';
import { ProtocolError } from '../core/errors.js';
import type { Protection } from '../core/protection.js';
import type { ClientOutput } from './events.js';
import { auth3Pdu, proposalPdu } from './pdus.js';
import { ClientSecurity, type ClientSecurityOptions } from './security.js';

/** What a client proposes of itself when it binds. */
export interface NegotiationOptions {
  /** Largest fragment in both directions; 5840 where absent, as Windows proposes over TCP. */
  readonly maxFragment?: number;
  /** Association to join; 0 asks for a new one. */
  readonly groupId?: number;
  /** PFC_SUPPORT_HEADER_SIGN at PKT_INTEGRITY and above; true where absent. */
  readonly headerSigning?: boolean;
  /** PFC_CONC_MPX; true where absent. */
  readonly concurrentMultiplexing?: boolean;
  /** Byte order and formats of everything that is sent; little-endian where absent. */
  readonly packedDrep?: Uint8Array;
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
/** [MS-RPCE] 3.3.1.5.4: a client must not build more on one connection. */
const MAX_SECURITY_CONTEXTS = 2000;

/** What bind, alter_context and auth3 agree on for one connection, seen from the client: [MS-RPCE] 3.3.1.5.2 to 3.3.1.5.8. */
export class ClientNegotiation {
  readonly #options: NegotiationOptions;
  readonly #security = new Map<number, ClientSecurity>();
  #handshake: Handshake | undefined;
  readonly #contexts = new Map<number, ContextElement>();
  readonly #proposals = new Map<number, Proposal>();
  /** Largest fragment that both sides take. */
  maxFragment: number;
  /** Whether a bind of this connection has offered PFC_SUPPORT_HEADER_SIGN. */
  announcedHeaderSigning = false;
  signHeader = false;
  groupId = 0;
  features = 0;
  multiplexes = false;

  constructor(options: NegotiationOptions) {
    this.#options = options;
    this.maxFragment = options.maxFragment ?? 5840;
  }

  get drep(): { packed_drep?: Uint8Array } {
    return this.#options.packedDrep === undefined ? {} : { packed_drep: this.#options.packedDrep };
  }

  /** The presentation context as it was proposed, with the transfer syntax that was accepted. */
  context(id: number): ContextElement | undefined {
    return this.#contexts.get(id);
  }

  /** Throws `SecurityError` `NOT_ESTABLISHED` for a context that was never begun. */
  protection(authContextId: number): Protection {
    const security = this.#security.get(authContextId);
    if (security === undefined)
      throw new SecurityError('NOT_ESTABLISHED', `security context ${authContextId} was never begun`);
    return security.protection(this.signHeader);
  }

  /** The PDU of a proposal. Throws `SecurityError` where the provider cannot begin. */
  propose(
    PTYPE: 'bind' | 'alter_context',
    callId: number,
    elements: readonly ContextElement[],
    options: ClientSecurityOptions | undefined,
    now: Milliseconds,
  ): Buffer {
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
    return this.#bindPdu(PTYPE, callId, elements, this.#handshake?.security, token);
  }

  /** The proposal of a call was refused, by bind_nak or fault. */
  refused(callId: number): void {
    this.#proposals.delete(callId);
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
    if ((capabilities & PFC.SUPPORT_HEADER_SIGN) !== 0) this.announcedHeaderSigning = true;
    return proposalPdu(PTYPE, {
      callId: call_id,
      drep: this.drep,
      flags: capabilities,
      maxFragment: this.maxFragment,
      groupId: PTYPE === 'bind' ? (this.#options.groupId ?? 0) : this.groupId,
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

  /** Takes the answer to a proposal; sends the next leg of a handshake that is under way. Throws `ProtocolError`. */
  negotiated(pdu: BindAckPdu | AlterContextRespPdu, now: Milliseconds, out: ClientOutput): void {
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
    if ((pdu.pfc_flags & offered) !== 0) this.signHeader = true;
    out.events.push({ type: 'negotiated', callId: pdu.call_id, results: pdu.results, groupId: this.groupId });
    if (this.#handshake !== undefined) this.#advance(this.#handshake, pdu, now, out);
  }

  /** What holds for the whole connection. */
  #bound(pdu: BindAckPdu): void {
    this.groupId = pdu.assoc_group_id;
    // A server that takes no fragment of a usable size is held to the smallest that every implementation takes.
    const most = pdu.max_recv_frag === 0 ? this.maxFragment : Math.max(MIN_FRAGMENT, pdu.max_recv_frag);
    this.maxFragment = Math.min(this.maxFragment, most);
    this.multiplexes = (pdu.pfc_flags & this.#capabilities(undefined) & PFC.CONC_MPX) !== 0;
    this.features = pdu.results.find(({ result }) => result === RESULT.negotiate_ack)?.reason ?? 0;
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
    const head = { callId: pdu.call_id, drep: this.drep };
    out.send.push(auth3Pdu(head, this.#capabilities(security), security.verifier(leg.token)));
  }
}

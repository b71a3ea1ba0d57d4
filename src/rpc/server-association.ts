import { CodecError } from '../codec/error.js';
import {
  type AlterContextPdu,
  type Auth3Pdu,
  BIND_TIME_FEATURES,
  type BindPdu,
  decodePdu,
  FAULT,
  type Pdu,
  PFC,
  pduType,
  REJECT,
  type RequestPdu,
  readCommonHeader,
} from '../codec/rpce/index.js';
import type { AcceptorProvider, Leg, Milliseconds } from '../security/provider.js';
import { PduAssembler } from './assembler.js';
import { sentStatus } from './fault-statuses.js';
import { fragment } from './fragments.js';
import type { AssociationGroup, AssociationGroups } from './groups.js';
import { DEFAULT_LIMITS, type RpcLimits } from './limits.js';
import {
  type InterfaceTable,
  type Negotiation,
  NegotiationError,
  negotiate,
  type PresentationContext,
} from './presentation.js';
import { DEFAULT_PROFILE, type RpcProfile } from './profile.js';
import type { Protection } from './protection.js';
import type { AssociationOutput, Refusal, ServerCall } from './server-events.js';
import { ServerHandshake } from './server-handshake.js';
import { acknowledgementPdu, bindNakPdu, faultPdu } from './server-pdus.js';
import { RequestReceiver } from './server-requests.js';
import { type ServerSecurityContext, ServerSecurityContexts } from './server-security.js';
import { isMisaligned, isPadded } from './trailer-checks.js';

export interface ServerAssociationOptions {
  readonly interfaces: InterfaceTable;
  readonly providers: readonly AcceptorProvider[];
  readonly groups: AssociationGroups;
  /** For the rule that only one machine's connections share an association. */
  readonly clientAddress: string;
  /** What bind_ack gives as secondary address: the port's number, or the pipe's name. */
  readonly secondaryAddress: string;
  readonly profile?: RpcProfile;
  readonly limits?: Partial<RpcLimits>;
  readonly now: Milliseconds;
}

/**
 * The server's end of one connection, [MS-RPCE] 3.3.3: octets in; octets to send, complete calls and events out. It
 * owns no socket and no clock. A call is answered by `respond` or `fault`, at once or later.
 */
export class ServerAssociation {
  readonly profile: RpcProfile;
  readonly limits: RpcLimits;
  readonly #options: ServerAssociationOptions;
  readonly #assembler = new PduAssembler();
  readonly #contexts = new Map<number, PresentationContext>();
  readonly #security: ServerSecurityContexts;
  readonly #handshake: ServerHandshake;
  readonly #requests: RequestReceiver;
  readonly #outstanding = new Set<ServerCall>();
  #group: AssociationGroup | undefined;
  /** `ending`: nothing more is read, but calls that were taken before are still answered. */
  #state: 'expects bind' | 'bound' | 'ending' | 'closed' = 'expects bind';
  #maxFragment: number;
  #multiplexed = false;
  #clientSignsHeaders = false;
  #signHeader = false;
  #features = 0;
  #partialSince: Milliseconds | undefined;

  constructor(options: ServerAssociationOptions) {
    this.#options = options;
    this.profile = options.profile ?? DEFAULT_PROFILE;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#maxFragment = this.profile.transportMaxFragment;
    this.#security = new ServerSecurityContexts(options.providers);
    this.#handshake = new ServerHandshake(this.profile, this.limits, this.#security);
    this.#requests = new RequestReceiver(this.profile, this.limits, this.#contexts, this.#security);
  }

  /** Bits of the bind time features that were agreed on, [MS-RPCE] 2.2.2.15. */
  get features(): number {
    return this.#features;
  }

  get groupId(): number {
    return this.#group?.id ?? 0;
  }

  /** Calls that are still to be answered. After `close` in an output, the connection ends with the last of them. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  /** Takes octets from the connection, in pieces of any size. */
  receive(bytes: Uint8Array, now: Milliseconds): AssociationOutput {
    const out = newOutput();
    if (this.#state === 'closed' || this.#state === 'ending') return out;
    this.#assembler.push(bytes);
    while (out.close === undefined) {
      const header = this.#assembler.peekHeader();
      if (header !== undefined && this.#refuseHeader(header, out)) break;
      const pdu = this.#assembler.next();
      if (pdu === undefined) break;
      this.#partialSince = undefined;
      out.received++;
      this.#take(pdu, now, out);
    }
    if (this.#assembler.pending === 0) this.#partialSince = undefined;
    else this.#partialSince ??= now;
    if (out.close !== undefined) this.#end();
    return out;
  }

  /** Ends what took too long. To be called now and then; a second is often enough. */
  tick(now: Milliseconds): AssociationOutput {
    const out = newOutput();
    if (this.#state === 'closed' || this.#state === 'ending') return out;
    const handshake = this.#state === 'expects bind' ? this.#options.now : this.#security.negotiatingSince;
    if (now - (handshake ?? now) > this.limits.handshakeMilliseconds) out.close = 'the handshake took too long';
    const oldest = Math.min(this.#partialSince ?? now, this.#requests.oldest ?? now);
    if (now - oldest > this.limits.fragmentMilliseconds)
      out.close = 'a PDU or a fragmented request was not completed in time';
    if (out.close !== undefined) this.#end();
    return out;
  }

  /** The PDUs that answer a call. Nothing for a call that was answered before, or whose client does not wait for it. */
  respond(call: ServerCall, stub: Uint8Array): Buffer[] {
    if (!this.#settle(call)) return [];
    const head = {
      PTYPE: 'response',
      pfc_flags: 0,
      call_id: call.callId,
      p_cont_id: this.profile.responseContextId === 'low octet' ? call.contextId & 0xff : call.contextId,
      cancel_count: call.cancelled ? 1 : 0,
    } as const;
    return fragment(head, stub, this.#maxFragment, this.#protectionOf(call));
  }

  /** The fault PDU that answers a call. A status of [MS-RPCE] 3.3.3.5.1 is replaced: no server may send it. */
  fault(call: ServerCall, status: number, options: { didNotExecute?: boolean } = {}): Buffer[] {
    if (!this.#settle(call)) return [];
    const { callId, contextId } = call;
    const sent = this.profile.forbiddenFaultStatuses === 'replaced' ? sentStatus(status) : status;
    return [faultPdu({ callId, contextId, status: sent, didNotExecute: options.didNotExecute ?? false })];
  }

  /** Forgets everything; to be called when the connection is gone. */
  close(): void {
    this.#end();
    this.#state = 'closed';
    this.#outstanding.clear();
    this.#contexts.clear();
  }

  /** Reads nothing more and leaves the association; what was taken before is still answered. */
  #end(): void {
    if (this.#state === 'closed' || this.#state === 'ending') return;
    this.#state = 'ending';
    if (this.#group !== undefined) this.#options.groups.leave(this.#group);
  }

  #settle(call: ServerCall): boolean {
    return this.#outstanding.delete(call) && !call.orphaned;
  }

  #protectionOf(call: ServerCall): Protection | undefined {
    const context = call.security === undefined ? undefined : this.#security.find(call.security.authContextId);
    return context === undefined ? undefined : this.#protection(context);
  }

  #protection(context: ServerSecurityContext): Protection {
    return {
      security: context.context,
      authType: context.authType,
      authLevel: context.statedLevel,
      authContextId: context.id,
      signHeader: this.#signHeader,
    };
  }

  /** [MS-RPCE] 3.3.1.5.1, and lengths that no PDU may have: refused before the rest of the PDU is waited for. */
  #refuseHeader(bytes: Buffer, out: AssociationOutput): boolean {
    const header = readCommonHeader(bytes);
    if (header.rpc_vers !== 5 || header.rpc_vers_minor !== 0) {
      this.#refuse(out, header, `protocol version ${header.rpc_vers}.${header.rpc_vers_minor} is not 5.0`);
      return true;
    }
    // bind and alter_context may be longer than the transport's fragments, for the tokens of Kerberos.
    const bounded = ['request', 'auth3'].includes(pduType(header.PTYPE) ?? '');
    const limit = bounded ? this.profile.transportMaxFragment : this.limits.maxBindLength;
    if (header.frag_length > limit) {
      this.#refuse(out, header, `a fragment of ${header.frag_length} octets is longer than ${limit}`);
      return true;
    }
    return false;
  }

  /** A PDU that cannot be read: bind_nak where a bind is expected or meant, else a protocol error. */
  #refuse(out: AssociationOutput, header: { PTYPE: number; call_id: number }, why: string): void {
    const type = pduType(header.PTYPE);
    if (this.#state === 'expects bind' || type === 'bind') {
      this.#bindNak(out, header.call_id, REJECT.PROTOCOL_VERSION_NOT_SPECIFIED, why);
      return;
    }
    this.#fail(out, header.call_id, 0, {
      status: FAULT.PROTO_ERROR,
      why,
      didNotExecute: type !== 'request',
      close: true,
    });
  }

  #take(bytes: Buffer, now: Milliseconds, out: AssociationOutput): void {
    let pdu: Pdu;
    try {
      pdu = decodePdu(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#undecodable(readCommonHeader(bytes), error.message, out);
      return;
    }
    if (this.#state === 'expects bind') {
      if (pdu.PTYPE === 'bind') this.#bind(pdu, bytes, now, out);
      else this.#bindNak(out, pdu.call_id, REJECT.PROTOCOL_VERSION_NOT_SPECIFIED, `${pdu.PTYPE} before a bind`);
      return;
    }
    switch (pdu.PTYPE) {
      case 'bind':
        return this.#bindNak(out, pdu.call_id, REJECT.REASON_NOT_SPECIFIED, 'a second bind on one connection');
      case 'alter_context':
        return this.#alter(pdu, bytes, now, out);
      case 'auth3':
        return this.#auth3(pdu, bytes, now, out);
      case 'request':
        return this.#request(pdu, bytes, now, out);
      case 'co_cancel':
        return this.#cancel(pdu.call_id);
      case 'orphaned':
        return this.#orphan(pdu.call_id);
      default:
        return this.#fail(out, pdu.call_id, 0, {
          status: FAULT.PROTO_ERROR,
          why: `a client does not send PDUs of type ${pdu.PTYPE}`,
          didNotExecute: true,
          close: true,
        });
    }
  }

  #undecodable(header: ReturnType<typeof readCommonHeader>, why: string, out: AssociationOutput): void {
    if (this.#state === 'bound' && pduType(header.PTYPE) === 'auth3') {
      this.#fail(out, header.call_id, 0, badAuth3(why));
      return;
    }
    this.#refuse(out, header, why);
  }

  #bind(pdu: BindPdu, bytes: Buffer, now: Milliseconds, out: AssociationOutput): void {
    const nak = (reason: number, why: string): void => this.#bindNak(out, pdu.call_id, reason, why);
    this.#group = this.#options.groups.join(pdu.assoc_group_id, this.#options.clientAddress);
    if (this.#group === undefined) {
      return nak(
        REJECT.REASON_NOT_SPECIFIED,
        `association group 0x${pdu.assoc_group_id.toString(16)} is not one of this client's`,
      );
    }
    if (pdu.p_context_elem.length === 0) return nak(this.profile.emptyBindReason, 'a bind without any context');
    const negotiation = this.#negotiate(pdu);
    if (negotiation instanceof Error) return nak(REJECT.REASON_NOT_SPECIFIED, negotiation.message);
    if (this.#exceedsContexts(negotiation)) return nak(REJECT.LOCAL_LIMIT_EXCEEDED, 'too many presentation contexts');
    if (isMisaligned(bytes, pdu)) return nak(REJECT.REASON_NOT_SPECIFIED, MISALIGNED);
    if (this.#refusesPadding(pdu)) return nak(REJECT.PROTOCOL_VERSION_NOT_SPECIFIED, PADDED);

    const begun = pdu.auth === undefined ? undefined : this.#handshake.begin(pdu.auth, now, out.events);
    if (begun !== undefined && 'reject' in begun) return nak(begun.reject, begun.why);

    this.#state = 'bound';
    this.#maxFragment = this.#fragmentSize(pdu);
    this.#features = negotiation.features ?? 0;
    this.#multiplexed = (pdu.pfc_flags & PFC.CONC_MPX) !== 0 && this.profile.supportsConcurrentMultiplexing;
    out.send.push(this.#ack(pdu, negotiation, begun?.leg, this.#multiplexed ? PFC.CONC_MPX : 0));
    out.events.push({ type: 'bound', groupId: this.#group.id, contexts: negotiation.accepted });
  }

  #refusesPadding(pdu: Pdu): boolean {
    return this.profile.handshakePadding === 'refused' && isPadded(pdu);
  }

  /** One value answers both sizes: the smaller proposal within the transport's bounds, cut to a multiple of eight. */
  #fragmentSize(pdu: BindPdu): number {
    const asked = Math.max(this.profile.minFragment, Math.min(pdu.max_xmit_frag, pdu.max_recv_frag));
    return Math.min(asked, this.profile.transportMaxFragment) & ~7;
  }

  #negotiate(pdu: BindPdu | AlterContextPdu): Negotiation | NegotiationError {
    try {
      return negotiate(pdu.p_context_elem, this.#contexts, this.#options.interfaces, this.profile, pdu.PTYPE);
    } catch (error) {
      if (error instanceof NegotiationError) return error;
      throw error;
    }
  }

  #exceedsContexts({ accepted }: Negotiation): boolean {
    const added = accepted.filter((context) => !this.#contexts.has(context.id)).length;
    const limit = Math.min(
      this.limits.maxContexts,
      this.limits.maxContextsPerInterface * this.#options.interfaces.size,
    );
    return this.#contexts.size + added > limit;
  }

  /** bind_ack or alter_context_resp; the accepted contexts become usable with it. Multiplexing is a bind's to agree on. */
  #ack(pdu: BindPdu | AlterContextPdu, negotiation: Negotiation, leg: Leg | undefined, flags = 0): Buffer {
    for (const context of negotiation.accepted) this.#contexts.set(context.id, context);
    const signing = (pdu.pfc_flags & PFC.SUPPORT_HEADER_SIGN) !== 0;
    if (signing) {
      this.#clientSignsHeaders = true;
      this.#signHeader = this.profile.supportsHeaderSigning;
    }
    return acknowledgementPdu(pdu, {
      flags: flags | (signing && this.#signHeader ? PFC.SUPPORT_HEADER_SIGN : 0),
      maxFragment: this.#maxFragment,
      groupId: this.groupId,
      secondaryAddress: this.#options.secondaryAddress,
      results: negotiation.results,
      token: leg?.token,
    });
  }

  #alter(pdu: AlterContextPdu, bytes: Buffer, now: Milliseconds, out: AssociationOutput): void {
    const fail = (status: number, why: string): void =>
      this.#fail(out, pdu.call_id, 0, { status, why, didNotExecute: true, close: true });
    const late = pdu.auth === undefined ? undefined : this.#handshake.refuseLate(pdu.auth);
    if (late !== undefined) return fail(late.status, late.why);
    if (isMisaligned(bytes, pdu)) return fail(FAULT.PROTO_ERROR, MISALIGNED);
    if (this.#refusesPadding(pdu)) return fail(FAULT.PROTO_ERROR, PADDED);
    const negotiation = this.#negotiate(pdu);
    if (negotiation instanceof Error) return fail(FAULT.PROTO_ERROR, negotiation.message);
    if (this.#exceedsContexts(negotiation)) {
      // [MS-RPCE] 3.3.3.5.5 asks for bind_nak here too.
      return this.#bindNak(out, pdu.call_id, REJECT.LOCAL_LIMIT_EXCEEDED, 'too many presentation contexts');
    }
    const multiplexes = (this.#features & BIND_TIME_FEATURES.SecurityContextMultiplexingSupported) !== 0;
    const advanced =
      pdu.auth === undefined ? undefined : this.#handshake.advance(pdu.auth, now, multiplexes, out.events);
    if (advanced !== undefined && 'status' in advanced) return fail(advanced.status, advanced.why);

    out.send.push(this.#ack(pdu, negotiation, advanced?.leg));
    out.events.push({ type: 'altered', contexts: negotiation.accepted });
  }

  /** [MS-RPCE] 3.3.1.5.2.1: never answered; what goes wrong shows at the first request. */
  #auth3(pdu: Auth3Pdu, bytes: Buffer, now: Milliseconds, out: AssociationOutput): void {
    const misaligned: Refusal = { status: FAULT.PROTO_ERROR, why: MISALIGNED, didNotExecute: true, close: true };
    const malformed = isMisaligned(bytes, pdu) ? misaligned : this.#refusesPadding(pdu) ? badAuth3(PADDED) : undefined;
    const refusal = malformed ?? this.#handshake.finish(pdu.auth, now, out.events);
    if (refusal !== undefined) this.#fail(out, pdu.call_id, 0, refusal);
  }

  #request(pdu: RequestPdu, bytes: Buffer, now: Milliseconds, out: AssociationOutput): void {
    const state = {
      outstanding: this.#outstanding,
      multiplexed: this.#multiplexed,
      signHeader: this.#signHeader,
      clientSignsHeaders: this.#clientSignsHeaders,
    };
    const result = this.#requests.take(pdu, bytes, state, now);
    if (result === undefined) return;
    if ('status' in result) return this.#fail(out, pdu.call_id, result.contextId, result);
    this.#outstanding.add(result);
    out.calls.push(result);
  }

  #cancel(callId: number): void {
    this.#requests.cancel(callId);
    for (const call of this.#outstanding) if (call.callId === callId) call.cancelled = true;
  }

  /** The call stays among the outstanding ones until its dispatcher is done: or a peer could have any number running. */
  #orphan(callId: number): void {
    this.#requests.orphan(callId);
    for (const call of this.#outstanding) if (call.callId === callId) call.orphaned = true;
  }

  #fail(out: AssociationOutput, callId: number, contextId: number, refusal: Refusal): void {
    const didNotExecute = (refusal.didNotExecute ?? false) && this.profile.didNotExecute;
    const named = refusal.callId ?? callId;
    out.send.push(faultPdu({ callId: named, contextId, status: refusal.status, didNotExecute }));
    out.events.push({ type: 'fault', callId: named, status: refusal.status, why: refusal.why });
    if (refusal.close === true) out.close = refusal.why;
  }

  #bindNak(out: AssociationOutput, callId: number, reason: number, why: string): void {
    out.send.push(bindNakPdu(callId, reason));
    out.events.push({ type: 'bind_nak', callId, reason, why });
    out.close = why;
  }
}

const MISALIGNED = 'the sec_trailer does not stand on a boundary of four octets';
const PADDED = 'the sec_trailer of a handshake counts padding';

/** nca_s_fault_remote_no_memory is what Windows makes of an auth3 that it cannot read, as Samba's tests have it. */
const badAuth3 = (why: string): Refusal => ({
  status: FAULT.REMOTE_NO_MEMORY,
  why,
  didNotExecute: true,
  close: true,
});

const newOutput = (): AssociationOutput => ({ received: 0, send: [], calls: [], events: [], close: undefined });

import { CodecError } from '../../codec/error.js';
import {
  type AlterContextPdu,
  type Auth3Pdu,
  type BindPdu,
  decodePdu,
  FAULT,
  type Pdu,
  pduType,
  REJECT,
  type RequestPdu,
  readCommonHeader,
} from '../../codec/rpce/index.js';
import type { Milliseconds } from '../../security/provider.js';
import { PduAssembler } from '../core/assembler.js';
import { sentStatus } from '../core/fault-statuses.js';
import { fragment } from '../core/fragments.js';
import { DEFAULT_LIMITS, type RpcLimits } from '../core/limits.js';
import { DEFAULT_PROFILE, type RpcProfile } from '../core/profile.js';
import type { Protection } from '../core/protection.js';
import { ServerShares } from '../core/shares.js';
import { ServerBinding } from './binding.js';
import { causeOf, type ServerCheck } from './checks.js';
import type { AssociationOutput, Instant, Refusal, Rejection, ServerCall } from './events.js';
import { headerFault } from './header-checks.js';
import { checkOptions, type ServerAssociationOptions } from './options.js';
import { bindNakPdu, faultPdu } from './pdus.js';
import { badAuth3, beforeBind, SECOND_BIND, wrongType } from './refusals.js';
import { RequestReceiver } from './requests.js';
import { ServerSecurityContexts } from './security.js';

/**
 * The server's end of one connection, [MS-RPCE] 3.3.3: octets in; octets to send, complete calls and events out. It
 * owns no socket and no clock. A call is answered by `respond` or `fault`, at once or later.
 */
export class ServerAssociation {
  readonly profile: RpcProfile;
  readonly limits: RpcLimits;
  readonly #options: ServerAssociationOptions;
  readonly #assembler = new PduAssembler();
  readonly #security: ServerSecurityContexts;
  readonly #binding: ServerBinding;
  readonly #requests: RequestReceiver;
  readonly #outstanding = new Set<ServerCall>();
  /** `ending`: nothing more is read, but calls that were taken before are still answered. */
  #state: 'expects bind' | 'bound' | 'ending' | 'closed' = 'expects bind';
  #partialSince: Milliseconds | undefined;

  constructor(options: ServerAssociationOptions) {
    checkOptions(options);
    this.#options = options;
    this.profile = options.profile ?? DEFAULT_PROFILE;
    const { maxSecurityContexts } = this.profile;
    this.limits = { ...DEFAULT_LIMITS, maxSecurityContexts, ...options.limits };
    const shares = options.shares ?? new ServerShares();
    const { clientAddress } = options;
    this.#security = new ServerSecurityContexts(options.providers, { address: clientAddress }, shares.securityContexts);
    this.#binding = new ServerBinding(options, this.profile, this.limits, this.#security);
    this.#requests = new RequestReceiver(this.profile, this.limits, this.#binding.contexts, this.#security, {
      shares: shares.requestOctets,
      peer: clientAddress,
    });
  }

  /** Bits of the bind time features that were agreed on, [MS-RPCE] 2.2.2.15. */
  get features(): number {
    return this.#binding.features;
  }

  get groupId(): number {
    return this.#binding.groupId;
  }

  /** Calls that are still to be answered. After `close` in an output, the connection ends with the last of them. */
  get outstanding(): number {
    return this.#outstanding.size;
  }

  /**
   * Takes octets from the connection, in pieces of any size. `time` is what tokens are judged by, in milliseconds since
   * 1970-01-01 UTC; time-outs count by `now`, of a clock that nobody sets, which is the same where absent.
   */
  receive(bytes: Uint8Array, time: Milliseconds, now: Milliseconds = time): AssociationOutput {
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
      this.#take(pdu, { time, now }, out);
    }
    if (this.#assembler.pending === 0) this.#partialSince = undefined;
    else this.#partialSince ??= now;
    if (out.close !== undefined) this.#end();
    return out;
  }

  /** Ends what took too long by the clock that nobody sets. To be called now and then; a second is often enough. */
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
      cancel_count: call.cancelled && this.profile.cancelCount === 'counted' ? 1 : 0,
    } as const;
    return fragment(head, stub, this.#binding.maxFragment, this.#protectionOf(call));
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
    this.#binding.contexts.clear();
    this.#requests.close();
    this.#security.close();
  }

  /** Reads nothing more and leaves the association; what was taken before is still answered. */
  #end(): void {
    if (this.#state === 'closed' || this.#state === 'ending') return;
    this.#state = 'ending';
    this.#binding.leave();
  }

  #settle(call: ServerCall): boolean {
    this.#requests.settled(call);
    return this.#outstanding.delete(call) && !call.orphaned;
  }

  #protectionOf(call: ServerCall): Protection | undefined {
    const context = call.security && this.#security.find(call.security.authContextId);
    return context?.protection(this.#binding.signHeader);
  }

  #refuseHeader(bytes: Buffer, out: AssociationOutput): boolean {
    const header = readCommonHeader(bytes);
    const wrong = headerFault(header, this.profile, this.limits);
    if (wrong !== undefined) this.#refuse(out, header, wrong.check, wrong.why);
    return wrong !== undefined;
  }

  /** A PDU that cannot be read: bind_nak where a bind is expected or meant, else a protocol error. */
  #refuse(out: AssociationOutput, header: { PTYPE: number; call_id: number }, check: ServerCheck, why: string): void {
    const type = pduType(header.PTYPE);
    if (this.#state === 'expects bind' || type === 'bind') {
      this.#bindNak(out, header.call_id, { check, reject: REJECT.PROTOCOL_VERSION_NOT_SPECIFIED, why });
      return;
    }
    this.#fail(out, header.call_id, 0, {
      check,
      status: FAULT.PROTO_ERROR,
      why,
      didNotExecute: type !== 'request',
      close: true,
    });
  }

  #take(bytes: Buffer, at: Instant, out: AssociationOutput): void {
    let pdu: Pdu;
    try {
      pdu = decodePdu(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#undecodable(readCommonHeader(bytes), error.message, out);
      return;
    }
    if (this.#state === 'expects bind') {
      if (pdu.PTYPE === 'bind') this.#bind(pdu, bytes, at, out);
      else this.#bindNak(out, pdu.call_id, beforeBind(pdu));
      return;
    }
    switch (pdu.PTYPE) {
      case 'bind':
        return this.#bindNak(out, pdu.call_id, SECOND_BIND);
      case 'alter_context':
        return this.#alter(pdu, bytes, at, out);
      case 'auth3':
        return this.#auth3(pdu, bytes, at, out);
      case 'request':
        return this.#request(pdu, bytes, at, out);
      case 'co_cancel':
        return this.#cancel(pdu.call_id);
      case 'orphaned':
        return this.#orphan(pdu.call_id);
      default:
        return this.#fail(out, pdu.call_id, 0, wrongType(pdu));
    }
  }

  #undecodable(header: ReturnType<typeof readCommonHeader>, why: string, out: AssociationOutput): void {
    if (this.#state === 'bound' && pduType(header.PTYPE) === 'auth3') {
      this.#fail(out, header.call_id, 0, badAuth3('PDU body', why));
      return;
    }
    this.#refuse(out, header, 'PDU body', why);
  }

  #bind(pdu: BindPdu, bytes: Buffer, at: Instant, out: AssociationOutput): void {
    const answer = this.#binding.bind(pdu, bytes, at, out.events);
    if ('reject' in answer) return this.#bindNak(out, pdu.call_id, answer);
    this.#state = 'bound';
    out.send.push(answer);
  }

  #alter(pdu: AlterContextPdu, bytes: Buffer, at: Instant, out: AssociationOutput): void {
    const answer = this.#binding.alter(pdu, bytes, at, out.events);
    if ('reject' in answer) return this.#bindNak(out, pdu.call_id, answer);
    if ('status' in answer) return this.#fail(out, pdu.call_id, 0, answer);
    out.send.push(answer);
  }

  /** [MS-RPCE] 3.3.1.5.2.1: never answered; what goes wrong with its token shows at the first request. */
  #auth3(pdu: Auth3Pdu, bytes: Buffer, at: Instant, out: AssociationOutput): void {
    const refusal = this.#binding.auth3(pdu, bytes, at, out.events);
    if (refusal !== undefined) this.#fail(out, pdu.call_id, 0, refusal);
  }

  #request(pdu: RequestPdu, bytes: Buffer, { now }: Instant, out: AssociationOutput): void {
    const state = {
      outstanding: this.#outstanding,
      multiplexed: this.#binding.multiplexed,
      signHeader: this.#binding.signHeader,
      clientSignsHeaders: this.#binding.clientSignsHeaders,
      events: out.events,
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
    const { check, status, why } = refusal;
    out.events.push({ type: 'fault', callId: named, status, ...causeOf(check), why });
    if (refusal.close === true) out.close = refusal.why;
  }

  #bindNak(out: AssociationOutput, callId: number, { check, reject: reason, why }: Rejection): void {
    out.send.push(bindNakPdu(callId, reason));
    out.events.push({ type: 'bind_nak', callId, reason, ...causeOf(check), why });
    out.close = why;
  }
}

const newOutput = (): AssociationOutput => ({ received: 0, send: [], calls: [], events: [], close: undefined });

import { DREP_LITTLE, endianOf, FAULT, PFC, type RequestPdu, stubOffset } from '../../codec/rpce/index.js';
import type { Milliseconds } from '../../security/provider.js';
import { isFirst, isLast } from '../core/fragments.js';
import type { RpcLimits } from '../core/limits.js';
import type { PresentationContext } from '../core/presentation.js';
import type { RpcProfile } from '../core/profile.js';
import type { Shares } from '../core/shares.js';
import type { AssociationEvent, Refusal, ServerCall } from './events.js';
import { accessDenied, protocolError, unknownContext } from './refusals.js';
import { RequestAssembly } from './request-assembly.js';
import { securityOf, unfinished, unprotectRequest } from './request-security.js';
import type { ServerSecurityContexts } from './security.js';
import { withoutVerificationTrailer } from './verification.js';

/** A refusal with the presentation context that its fault PDU names. */
export type RequestRefusal = Refusal & { readonly contextId: number };

/** The parts of the connection that decide about a request. */
export interface RequestState {
  /** Calls that their dispatcher has not ended, those included whose client no longer waits. */
  readonly outstanding: ReadonlySet<ServerCall>;
  readonly multiplexed: boolean;
  readonly signHeader: boolean;
  readonly clientSignsHeaders: boolean;
  /** Where it is noted what a rule would refuse and the profile takes. */
  readonly events: AssociationEvent[];
}

/** Older than this many calls, a stray fragment is no longer excused: [MS-RPCE] 3.3.3.5.6. */
const STALE_CALLS = 150;
const MAX_CALL_ID = 0x7fffffff;

const TOO_MUCH: Refusal = {
  check: 'outstanding calls',
  status: FAULT.SERVER_TOO_BUSY,
  why: 'the requests of this peer that are not answered hold too much memory',
  didNotExecute: true,
};

/** Turns request PDUs into calls: checks each fragment before it is joined to the others. */
export class RequestReceiver {
  readonly #profile: RpcProfile;
  readonly #limits: RpcLimits;
  readonly #contexts: ReadonlyMap<number, PresentationContext>;
  readonly #security: ServerSecurityContexts;
  readonly #memory: { readonly shares: Shares; readonly peer: string };
  /** Octets of stub of the calls that are not answered. */
  readonly #held = new Map<ServerCall, number>();
  #assembly: RequestAssembly | undefined;
  #currentCallId = 0;

  constructor(
    profile: RpcProfile,
    limits: RpcLimits,
    contexts: ReadonlyMap<number, PresentationContext>,
    security: ServerSecurityContexts,
    memory: { readonly shares: Shares; readonly peer: string },
  ) {
    this.#profile = profile;
    this.#limits = limits;
    this.#contexts = contexts;
    this.#security = security;
    this.#memory = memory;
  }

  /** When the request that is still incomplete began. */
  get oldest(): Milliseconds | undefined {
    return this.#assembly?.startedAt;
  }

  cancel(callId: number): void {
    if (this.#assembly?.first.call_id === callId) this.#assembly.cancelled = true;
  }

  orphan(callId: number): void {
    if (this.#profile.orphanedWhileIncoming === 'ignored') return;
    if (this.#assembly?.first.call_id === callId) this.#drop();
  }

  /** The call is answered: its octets are another's. */
  settled(call: ServerCall): void {
    this.#giveBack(this.#held.get(call) ?? 0);
    this.#held.delete(call);
  }

  /** Incomplete calls will not be completed; running ones are still to be settled. */
  close(): void {
    this.#drop();
  }

  #drop(): void {
    this.#giveBack(this.#assembly?.stub.length ?? 0);
    this.#assembly = undefined;
  }

  #giveBack(octets: number): void {
    if (octets > 0) this.#memory.shares.give(this.#memory.peer, octets);
  }

  /** A complete call, a refusal, or nothing where more fragments are to come or a stray one is ignored. */
  take(
    pdu: RequestPdu,
    bytes: Buffer,
    state: RequestState,
    now: Milliseconds,
  ): ServerCall | RequestRefusal | undefined {
    const assembly =
      unfinished(pdu, this.#security) ?? (isFirst(pdu) ? this.#begin(pdu, state, now) : this.#continue(pdu, state));
    if (assembly === undefined) return undefined;
    const result = assembly instanceof RequestAssembly ? this.#join(assembly, pdu, bytes, state, now) : assembly;
    if (result !== undefined && 'status' in result) {
      this.#drop();
      const named = assembly instanceof RequestAssembly ? assembly.first.p_cont_id : pdu.p_cont_id;
      return { ...result, contextId: result.contextId ?? (this.#contexts.has(named) ? named : 0) };
    }
    return result;
  }

  #begin(pdu: RequestPdu, state: RequestState, now: Milliseconds): RequestAssembly | Refusal {
    const disorder = this.#disorder(pdu, state);
    if (disorder !== undefined) return disorder;
    const context = this.#contexts.get(pdu.p_cont_id);
    if (context === undefined) return unknownContext(pdu);
    if (state.outstanding.size >= this.#limits.maxOutstandingCalls) {
      return {
        check: 'outstanding calls',
        status: FAULT.SERVER_TOO_BUSY,
        why: `more than ${this.#limits.maxOutstandingCalls} calls wait for their answers`,
        didNotExecute: true,
      };
    }
    const security = securityOf(pdu, this.#security, this.#profile);
    if (security !== undefined && 'status' in security) return security;
    this.#assembly = new RequestAssembly(pdu, context, security, now);
    return this.#assembly;
  }

  /** Order of calls and fragments: [MS-RPCE] 3.3.1.5.8, 3.3.3.5.2. */
  #disorder(pdu: RequestPdu, { outstanding, multiplexed, events }: RequestState): Refusal | undefined {
    const waiting = [...outstanding].filter((call) => !call.orphaned);
    if (waiting.length > 0 && !multiplexed)
      return {
        ...protocolError(
          'call order',
          'a request before the answer to the one before, without concurrent multiplexing',
        ),
        contextId: 0,
      };
    if (this.#assembly !== undefined) return this.#interrupts(this.#assembly, pdu, multiplexed);
    if ((pdu.pfc_flags & PFC.PENDING_CANCEL) !== 0) {
      const why = 'a request begins with PFC_PENDING_CANCEL';
      return {
        check: 'call order',
        status: FAULT.NO_CALL_ACTIVE,
        why,
        didNotExecute: true,
        close: true,
        contextId: 0,
      };
    }
    if (waiting.some((call) => call.callId === pdu.call_id))
      return { ...protocolError('call_id', `call ${pdu.call_id} is under way already`), contextId: 0 };
    return this.#outOfTurn(pdu.call_id, events);
  }

  /** The number of a new call, [MS-RPCE] 3.3.3.5.2. */
  #outOfTurn(callId: number, events: AssociationEvent[]): Refusal | undefined {
    const { callIdsAbove31Bits, fallingCallIds } = this.#profile;
    if (callId > MAX_CALL_ID && callIdsAbove31Bits === 'refused')
      return protocolError('call_id', `call_id 0x${callId.toString(16)} is above 0x7fffffff`);
    if (callId < this.#currentCallId) {
      const why = `call_id ${callId} after ${this.#currentCallId}`;
      if (fallingCallIds === 'refused') return protocolError('call_id', why);
      events.push({ type: 'tolerated', callId, option: 'fallingCallIds', why });
    }
    this.#currentCallId = callId;
    return undefined;
  }

  /**
   * A new request before the last fragment of the one before. Without multiplexing the fault names the request that is
   * broken off, with it the one that breaks in; the same call_id under another security context is a wrong signature.
   */
  #interrupts({ first, security }: RequestAssembly, pdu: RequestPdu, multiplexed: boolean): Refusal {
    const same = pdu.call_id === first.call_id;
    const other = same && pdu.auth !== undefined && pdu.auth.auth_context_id !== security?.id;
    const foreign = other && this.#security.find(pdu.auth?.auth_context_id ?? 0) !== undefined;
    return {
      ...protocolError('call order', 'a new request before the last fragment of the one before'),
      ...(foreign ? { check: 'unchanged security context', status: this.#profile.badSignatureStatus } : {}),
      ...(multiplexed ? {} : { callId: first.call_id }),
      contextId: same || !multiplexed ? first.p_cont_id : 0,
    };
  }

  #continue(pdu: RequestPdu, { multiplexed }: RequestState): RequestAssembly | Refusal | undefined {
    const assembly = this.#assembly;
    if (assembly === undefined) return this.#stray(pdu, multiplexed);
    const { first } = assembly;
    if (pdu.call_id !== first.call_id) {
      const named = multiplexed ? { contextId: 0 } : { callId: first.call_id, contextId: first.p_cont_id };
      return {
        ...protocolError('fragment order', `a fragment of call ${pdu.call_id} within call ${first.call_id}`),
        ...named,
      };
    }
    if (Buffer.compare(pdu.packed_drep ?? DREP_LITTLE, first.packed_drep ?? DREP_LITTLE) !== 0)
      return {
        ...protocolError('fragment order', 'the data representation changes between fragments'),
        didNotExecute: true,
      };
    return assembly;
  }

  /** A fragment of no request: [MS-RPCE] 3.3.3.5.6. On a multiplexed connection it is first looked at as a request. */
  #stray(pdu: RequestPdu, multiplexed: boolean): Refusal | undefined {
    const age = this.#currentCallId - pdu.call_id;
    if (age >= 0 && age < STALE_CALLS) return undefined;
    const stray = protocolError('fragment order', 'a fragment of no request');
    if (!multiplexed) return { ...stray, contextId: 0 };
    if (!this.#contexts.has(pdu.p_cont_id)) return unknownContext(pdu);
    const context = pdu.auth === undefined ? undefined : this.#security.find(pdu.auth.auth_context_id);
    const foreign = pdu.auth !== undefined && context?.matches(pdu.auth) !== true;
    return foreign ? { ...stray, check: 'known security context', status: FAULT.ACCESS_DENIED } : stray;
  }

  #join(
    assembly: RequestAssembly,
    pdu: RequestPdu,
    bytes: Buffer,
    state: RequestState,
    now: Milliseconds,
  ): ServerCall | Refusal | undefined {
    const unsafe = unprotectRequest(pdu, bytes, {
      security: assembly.security,
      signHeader: state.signHeader,
      badSignatureStatus: this.#profile.badSignatureStatus,
    });
    if (unsafe !== undefined) return unsafe;
    const limit = this.#limits.maxRequestStub;
    // The alloc_hint of a request of one fragment does not matter ([MS-RPCE] 2.2.2.6, as Windows has it).
    const claimed = isFirst(pdu) && isLast(pdu) ? 0 : pdu.alloc_hint;
    if (assembly.stub.length + Math.max(pdu.stub.length, claimed) > limit) {
      return accessDenied('stub length', `a request of more than ${limit} octets`);
    }
    if (pdu.stub.length > 0 && !this.#memory.shares.take(this.#memory.peer, pdu.stub.length)) return TOO_MUCH;
    assembly.stub.add(bytes.subarray(stubOffset(pdu), stubOffset(pdu) + pdu.stub.length));
    if (!isLast(pdu)) return undefined;
    const call = this.#complete(assembly, state, now);
    if ('status' in call) return call;
    this.#held.set(call, assembly.stub.length);
    this.#assembly = undefined;
    return call;
  }

  #complete(assembly: RequestAssembly, state: RequestState, now: Milliseconds): ServerCall | Refusal {
    const { first, context, security } = assembly;
    const claim = this.#exceedingClaim(assembly);
    if (claim !== undefined) return claim;
    if (first.opnum >= context.interface.operationCount) {
      return {
        check: 'opnum',
        status: FAULT.OP_RNG_ERROR,
        why: `${context.interface.name} has no opnum ${first.opnum}`,
        didNotExecute: true,
      };
    }
    const checked = withoutVerificationTrailer(assembly.stub.take(), first, context, state.clientSignsHeaders);
    if ('status' in checked) return checked;
    return {
      callId: first.call_id,
      contextId: first.p_cont_id,
      interface: context.interface,
      transferSyntax: context.transferSyntax,
      opnum: first.opnum,
      object: first.object,
      stub: checked.stub,
      littleEndian: endianOf(first.packed_drep ?? DREP_LITTLE) === 'little',
      security: security?.callSecurity,
      unusedSecurity: security === undefined ? this.#security.anyEstablished?.callSecurity : undefined,
      receivedAt: now,
      cancelled: assembly.cancelled,
      orphaned: false,
    };
  }

  /** [MS-RPCE] 2.2.2.6. */
  #exceedingClaim({ first, stub }: RequestAssembly): Refusal | undefined {
    const { allocHint } = this.#profile;
    if (first.alloc_hint <= stub.length || allocHint === 'ignored') return undefined;
    if (isLast(first) && allocHint === 'checked where fragmented') return undefined;
    return protocolError('alloc_hint', `alloc_hint ${first.alloc_hint}, but ${stub.length} octets of stub`);
  }
}

import { DREP_LITTLE, endianOf, type FaultPdu, PFC, type ResponsePdu, stubOffset } from '../../codec/rpce/index.js';
import { SecurityError } from '../../security/error.js';
import { ProtocolError } from '../core/errors.js';
import { receivedStatus } from '../core/fault-statuses.js';
import { isFirst, isLast } from '../core/fragments.js';
import { type Protection, trailerLength, unprotect } from '../core/protection.js';
import { StubBuffer } from '../core/stub-buffer.js';
import type { ClientEvent } from './events.js';

/** What a client takes as an answer. */
export interface AnswerRules {
  /** Octets of stub that one answer may have. */
  readonly maxResponseStub: number;
  /** [MS-RPCE] 2.2.2.6: an alloc_hint above what all fragments carry is refused. */
  readonly allocHint: 'checked' | 'ignored';
}

interface Answer {
  /** How the call was protected, and so its answer must be. */
  readonly protection: Protection | undefined;
  readonly stub: StubBuffer;
  /** What the first fragment claimed; undefined before it came. */
  claimed: number | undefined;
  orphaned: boolean;
}

/** [MS-RPCE] 3.3.2.5.2: a client should take no alloc_hint above this. */
const MAX_ALLOC_HINT = 0x7fffffff;
/** Answers to calls that were given up, which may still come; older ones are no longer expected. */
const MAX_ORPHANS = 256;

/** The answers that a client waits for, by call_id, and what has come of them. */
export class ClientAnswers {
  readonly #rules: AnswerRules;
  readonly #byCallId = new Map<number, Answer>();
  readonly #orphans = new Set<number>();

  constructor(rules: AnswerRules) {
    this.#rules = rules;
  }

  /** Calls whose answer somebody waits for. */
  get waiting(): number {
    return this.#byCallId.size - this.#orphans.size;
  }

  expect(callId: number, protection: Protection | undefined): void {
    this.#byCallId.set(callId, { protection, stub: new StubBuffer(), claimed: undefined, orphaned: false });
  }

  /** The answer may be on its way: it is still checked, so that the sequence numbers stay, and then dropped. */
  orphan(callId: number): void {
    const answer = this.#byCallId.get(callId);
    if (answer === undefined) return;
    answer.orphaned = true;
    this.#orphans.add(callId);
    if (this.#orphans.size > MAX_ORPHANS) this.#forget(this.#orphans.values().next().value as number);
  }

  /** Takes one fragment; gives the whole answer with its last one. Throws `ProtocolError` and `SecurityError`. */
  response(pdu: ResponsePdu, bytes: Buffer, signHeader: boolean): ClientEvent | undefined {
    const { call_id: callId } = pdu;
    const answer = this.#byCallId.get(callId);
    if (answer === undefined) throw new ProtocolError(`an answer to call ${callId}, which nobody made`);
    if (isFirst(pdu) !== (answer.claimed === undefined))
      throw new ProtocolError(`the fragments of call ${callId} are out of order`);
    if (pdu.alloc_hint > MAX_ALLOC_HINT) throw new ProtocolError(`call ${callId}: alloc_hint ${pdu.alloc_hint}`);
    answer.claimed ??= pdu.alloc_hint;
    check(pdu, bytes, answer.protection, signHeader);
    if (answer.stub.length + pdu.stub.length > this.#rules.maxResponseStub)
      throw new ProtocolError(`the answer to call ${callId} is longer than ${this.#rules.maxResponseStub} octets`);
    if (!answer.orphaned) answer.stub.add(bytes.subarray(stubOffset(pdu), stubOffset(pdu) + pdu.stub.length));
    if (!isLast(pdu)) return undefined;
    this.#forget(callId);
    return answer.orphaned ? undefined : this.#complete(pdu, answer);
  }

  #complete(pdu: ResponsePdu, { stub, claimed = 0 }: Answer): ClientEvent {
    if (this.#rules.allocHint === 'checked' && claimed > stub.length)
      throw new ProtocolError(`call ${pdu.call_id}: alloc_hint ${claimed}, but ${stub.length} octets of stub`);
    const littleEndian = endianOf(pdu.packed_drep ?? DREP_LITTLE) === 'little';
    return { type: 'response', callId: pdu.call_id, stub: stub.take(), littleEndian };
  }

  /** A fault ends its call, whatever of an answer has come; it answers a bind or alter_context as well. */
  fault(pdu: FaultPdu): ClientEvent | undefined {
    const orphaned = this.#byCallId.get(pdu.call_id)?.orphaned === true;
    this.#forget(pdu.call_id);
    if (orphaned) return undefined;
    const { status, pfc_flags: flags } = pdu;
    const didNotExecute = (flags & PFC.DID_NOT_EXECUTE) !== 0;
    return {
      type: 'fault',
      callId: pdu.call_id,
      status: receivedStatus(status),
      sentStatus: status,
      flags,
      didNotExecute,
      extendedError: extendedErrorOf(pdu),
    };
  }

  #forget(callId: number): void {
    this.#byCallId.delete(callId);
    this.#orphans.delete(callId);
  }
}

/** An answer is protected as its call was: one that comes bare, or under another context, is not the server's. */
function check(pdu: ResponsePdu, bytes: Buffer, protection: Protection | undefined, signHeader: boolean): void {
  if (protection === undefined || trailerLength(protection) === 0) return;
  const { auth } = pdu;
  if (auth === undefined)
    throw new SecurityError('BAD_SIGNATURE', `the answer to call ${pdu.call_id} is not protected`);
  if (auth.auth_context_id !== protection.authContextId || auth.auth_level !== protection.authLevel) {
    throw new SecurityError('BAD_SIGNATURE', `the answer to call ${pdu.call_id} stands under another security context`);
  }
  unprotect(bytes, pdu, { ...protection, signHeader });
}

/** [MS-RPCE] 2.2.2.8: the low bit of the reserved octet says that there is any; its length is alloc_hint - 0x20. */
function extendedErrorOf({ reserved = 0, alloc_hint, stub }: FaultPdu): Buffer | undefined {
  if ((reserved & 1) === 0) return undefined;
  return Buffer.from(stub.subarray(0, Math.max(0, alloc_hint - 0x20)));
}

import { PTYPE } from '../../codec/rpce/index.js';
import { AgedMap, type Allowance } from '../core/aged-map.js';
import type { CallLevel } from './observed.js';

/** A call of an overheard connection, from the first fragment of its request to the last one of its answer. */
export interface ObservedCall<K = unknown> {
  readonly callId: number;
  /** p_cont_id and opnum of the request; undefined where so few octets of it were captured. */
  readonly contextId: number | undefined;
  readonly opnum: number | undefined;
  readonly object: string | undefined;
  /** What the first fragment of the request stands under, as all that follows it. */
  readonly security: CallLevel;
  /** Kept with the call for whoever follows the connection. */
  kept: K | undefined;
}

/** Where in a call a request, response or fault stands. */
interface CallPart extends Omit<ObservedCall, 'kept'> {
  readonly type: number;
  readonly first: boolean;
  readonly last: boolean;
}

/**
 * Pairs the requests of one connection with their answers, by call_id (C706 12.6.3.1). A call begins with the first
 * fragment of its request, as in tshark, and ends with the last one of its response, or with a fault.
 */
export class ObservedCalls<K> {
  readonly #open: AgedMap<number, ObservedCall<K>>;
  readonly #unanswered: (call: ObservedCall<K>) => void;

  /** `unanswered` is told of calls whose call_id is used again, and of those that are left at the end. */
  constructor(allowance: Allowance<number, ObservedCall<K>>, unanswered: (call: ObservedCall<K>) => void) {
    this.#open = new AgedMap(allowance);
    this.#unanswered = unanswered;
  }

  /** The call that a PDU belongs to; undefined for a further fragment or an answer whose request was not captured. */
  take(part: CallPart): ObservedCall<K> | undefined {
    const { type, first, last, callId } = part;
    if (type !== PTYPE.request)
      return type === PTYPE.fault || last ? this.#open.delete(callId) : this.#open.get(callId);
    if (!first) return this.#open.get(callId);
    const before = this.#open.delete(callId);
    if (before !== undefined) this.#unanswered(before);
    const { contextId, opnum, object, security } = part;
    const call = { callId, contextId, opnum, object, security, kept: undefined };
    this.#open.set(callId, call);
    return call;
  }

  get(callId: number): ObservedCall<K> | undefined {
    return this.#open.get(callId);
  }

  end(): void {
    const left = this.#open.values();
    this.#open.clear();
    for (const call of left) this.#unanswered(call);
  }
}

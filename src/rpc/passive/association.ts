import { asBuffer } from '../../codec/bytes.js';
import { CodecError } from '../../codec/error.js';
import { decodePdu, type Pdu, PTYPE } from '../../codec/rpce/index.js';
import type { PassiveContext } from '../../security/provider.js';
import { isFirst, isLast } from '../core/fragments.js';
import { PassiveBudget } from './budget.js';
import { type ObservedCall, ObservedCalls } from './calls.js';
import { ObservedContexts, type ObservedPresentation } from './contexts.js';
import { type CallHead, callHead } from './head.js';
import { ObservedLevels } from './levels.js';
import { ObservedMessages } from './messages.js';
import { type CallLevel, type Observed, type Sender, UNKNOWN } from './observed.js';
import { ObservedSecurities, type ObservedSecurity } from './security.js';

/** How a sniffer follows an association. */
export interface PassiveOptions<K = unknown> {
  /** Follows the handshake of one security context; undefined for a type that nothing is known of. */
  readonly observe: (authType: number) => PassiveContext | undefined;
  /** Shared by associations that are followed at the same time; one of its own where absent. */
  readonly budget?: PassiveBudget<K>;
}

const NO_REQUEST = { opnum: undefined, object: undefined };

/** Follows a connection of two others from its PDUs, in the order of the wire, also from its middle on. */
export class PassiveAssociation<K = unknown> {
  readonly #contexts = new ObservedContexts();
  readonly #securities: ObservedSecurities;
  readonly #levels: ObservedLevels;
  readonly #messages: ObservedMessages;
  readonly #calls: ObservedCalls<K>;

  constructor({ observe, budget = new PassiveBudget() }: PassiveOptions<K>) {
    this.#securities = new ObservedSecurities(observe);
    this.#levels = new ObservedLevels(this.#contexts, this.#securities);
    this.#messages = new ObservedMessages(budget.assemblies, this.#contexts, this.#securities);
    this.#calls = new ObservedCalls(budget.calls, budget.unanswered);
  }

  /** What a later association needs to know of this one, when the connection goes on: for `restore`. */
  get remainder(): string {
    return JSON.stringify([this.#contexts.remainder, this.#securities.remainder]);
  }

  /** Goes on where another one has left `remainder`: contexts are known, session keys are not. */
  restore(remainder: string): void {
    const [contexts, securities] = JSON.parse(remainder);
    this.#contexts.restore(contexts);
    this.#securities.restore(securities);
  }

  /** The connection has ended: what it held of the budget is free, and calls without an answer will have none. */
  end(): void {
    this.#messages.clear();
    this.#calls.end();
  }

  /** Security contexts that were seen on the connection. */
  get securities(): readonly ObservedSecurity[] {
    return this.#securities.all;
  }

  /** The presentation contexts that were agreed on, or proposed where the answer was not seen. */
  get presentations(): readonly ObservedPresentation[] {
    return this.#contexts.all;
  }

  /** The presentation context with this number. */
  presentation(id: number | undefined): ObservedPresentation | undefined {
    return id === undefined ? undefined : this.#contexts.find(id);
  }

  /** The call with this call_id that has no answer yet. */
  call(callId: number): ObservedCall<K> | undefined {
    return this.#calls.get(callId);
  }

  /** What a call without a trailer stands under, as far as the connection tells by now. */
  get implied(): CallLevel {
    return this.#levels.implied;
  }

  /** Takes one whole PDU. `bytes` is not changed: a sealed stub is decrypted in a copy. */
  take(sender: Sender, bytes: Uint8Array): Observed<K> {
    let pdu: Pdu;
    try {
      pdu = decodePdu(bytes);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      const head = callHead(asBuffer(bytes));
      const call = head && this.skim(head);
      return { sender, pdu: undefined, error, security: UNKNOWN, heard: undefined, message: undefined, call };
    }
    this.#contexts.note(pdu);
    const heard = this.#securities.note(pdu, sender);
    if (pdu.PTYPE === 'request' && pdu.auth !== undefined) this.#securities.named(pdu.auth.auth_context_id);
    const own = this.#levels.of(pdu);
    const call = this.#callOf(pdu, own);
    const security = pdu.auth === undefined && call !== undefined ? call.security : own;
    const message = this.#messages.take(pdu, { sender, bytes, security, call });
    return { sender, pdu, error: undefined, security, heard, message, call };
  }

  /** Takes a request, response or fault by its header only: one that nobody wants to read. */
  skim(head: CallHead): ObservedCall<K> | undefined {
    const { type, first, last, callId, contextId, opnum, auth } = head;
    if (type === PTYPE.request && auth !== undefined) this.#securities.named(auth.contextId);
    const security = type === PTYPE.request && first ? this.#levels.ofHead(head) : UNKNOWN;
    return this.#calls.take({ type, first, last, callId, contextId, opnum, object: undefined, security });
  }

  /** Takes a PDU of which a part was not captured: what its head tells. */
  cut(sender: Sender, bytes: Uint8Array): Observed<K> {
    const octets = asBuffer(bytes);
    this.#contexts.noteCut(octets);
    this.#securities.noteCut(octets);
    const head = callHead(octets);
    const call = head && this.skim(head);
    const security = head === undefined ? UNKNOWN : (call?.security ?? this.#levels.ofHead(head));
    return { sender, pdu: undefined, error: undefined, security, heard: undefined, message: undefined, call };
  }

  #callOf(pdu: Pdu, security: CallLevel): ObservedCall<K> | undefined {
    if (pdu.PTYPE !== 'request' && pdu.PTYPE !== 'response' && pdu.PTYPE !== 'fault') return undefined;
    const { call_id: callId, p_cont_id: contextId } = pdu;
    const { opnum, object } = pdu.PTYPE === 'request' ? pdu : NO_REQUEST;
    return this.#calls.take({
      type: PTYPE[pdu.PTYPE],
      first: isFirst(pdu),
      last: isLast(pdu),
      callId,
      contextId,
      opnum,
      object,
      security,
    });
  }
}

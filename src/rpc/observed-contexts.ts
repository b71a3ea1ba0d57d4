import { type ContextElement, type Pdu, RESULT, type SyntaxId } from '../codec/rpce/index.js';
import { bindTimeFeatures, transferSyntaxName } from './presentation.js';
import type { TransferSyntaxName } from './profile.js';

/** A presentation context as it was overheard. */
export interface ObservedPresentation {
  readonly id: number;
  readonly interface: SyntaxId;
  /** Undefined for a transfer syntax that is neither NDR20 nor NDR64. */
  readonly transferSyntax: TransferSyntaxName | undefined;
  /** False where the server's answer was not seen. */
  readonly accepted: boolean;
}

const MAX_CONTEXTS = 4096;
const MAX_PROPOSALS = 64;

/** The presentation contexts of an overheard connection. */
export class ObservedContexts {
  readonly #byId = new Map<number, ObservedPresentation>();
  readonly #proposals = new Map<number, readonly ContextElement[]>();
  #sawBind = false;

  get all(): readonly ObservedPresentation[] {
    return [...this.#byId.values()];
  }

  /** Whether the connection was overheard from its beginning. */
  get sawBind(): boolean {
    return this.#sawBind;
  }

  find(id: number): ObservedPresentation | undefined {
    return this.#byId.get(id);
  }

  note(pdu: Pdu): void {
    if (pdu.PTYPE === 'bind' || pdu.PTYPE === 'alter_context') {
      if (pdu.PTYPE === 'bind') this.#sawBind = true;
      this.#propose(pdu.call_id, pdu.p_context_elem);
    } else if (pdu.PTYPE === 'bind_ack' || pdu.PTYPE === 'alter_context_resp') {
      const elements = this.#proposals.get(pdu.call_id) ?? [];
      this.#proposals.delete(pdu.call_id);
      for (const [index, result] of pdu.results.entries()) {
        const element = elements[index];
        if (element === undefined || result.result !== RESULT.acceptance) continue;
        this.#set(element, transferSyntaxName(result.transfer_syntax), true);
      }
    }
  }

  /** Until the answer is seen, the first proposal of a context stands: in a one-sided capture it never comes. */
  #propose(callId: number, elements: readonly ContextElement[]): void {
    if (this.#proposals.size >= MAX_PROPOSALS) this.#proposals.clear();
    this.#proposals.set(callId, elements);
    for (const element of elements) {
      if (this.#byId.has(element.p_cont_id) || bindTimeFeatures(element) !== undefined) continue;
      const [first] = element.transfer_syntaxes;
      if (first !== undefined) this.#set(element, transferSyntaxName(first), false);
    }
  }

  #set(element: ContextElement, transferSyntax: TransferSyntaxName | undefined, accepted: boolean): void {
    if (this.#byId.size >= MAX_CONTEXTS && !this.#byId.has(element.p_cont_id)) return;
    this.#byId.set(element.p_cont_id, {
      id: element.p_cont_id,
      interface: element.abstract_syntax,
      transferSyntax,
      accepted,
    });
  }
}

import { type ContextElement, type Pdu, PTYPE, RESULT, type SyntaxId } from '../../codec/rpce/index.js';
import { bindTimeFeatures, transferSyntaxName } from '../core/presentation.js';
import type { TransferSyntaxName } from '../core/profile.js';
import { cutBind } from './cut-bind.js';

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
/** Of one connection that are worth remembering when there is no room for all that is known of it. */
const MAX_REMAINING = 16;

/** Whether the bind was seen; id, UUID, version, transfer syntax, and whether it was accepted. */
export type RemainingContexts = readonly [
  sawBind: boolean,
  ...(readonly [number, string, number, TransferSyntaxName | null, boolean])[],
];

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

  get remainder(): RemainingContexts {
    const all = this.all
      .slice(0, MAX_REMAINING)
      .map(
        ({ id, interface: { uuid, version }, transferSyntax, accepted }) =>
          [id, uuid, version, transferSyntax ?? null, accepted] as const,
      );
    return [this.#sawBind, ...all];
  }

  restore([sawBind, ...all]: RemainingContexts): void {
    this.#sawBind = sawBind;
    for (const [id, uuid, version, transferSyntax, accepted] of all)
      this.#byId.set(id, { id, interface: { uuid, version }, transferSyntax: transferSyntax ?? undefined, accepted });
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

  /** A bind or alter_context of which a part was not captured: the contexts that are there. */
  noteCut(bytes: Buffer): void {
    const cut = cutBind(bytes);
    if (cut === undefined) return;
    if (bytes[2] === PTYPE.bind) this.#sawBind = true;
    for (const { id, uuid, version } of cut)
      if (!this.#byId.has(id))
        // Nearly all contexts are of NDR20; of those that are not, the answer may say so.
        this.#byId.set(id, { id, interface: { uuid, version }, transferSyntax: 'ndr20', accepted: false });
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

import { type Pdu, PFC, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { PassiveContext } from '../security/provider.js';
import type { Sender } from './passive-association.js';

/** A security context as it was overheard. */
export interface ObservedSecurity {
  readonly id: number;
  readonly authType: number;
  readonly level: number;
  readonly passive: PassiveContext | undefined;
}

const MAX_CONTEXTS = 2048;
const HANDSHAKE = new Set<Pdu['PTYPE']>(['bind', 'bind_ack', 'alter_context', 'alter_context_resp', 'auth3']);

/** The security contexts of an overheard connection, by their auth_context_id. */
export class ObservedSecurities {
  readonly #byId = new Map<number, ObservedSecurity>();
  readonly #observe: (authType: number) => PassiveContext | undefined;
  #clientSigns = false;
  #serverSigns = false;

  constructor(observe: (authType: number) => PassiveContext | undefined) {
    this.#observe = observe;
  }

  get all(): readonly ObservedSecurity[] {
    return [...this.#byId.values()];
  }

  /** Both sides have shown PFC_SUPPORT_HEADER_SIGN. */
  get signHeader(): boolean {
    return this.#clientSigns && this.#serverSigns;
  }

  find(id: number): ObservedSecurity | undefined {
    return this.#byId.get(id);
  }

  /** [MS-RPCE] 3.3.1.5.4: what a request without a trailer stands under. */
  get implied(): ObservedSecurity | undefined {
    if (this.#byId.size !== 1) return undefined;
    const [only] = this.#byId.values();
    return only?.level === RPC_C_AUTHN_LEVEL.CONNECT ? only : undefined;
  }

  note(pdu: Pdu, sender: Sender): void {
    if (!HANDSHAKE.has(pdu.PTYPE)) return;
    if ((pdu.pfc_flags & PFC.SUPPORT_HEADER_SIGN) !== 0) {
      if (sender === 'client') this.#clientSigns = true;
      else this.#serverSigns = true;
    }
    if (pdu.auth === undefined) return;
    const context = this.#byId.get(pdu.auth.auth_context_id) ?? this.#begin(pdu.auth);
    context?.passive?.observe(sender === 'client' ? 'initiator' : 'acceptor', pdu.auth.auth_value);
  }

  #begin(auth: NonNullable<Pdu['auth']>): ObservedSecurity | undefined {
    if (this.#byId.size >= MAX_CONTEXTS) return undefined;
    const { auth_context_id: id, auth_type: authType, auth_level: level } = auth;
    const created: ObservedSecurity = { id, authType, level, passive: this.#observe(authType) };
    this.#byId.set(id, created);
    return created;
  }
}

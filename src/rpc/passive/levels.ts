import type { Pdu } from '../../codec/rpce/index.js';
import type { ObservedContexts } from './contexts.js';
import type { CallHead } from './head.js';
import { type CallLevel, NONE, UNKNOWN } from './observed.js';
import type { ObservedSecurities, ObservedSecurity } from './security.js';

/** What the PDUs of an overheard connection stand under: [MS-RPCE] 3.3.1.5.4. */
export class ObservedLevels {
  readonly #contexts: ObservedContexts;
  readonly #securities: ObservedSecurities;

  constructor(contexts: ObservedContexts, securities: ObservedSecurities) {
    this.#contexts = contexts;
    this.#securities = securities;
  }

  /** What a call without a trailer stands under, as far as the connection tells by now. */
  get implied(): CallLevel {
    return this.#agreed ?? (this.#contexts.sawBind && !this.#securities.hidden ? NONE : UNKNOWN);
  }

  of({ PTYPE, auth }: Pdu): CallLevel {
    if (auth !== undefined) return this.#stated(auth.auth_type, auth.auth_level, auth.auth_context_id);
    // An alter_context for a further interface says nothing of the calls to come.
    if (PTYPE === 'alter_context' || PTYPE === 'alter_context_resp') return this.#agreed ?? UNKNOWN;
    return this.implied;
  }

  /** Its trailer may be what is missing; where a connection has one security context, it is that one's. */
  ofHead({ auth, protected: isProtected }: CallHead): CallLevel {
    if (!isProtected) return this.implied;
    if (auth !== undefined) return this.#stated(auth.type, auth.level, auth.contextId);
    const [only, ...others] = this.#securities.all;
    return only === undefined || others.length > 0 ? UNKNOWN : levelOf(only);
  }

  get #agreed(): CallLevel | undefined {
    const { implied } = this.#securities;
    return implied && levelOf(implied);
  }

  #stated(authType: number, level: number, authContextId: number): CallLevel {
    const identity = this.#securities.find(authContextId)?.passive?.identity;
    return { authType, level, authContextId, from: 'trailer', identity };
  }
}

const levelOf = ({ authType, level, id: authContextId, passive }: ObservedSecurity): CallLevel => ({
  authType,
  level,
  authContextId,
  from: 'association',
  identity: passive?.identity,
});

import { type AuthVerifier, RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { effectiveAuthnLevel } from '../codec/status/authn.js';
import type {
  AcceptorProvider,
  ContextInfo,
  Identity,
  Leg,
  Milliseconds,
  SecurityContext,
} from '../security/provider.js';

/** Under whose name and with which protection a call came. */
export interface CallSecurity {
  readonly authType: number;
  /** As the client stated it. */
  readonly statedLevel: number;
  /** As it is processed: CALL counts as PKT. */
  readonly level: number;
  readonly authContextId: number;
  readonly identity: Identity;
  readonly info: ContextInfo;
}

/** One security context of a connection, from its first leg on. */
export class ServerSecurityContext {
  readonly id: number;
  readonly authType: number;
  readonly statedLevel: number;
  readonly context: SecurityContext;
  /** Set when type or level were changed on the way: the context is never used again. */
  invalid = false;
  /** Why the handshake failed; an auth3 has no answer, so the first request carries it back. */
  failure: Error | undefined;

  constructor(auth: AuthVerifier, context: SecurityContext) {
    this.id = auth.auth_context_id;
    this.authType = auth.auth_type;
    this.statedLevel = auth.auth_level;
    this.context = context;
  }

  get level(): number {
    return effectiveAuthnLevel(this.statedLevel);
  }

  get established(): boolean {
    return this.context.established && this.failure === undefined && !this.invalid;
  }

  /** [MS-RPCE] 2.2.2.11: type, level and context id do not change within a context. */
  matches(auth: AuthVerifier): boolean {
    return auth.auth_type === this.authType && auth.auth_level === this.statedLevel && auth.auth_context_id === this.id;
  }

  step(token: Uint8Array, now: Milliseconds): Leg {
    try {
      return this.context.step(token, now);
    } catch (error) {
      this.failure = error as Error;
      throw error;
    }
  }

  get callSecurity(): CallSecurity {
    return {
      authType: this.authType,
      statedLevel: this.statedLevel,
      level: this.level,
      authContextId: this.id,
      identity: this.context.identity as Identity,
      info: this.context.info,
    };
  }
}

/** The security contexts of one connection by their auth_context_id: [MS-RPCE] 3.3.1.5.4. */
export class ServerSecurityContexts {
  readonly #byId = new Map<number, ServerSecurityContext>();
  readonly #providers: ReadonlyMap<number, AcceptorProvider>;
  /** Once a request names a CONNECT context, requests without authentication information no longer mean it. */
  #explicitConnect = false;

  constructor(providers: readonly AcceptorProvider[]) {
    this.#providers = new Map(providers.map((provider) => [provider.authType, provider]));
  }

  get size(): number {
    return this.#byId.size;
  }

  /** True while a handshake has begun and not ended. */
  get negotiating(): boolean {
    return [...this.#byId.values()].some(
      (context) => !context.established && context.failure === undefined && !context.invalid,
    );
  }

  find(id: number): ServerSecurityContext | undefined {
    return this.#byId.get(id);
  }

  knowsType(authType: number): boolean {
    return this.#providers.has(authType);
  }

  /** Begins a context for a provider that is known; the caller has checked the level and the limits. */
  create(auth: AuthVerifier): ServerSecurityContext {
    const provider = this.#providers.get(auth.auth_type) as AcceptorProvider;
    const created = new ServerSecurityContext(auth, provider.accept());
    this.#byId.set(created.id, created);
    return created;
  }

  discard(context: ServerSecurityContext): void {
    this.#byId.delete(context.id);
  }

  noteExplicit(context: ServerSecurityContext): void {
    if (context.level === RPC_C_AUTHN_LEVEL.CONNECT) this.#explicitConnect = true;
  }

  /** The only context of the connection, at CONNECT: what a request without authentication information is taken for. */
  get implied(): ServerSecurityContext | undefined {
    if (this.#byId.size !== 1 || this.#explicitConnect) return undefined;
    const [only] = this.#byId.values();
    return only?.level === RPC_C_AUTHN_LEVEL.CONNECT ? only : undefined;
  }
}

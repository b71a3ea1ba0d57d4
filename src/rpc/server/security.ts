import { type AuthVerifier, type RequestPdu, RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { effectiveAuthnLevel } from '../../codec/status/authn.js';
import { SecurityError } from '../../security/error.js';
import type {
  AcceptorProvider,
  ContextInfo,
  Identity,
  Leg,
  Milliseconds,
  Peer,
  SecurityContext,
} from '../../security/provider.js';
import { ImpliedSecurity } from '../core/implied-security.js';
import type { Protection } from '../core/protection.js';
import type { Shares } from '../core/shares.js';

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

/** The mechanism cannot do what the level asks for, which counts as its error: [MS-RPCE] 3.3.1.5.2.2. */
export class MissingCapability extends SecurityError {
  constructor() {
    super('UNSUPPORTED', 'RPC_C_AUTHN_LEVEL_PKT_PRIVACY, but the handshake did not agree on confidentiality');
  }
}

/** One security context of a connection, from its first leg on. */
export class ServerSecurityContext {
  readonly id: number;
  readonly authType: number;
  readonly statedLevel: number;
  readonly context: SecurityContext;
  readonly startedAt: Milliseconds;
  /** Set when type or level were changed on the way: the context is never used again. */
  invalid = false;
  /** Why the handshake failed; an auth3 has no answer, so the first request carries it back. */
  failure: SecurityError | undefined;

  constructor(auth: AuthVerifier, context: SecurityContext, now: Milliseconds) {
    this.id = auth.auth_context_id;
    this.authType = auth.auth_type;
    this.statedLevel = auth.auth_level;
    this.context = context;
    this.startedAt = now;
  }

  get level(): number {
    return effectiveAuthnLevel(this.statedLevel);
  }

  get established(): boolean {
    return this.context.established && this.failure === undefined && !this.invalid;
  }

  /** No further leg is taken, whether it went well or not. */
  get ended(): boolean {
    return this.context.established || this.failure !== undefined || this.invalid;
  }

  /** [MS-RPCE] 2.2.2.11: type, level and context id do not change within a context. */
  matches(auth: AuthVerifier): boolean {
    return auth.auth_type === this.authType && auth.auth_level === this.statedLevel && auth.auth_context_id === this.id;
  }

  step(token: Uint8Array, now: Milliseconds): Leg {
    try {
      const leg = this.context.step(token, now);
      // A lack of integrity shows at the first request, whose signature cannot be checked.
      const seals = this.level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY;
      if (seals && this.context.established && !this.context.capabilities.confidentiality)
        throw new MissingCapability();
      return leg;
    } catch (error) {
      if (error instanceof SecurityError) this.failure = error;
      throw error;
    }
  }

  /** An auth3 that was not its last leg: nobody's credentials are wrong. */
  unfinished = false;

  /** Gives the handshake up for what the connection knows of it. */
  fail(why: string): SecurityError {
    this.unfinished = true;
    this.failure = new SecurityError('BAD_TOKEN', why);
    return this.failure;
  }

  protection(signHeader: boolean): Protection {
    return {
      security: this.context,
      authType: this.authType,
      authLevel: this.statedLevel,
      authContextId: this.id,
      signHeader,
    };
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
  readonly #peer: Peer & { readonly address: string };
  readonly #shares: Shares;
  readonly #implied = new ImpliedSecurity();

  constructor(providers: readonly AcceptorProvider[], peer: Peer & { readonly address: string }, shares: Shares) {
    this.#peer = peer;
    this.#shares = shares;
    this.#providers = new Map(providers.map((provider) => [provider.authType, provider]));
  }

  get size(): number {
    return this.#byId.size;
  }

  /** When the oldest handshake that has not ended began. */
  get negotiatingSince(): Milliseconds | undefined {
    let since: Milliseconds | undefined;
    for (const context of this.#byId.values()) {
      if (context.ended) continue;
      since = Math.min(since ?? context.startedAt, context.startedAt);
    }
    return since;
  }

  find(id: number): ServerSecurityContext | undefined {
    return this.#byId.get(id);
  }

  /** One whose handshake has ended. */
  get anyEstablished(): ServerSecurityContext | undefined {
    return [...this.#byId.values()].find(({ established }) => established);
  }

  knowsType(authType: number): boolean {
    return this.#providers.has(authType);
  }

  /**
   * Begins a context for a provider that is known; the caller has checked the level and the limits. Undefined where the
   * peer's connections hold too many.
   */
  create(auth: AuthVerifier, now: Milliseconds): ServerSecurityContext | undefined {
    if (!this.#shares.take(this.#peer.address)) return undefined;
    const provider = this.#providers.get(auth.auth_type) as AcceptorProvider;
    const created = new ServerSecurityContext(auth, provider.accept(this.#peer), now);
    this.#byId.set(created.id, created);
    this.#implied.begun(created.id, created.level);
    return created;
  }

  discard(context: ServerSecurityContext): void {
    if (this.#byId.delete(context.id)) this.#shares.give(this.#peer.address);
    this.#implied.discarded(context.id);
  }

  /** Forgets all of them. */
  close(): void {
    this.#shares.give(this.#peer.address, this.#byId.size);
    this.#byId.clear();
  }

  /** A request came with authentication information: from now on, none means none. */
  noteExplicit(context: ServerSecurityContext): void {
    this.#implied.named(context.level);
  }

  /** The context that a request names; where it has no authentication information, see `ImpliedSecurity`. */
  of({ auth }: RequestPdu): ServerSecurityContext | undefined {
    const id = auth === undefined ? this.#implied.context : auth.auth_context_id;
    return id === undefined ? undefined : this.#byId.get(id);
  }
}

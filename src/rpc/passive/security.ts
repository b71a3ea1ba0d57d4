import { type Pdu, PFC, PTYPE } from '../../codec/rpce/index.js';
import { SecurityError } from '../../security/error.js';
import type { HeardMessage, Identity, PassiveContext, ProtectedMessage } from '../../security/provider.js';
import { ImpliedSecurity, type ImpliedState } from '../core/implied-security.js';
import type { Sender } from './observed.js';

/** A security context as it was overheard. */
export interface ObservedSecurity {
  readonly id: number;
  readonly authType: number;
  readonly level: number;
  readonly passive: PassiveContext | undefined;
  /** It was agreed on before the connection was forgotten: its session key is not known, whatever the secrets. */
  readonly restored?: boolean;
}

/** Which sides sign headers; what is implied; id, type, level, identity and name of the mechanism. */
export type RemainingSecurities = readonly [
  clientSigns: boolean,
  serverSigns: boolean,
  implied: ImpliedState,
  ...(readonly [number, number, number, Identity | null, string | null])[],
];

const MAX_CONTEXTS = 2048;
/** Of one connection that are worth remembering when there is no room for all that is known of it. */
const MAX_REMAINING = 8;
const CUT_HANDSHAKE: ReadonlySet<number> = new Set([PTYPE.bind, PTYPE.alter_context]);
const HANDSHAKE = new Set<Pdu['PTYPE']>(['bind', 'bind_ack', 'alter_context', 'alter_context_resp', 'auth3']);

/** The security contexts of an overheard connection, by their auth_context_id. */
export class ObservedSecurities {
  readonly #byId = new Map<number, ObservedSecurity>();
  readonly #observe: (authType: number) => PassiveContext | undefined;
  readonly #implied = new ImpliedSecurity();
  #hidden = false;
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

  /** There was a handshake whose context is not known. */
  get hidden(): boolean {
    return this.#hidden;
  }

  find(id: number): ObservedSecurity | undefined {
    return this.#byId.get(id);
  }

  /** What a request without a trailer stands under: see `ImpliedSecurity`. */
  get implied(): ObservedSecurity | undefined {
    const { context } = this.#implied;
    return context === undefined ? undefined : this.#byId.get(context);
  }

  /** A request has a trailer. One that names a context whose handshake was not seen changes nothing. */
  named(contextId: number): void {
    const context = this.#byId.get(contextId);
    if (context !== undefined) this.#implied.named(context.level);
  }

  get remainder(): RemainingSecurities {
    const all = this.all
      .slice(0, MAX_REMAINING)
      .map(
        ({ id, authType, level, passive }) =>
          [id, authType, level, passive?.identity ?? null, passive?.info.mechanism ?? null] as const,
      );
    return [this.#clientSigns, this.#serverSigns, this.#implied.state, ...all];
  }

  restore([clientSigns, serverSigns, implied, ...all]: RemainingSecurities): void {
    this.#implied.restore(implied);
    this.#clientSigns = clientSigns;
    this.#serverSigns = serverSigns;
    for (const [id, authType, level, identity, mechanism] of all) {
      const known = mechanism === null ? undefined : { identity: identity ?? undefined, mechanism };
      const passive = known && new RestoredContext(authType, known, () => this.#observe(authType));
      this.#byId.set(id, { id, authType, level, passive, restored: true });
    }
  }

  /** Gives the message of a handshake that was read in it. */
  note(pdu: Pdu, sender: Sender): HeardMessage | undefined {
    if (!HANDSHAKE.has(pdu.PTYPE)) return undefined;
    if ((pdu.pfc_flags & PFC.SUPPORT_HEADER_SIGN) !== 0) {
      if (sender === 'client') this.#clientSigns = true;
      else this.#serverSigns = true;
    }
    if (pdu.auth === undefined) return undefined;
    const context = this.#byId.get(pdu.auth.auth_context_id) ?? this.#begin(pdu.auth);
    // A sec_trailer without a token ends a handshake, or repeats what is agreed on.
    if (pdu.auth.auth_value.length === 0) return undefined;
    return context?.passive?.observe(sender === 'client' ? 'initiator' : 'acceptor', pdu.auth.auth_value);
  }

  /** A PDU of a handshake of which a part was not captured: its trailer stands at its end. */
  noteCut(bytes: Buffer): void {
    if (bytes.length < 12 || !CUT_HANDSHAKE.has(bytes[2] as number)) return;
    // C706 12.6.3.1: auth_length, of which one octet is enough to be none.
    if (bytes[10] !== 0 || bytes[11] !== 0) this.#hidden = true;
  }

  #begin(auth: NonNullable<Pdu['auth']>): ObservedSecurity | undefined {
    if (this.#byId.size >= MAX_CONTEXTS) return undefined;
    const { auth_context_id: id, auth_type: authType, auth_level: level } = auth;
    const created: ObservedSecurity = { id, authType, level, passive: this.#observe(authType) };
    this.#byId.set(id, created);
    this.#implied.begun(id, level);
    return created;
  }
}

interface Known {
  readonly identity: Identity | undefined;
  readonly mechanism: string;
}

/** What is left of a handshake that was followed before; tokens that still come are followed anew. */
class RestoredContext implements PassiveContext {
  readonly authType: number;
  readonly #known: Known;
  readonly #begin: () => PassiveContext | undefined;
  #next: PassiveContext | undefined;

  constructor(authType: number, known: Known, begin: () => PassiveContext | undefined) {
    this.authType = authType;
    this.#known = known;
    this.#begin = begin;
  }

  observe(from: 'initiator' | 'acceptor', token: Uint8Array): HeardMessage | undefined {
    this.#next ??= this.#begin();
    return this.#next?.observe(from, token);
  }

  get established(): boolean {
    return this.#next?.established === true;
  }

  get identity(): Identity | undefined {
    return this.#next?.identity ?? this.#known.identity;
  }

  get mic(): PassiveContext['mic'] {
    return this.#next?.mic;
  }

  get sessionKey(): Uint8Array | undefined {
    return this.#next?.sessionKey;
  }

  get info(): PassiveContext['info'] {
    if (this.#next?.identity !== undefined) return this.#next.info;
    return { mechanism: this.#known.mechanism, flags: [], notes: [] };
  }

  /** Asked for where it is established, and then there is a next one. */
  unprotect(from: 'initiator' | 'acceptor', message: ProtectedMessage, authValue: Uint8Array, sealed: boolean): void {
    this.#next?.unprotect(from, message, authValue, sealed);
  }

  protect(from: 'initiator' | 'acceptor', message: ProtectedMessage, sealed: boolean): Uint8Array {
    if (this.#next === undefined) throw new SecurityError('NOT_ESTABLISHED', 'the session key is not known');
    return this.#next.protect(from, message, sealed);
  }

  checkMic(from: 'initiator' | 'acceptor', bytes: Uint8Array, mic: Uint8Array): void {
    this.#next?.checkMic(from, bytes, mic);
  }

  makeMic(from: 'initiator' | 'acceptor', bytes: Uint8Array): Uint8Array {
    if (this.#next === undefined) throw new SecurityError('NOT_ESTABLISHED', 'the session key is not known');
    return this.#next.makeMic(from, bytes);
  }
}

import type { Session, Side } from './channel.js';
import { SecurityError } from './error.js';
import type { Mechanism } from './mechanism.js';
import { Notes } from './notes.js';
import type { ContextInfo, HeardMessage, Identity, PassiveContext, ProtectedMessage } from './provider.js';

/** What sniffers of every mechanism have in common: notes of what was seen and, once a key is known, the session. */
export abstract class PassiveMechanism implements PassiveContext {
  abstract readonly authType: number;
  abstract readonly mic: PassiveContext['mic'];
  readonly #mechanism: Mechanism;
  readonly #notes = new Notes();
  protected flags = 0;
  #session: Session | undefined;
  #sessionKey: Uint8Array | undefined;
  #identity: Identity | undefined;

  constructor(mechanism: Mechanism) {
    this.#mechanism = mechanism;
  }

  /** Throws `SecurityError` for a token that cannot be read, or that should not come now. */
  protected abstract take(from: Side, token: Uint8Array): HeardMessage | undefined;

  observe(from: Side, token: Uint8Array): HeardMessage | undefined {
    try {
      return this.take(from, token);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      this.note(`a token of the ${from}: ${error.message}`);
      return undefined;
    }
  }

  protected note(text: string): void {
    this.#notes.add(text);
  }

  protected identify(identity: Identity): void {
    this.#identity = identity;
  }

  protected conclude(session: Session, sessionKey: Uint8Array): void {
    this.#session = session;
    this.#sessionKey = sessionKey;
  }

  get sessionKey(): Uint8Array | undefined {
    return this.#sessionKey;
  }

  get established(): boolean {
    return this.#session !== undefined;
  }

  get identity(): Identity | undefined {
    return this.#identity;
  }

  get info(): ContextInfo {
    const { name, flagNames } = this.#mechanism;
    return { mechanism: name, flags: flagNames(this.flags), notes: this.#notes.all };
  }

  unprotect(from: Side, message: ProtectedMessage, authValue: Uint8Array, sealed: boolean): void {
    const channel = this.#ready().from(from);
    if (sealed) channel.unseal(message, authValue);
    else channel.verify(message, authValue);
  }

  protect(from: Side, message: ProtectedMessage, sealed: boolean): Uint8Array {
    const channel = this.#ready().from(from);
    return sealed ? channel.seal(message) : channel.sign(message);
  }

  checkMic(from: Side, bytes: Uint8Array, mic: Uint8Array): void {
    this.#ready().from(from).checkMic(bytes, mic);
  }

  makeMic(from: Side, bytes: Uint8Array): Uint8Array {
    return this.#ready().from(from).mic(bytes);
  }

  #ready(): Session {
    if (this.#session === undefined) {
      const detail = `the session key of this ${this.#mechanism.name} context is not known`;
      throw new SecurityError('NOT_ESTABLISHED', detail);
    }
    return this.#session;
  }
}

import type { MessageChannel, Session, Side } from './channel.js';
import { SecurityError } from './error.js';
import { ProtectingContext } from './protecting-context.js';
import type { Capabilities, ContextInfo, Identity, Leg, Milliseconds, SecurityContext } from './provider.js';

/** What a mechanism is called, and what its flags say. */
export interface Mechanism {
  readonly name: string;
  readonly flagNames: (flags: number) => readonly string[];
  /** The flags by which a handshake agrees on either. */
  readonly integrity: number;
  readonly confidentiality: number;
}

/** What a handshake ends with, whatever the mechanism. */
interface Conclusion<S extends Session> {
  readonly flags: number;
  readonly session: S;
  readonly sessionKey: Uint8Array;
  readonly identity?: Identity | undefined;
}

/**
 * What both sides of every mechanism have in common: the state of the handshake and, once it is over, the session
 * security.
 */
export abstract class MechanismContext<S extends Session> extends ProtectingContext implements SecurityContext {
  abstract readonly role: Side;
  abstract readonly authType: number;
  abstract readonly threeLegs: boolean;
  abstract readonly signatureLength: SecurityContext['signatureLength'];
  abstract readonly requiresMechListMic: boolean;
  protected readonly notes: string[] = [];
  protected flags = 0;
  readonly #mechanism: Mechanism;
  #conclusion: Conclusion<S> | undefined;
  #failed = false;

  constructor(mechanism: Mechanism) {
    super();
    this.#mechanism = mechanism;
  }

  /** One leg of the side's own state machine. */
  protected abstract leg(token: Uint8Array | undefined, now: Milliseconds): Leg;

  step(token: Uint8Array | undefined, now: Milliseconds): Leg {
    const { name } = this.#mechanism;
    if (this.#failed) throw new SecurityError('BAD_TOKEN', `this ${name} handshake has failed before`);
    if (this.established) throw new SecurityError('BAD_TOKEN', `a token after the end of the ${name} handshake`);
    try {
      return this.leg(token, now);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  protected conclude(conclusion: Conclusion<S>): void {
    this.flags = conclusion.flags;
    this.#conclusion = conclusion;
  }

  get established(): boolean {
    return this.#conclusion !== undefined;
  }

  get capabilities(): Capabilities {
    const agreed = (flag: number): boolean => this.established && (this.flags & flag) !== 0;
    const confidentiality = agreed(this.#mechanism.confidentiality);
    return { integrity: confidentiality || agreed(this.#mechanism.integrity), confidentiality };
  }

  get identity(): Identity | undefined {
    return this.#conclusion?.identity;
  }

  get sessionKey(): Uint8Array | undefined {
    return this.#conclusion?.sessionKey;
  }

  get info(): ContextInfo {
    const { name, flagNames } = this.#mechanism;
    return { mechanism: name, flags: flagNames(this.flags), notes: [...this.notes] };
  }

  /** Throws `SecurityError` `NOT_ESTABLISHED` before the end of the handshake. */
  protected get session(): S {
    if (this.#conclusion === undefined) {
      const detail = `${this.#mechanism.name} protection was asked for before the handshake ended`;
      throw new SecurityError('NOT_ESTABLISHED', detail);
    }
    return this.#conclusion.session;
  }

  protected get outgoing(): MessageChannel {
    return this.session.from(this.role);
  }

  protected get incoming(): MessageChannel {
    return this.session.from(this.role === 'initiator' ? 'acceptor' : 'initiator');
  }
}

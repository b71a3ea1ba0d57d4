import { RPC_C_AUTHN } from '../../codec/status/authn.js';
import { SecurityError } from '../error.js';
import { ProtectingContext } from '../protecting-context.js';
import type { Capabilities, ContextInfo, Identity, Leg, Milliseconds, SecurityContext } from '../provider.js';

/** [MS-RPCE] 2.2.1.1.7. */
export const SPNEGO_AUTH_TYPE = RPC_C_AUTHN.GSS_NEGOTIATE;

/** What both sides of SPNEGO have in common: once a mechanism is chosen, that mechanism does the work. */
export abstract class SpnegoContext extends ProtectingContext implements SecurityContext {
  abstract readonly role: 'initiator' | 'acceptor';
  readonly authType = SPNEGO_AUTH_TYPE;
  readonly threeLegs = false;
  readonly requiresMechListMic = false;
  protected readonly notes: string[] = [];
  protected mechanism: SecurityContext | undefined;
  #state: 'open' | 'done' | 'failed' = 'open';

  /** One leg of the side's own state machine. */
  protected abstract leg(token: Uint8Array | undefined, now: Milliseconds): Leg;

  step(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (this.#state === 'failed') throw new SecurityError('BAD_TOKEN', 'this SPNEGO handshake has failed before');
    if (this.#state === 'done') throw new SecurityError('BAD_TOKEN', 'a token after the end of the SPNEGO handshake');
    try {
      const leg = this.leg(token, now);
      if (leg.done) this.#state = 'done';
      return leg;
    } catch (error) {
      this.#state = 'failed';
      throw error;
    }
  }

  /** True once the list of mechanisms is known to be untouched, as far as the chosen mechanism can tell. */
  get established(): boolean {
    return this.#state === 'done' && this.mechanism?.established === true;
  }

  /** [MS-SPNG] 3.1.5.1, RFC 4178 5: the MIC is over the list as the initiator encoded it. */
  protected checkMechListMic(list: Uint8Array, mic: Uint8Array): void {
    try {
      this.#chosen().checkMic(list, mic);
    } catch (error) {
      if (!(error instanceof SecurityError)) throw error;
      throw new SecurityError('BAD_MIC', `mechListMIC: the list of mechanisms was changed (${error.message})`);
    }
    this.notes.push('mechListMIC right');
  }

  get signatureLength(): SecurityContext['signatureLength'] {
    return this.#ready().signatureLength;
  }

  get capabilities(): Capabilities {
    return this.established && this.mechanism
      ? this.mechanism.capabilities
      : { integrity: false, confidentiality: false };
  }

  get identity(): Identity | undefined {
    return this.established ? this.mechanism?.identity : undefined;
  }

  get sessionKey(): Uint8Array | undefined {
    return this.established ? this.mechanism?.sessionKey : undefined;
  }

  get info(): ContextInfo {
    const { mechanism = 'SPNEGO', flags = [], notes = [] } = this.mechanism?.info ?? {};
    return { mechanism, flags, notes: [...notes, 'inside SPNEGO', ...this.notes] };
  }

  protected get outgoing(): SecurityContext {
    return this.#ready();
  }

  protected get incoming(): SecurityContext {
    return this.#ready();
  }

  #chosen(): SecurityContext {
    if (this.mechanism === undefined) throw new SecurityError('NOT_ESTABLISHED', 'SPNEGO has chosen no mechanism yet');
    return this.mechanism;
  }

  #ready(): SecurityContext {
    if (!this.established)
      throw new SecurityError('NOT_ESTABLISHED', 'SPNEGO protection was asked for before the handshake ended');
    return this.#chosen();
  }
}

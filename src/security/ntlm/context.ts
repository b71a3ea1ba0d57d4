import { hasFlag, negotiateFlagNames } from '../../codec/ntlm/flags.js';
import { RPC_C_AUTHN } from '../../codec/status/authn.js';
import { SecurityError } from '../error.js';
import type {
  Capabilities,
  ContextInfo,
  Identity,
  Leg,
  Milliseconds,
  ProtectedMessage,
  SecurityContext,
} from '../provider.js';
import type { Side } from './keys.js';
import { NtlmSession, SIGNATURE_LENGTH } from './session.js';

/** [MS-RPCE] 2.2.1.1.7. */
export const NTLM_AUTH_TYPE = RPC_C_AUTHN.WINNT;

/** [MS-NLMP] 1.9. */
export const NTLM_OIDS: readonly string[] = ['1.3.6.1.4.1.311.2.2.10'];

/** What a handshake ends with. */
export interface Established {
  readonly flags: number;
  readonly exportedSessionKey: Uint8Array;
  readonly identity?: Identity;
  /** The AUTHENTICATE_MESSAGE announced a MIC. */
  readonly mic: boolean;
}

/** What both sides of NTLM have in common: the state of the handshake and, once it is over, the session security. */
export abstract class NtlmContext implements SecurityContext {
  abstract readonly role: Side;
  readonly authType = NTLM_AUTH_TYPE;
  readonly threeLegs = true;
  readonly signatureLength = { sign: SIGNATURE_LENGTH, seal: SIGNATURE_LENGTH };
  protected readonly notes: string[] = [];
  protected flags = 0;
  #session: NtlmSession | undefined;
  #established: Established | undefined;
  #failed = false;

  /** One leg of the side's own state machine. */
  protected abstract leg(token: Uint8Array | undefined, now: Milliseconds): Leg;

  step(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (this.#failed) throw new SecurityError('BAD_TOKEN', 'this NTLM handshake has failed before');
    if (this.established) throw new SecurityError('BAD_TOKEN', 'a token after the end of the NTLM handshake');
    try {
      return this.leg(token, now);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  protected establish(result: Established): void {
    this.flags = result.flags;
    this.#established = result;
    this.#session = new NtlmSession(result.flags, result.exportedSessionKey);
  }

  get established(): boolean {
    return this.#session !== undefined;
  }

  get capabilities(): Capabilities {
    const confidentiality = this.established && hasFlag(this.flags, 'NTLMSSP_NEGOTIATE_SEAL');
    const integrity = confidentiality || (this.established && hasFlag(this.flags, 'NTLMSSP_NEGOTIATE_SIGN'));
    return { integrity, confidentiality };
  }

  get identity(): Identity | undefined {
    return this.#established?.identity;
  }

  get sessionKey(): Uint8Array | undefined {
    return this.#established?.exportedSessionKey;
  }

  get requiresMechListMic(): boolean {
    return this.#established?.mic === true && this.capabilities.integrity;
  }

  get info(): ContextInfo {
    return { mechanism: 'NTLM', flags: negotiateFlagNames(this.flags), notes: [...this.notes] };
  }

  sign(message: ProtectedMessage): Uint8Array {
    return this.#out().sign(message);
  }

  seal(message: ProtectedMessage): Uint8Array {
    return this.#out().seal(message);
  }

  verify(message: ProtectedMessage, authValue: Uint8Array): void {
    this.#in().verify(message, authValue);
  }

  unseal(message: ProtectedMessage, authValue: Uint8Array): void {
    this.#in().unseal(message, authValue);
  }

  mic(bytes: Uint8Array): Uint8Array {
    return this.#out().mic(bytes);
  }

  checkMic(bytes: Uint8Array, mic: Uint8Array): void {
    this.#in().checkMic(bytes, mic);
  }

  #out(): ReturnType<NtlmSession['from']> {
    return this.#ready().from(this.role);
  }

  #in(): ReturnType<NtlmSession['from']> {
    return this.#ready().from(this.role === 'initiator' ? 'acceptor' : 'initiator');
  }

  #ready(): NtlmSession {
    if (this.#session === undefined)
      throw new SecurityError('NOT_ESTABLISHED', 'NTLM protection was asked for before the handshake ended');
    return this.#session;
  }
}

import { flagNames, GSS_C } from '../../codec/kerberos/index.js';
import { OID } from '../../codec/spnego/index.js';
import { RPC_C_AUTHN } from '../../codec/status/authn.js';
import { SecurityError } from '../error.js';
import type {
  Capabilities,
  ContextInfo,
  Identity,
  Leg,
  Milliseconds,
  ProtectedMessage,
  RandomBytes,
  SecurityContext,
} from '../provider.js';
import type { KerberosChannel, Side } from './channel.js';
import { findAesType } from './crypto/index.js';
import type { KerberosKey } from './key.js';
import { KerberosSession } from './session.js';

/** [MS-RPCE] 2.2.1.1.7. */
export const KERBEROS_AUTH_TYPE = RPC_C_AUTHN.GSS_KERBEROS;

/** In the order in which Windows names them ([MS-SPNG] 3.1.5.2). */
export const KERBEROS_OIDS: readonly string[] = [OID.MS_KERBEROS, OID.KERBEROS];

/** What a handshake ends with. */
export interface Established {
  /** GSS_C_*, as the authenticator's checksum says. */
  readonly flags: number;
  readonly key: KerberosKey;
  readonly acceptorSubkey: boolean;
  readonly sequence: Readonly<Record<Side, number>>;
  readonly identity?: Identity;
}

/** What both sides of Kerberos have in common: the state of the handshake and, once it is over, the session security. */
export abstract class KerberosContext implements SecurityContext {
  abstract readonly role: Side;
  readonly authType = KERBEROS_AUTH_TYPE;
  readonly threeLegs = false;
  protected readonly notes: string[] = [];
  protected readonly random: RandomBytes;
  protected flags = 0;
  #session: KerberosSession | undefined;
  #result: Established | undefined;
  #failed = false;

  constructor(random: RandomBytes) {
    this.random = random;
  }

  /** One leg of the side's own state machine. */
  protected abstract leg(token: Uint8Array | undefined, now: Milliseconds): Leg;

  step(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (this.#failed) throw new SecurityError('BAD_TOKEN', 'this Kerberos handshake has failed before');
    // An alter_context_resp that has nothing left to say may have an empty token.
    if (this.established && (token === undefined || token.length === 0)) return { done: true };
    if (this.established) throw new SecurityError('BAD_TOKEN', 'a token after the end of the Kerberos handshake');
    try {
      return this.leg(token, now);
    } catch (error) {
      this.#failed = true;
      throw error;
    }
  }

  protected establish(result: Established): void {
    this.flags = result.flags;
    this.#result = result;
    this.#session = new KerberosSession({ ...result, random: this.random });
  }

  get signatureLength(): SecurityContext['signatureLength'] {
    return this.#ready().signatureLength;
  }

  get established(): boolean {
    return this.#session !== undefined;
  }

  get capabilities(): Capabilities {
    const confidentiality = this.established && (this.flags & GSS_C.CONF) !== 0;
    const integrity = confidentiality || (this.established && (this.flags & GSS_C.INTEG) !== 0);
    return { integrity, confidentiality };
  }

  get identity(): Identity | undefined {
    return this.#result?.identity;
  }

  get sessionKey(): Uint8Array | undefined {
    return this.#result?.key.value.keyvalue;
  }

  /** [MS-SPNG] product note 8 has AES clients send one; that many leave it out an acceptor has to bear. */
  get requiresMechListMic(): boolean {
    const aes = this.#result !== undefined && findAesType(this.#result.key.etype) !== undefined;
    return this.role === 'initiator' && aes && this.capabilities.integrity;
  }

  get info(): ContextInfo {
    return { mechanism: 'Kerberos', flags: flagNames(GSS_C, this.flags), notes: [...this.notes] };
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

  #out(): KerberosChannel {
    return this.#ready().from(this.role);
  }

  #in(): KerberosChannel {
    return this.#ready().from(this.role === 'initiator' ? 'acceptor' : 'initiator');
  }

  #ready(): KerberosSession {
    if (this.#session === undefined)
      throw new SecurityError('NOT_ESTABLISHED', 'Kerberos protection was asked for before the handshake ended');
    return this.#session;
  }
}

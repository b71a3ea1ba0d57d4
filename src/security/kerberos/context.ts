import { flagNames, GSS_C } from '../../codec/kerberos/index.js';
import { OID } from '../../codec/spnego/index.js';
import { RPC_C_AUTHN } from '../../codec/status/authn.js';
import type { Side } from '../channel.js';
import { type Mechanism, MechanismContext } from '../mechanism.js';
import type { Identity, Leg, Milliseconds, RandomBytes, SecurityContext } from '../provider.js';
import { findAesType } from './crypto/index.js';
import type { KerberosKey } from './key.js';
import { KerberosSession } from './session.js';

/** [MS-RPCE] 2.2.1.1.7. */
export const KERBEROS_AUTH_TYPE = RPC_C_AUTHN.GSS_KERBEROS;

/** In the order in which Windows names them ([MS-SPNG] 3.1.5.2). */
export const KERBEROS_OIDS: readonly string[] = [OID.MS_KERBEROS, OID.KERBEROS];

export const KERBEROS: Mechanism = {
  name: 'Kerberos',
  flagNames: (flags) => flagNames(GSS_C, flags),
  integrity: GSS_C.INTEG,
  confidentiality: GSS_C.CONF,
};

/** What a handshake ends with. */
export interface Established {
  /** GSS_C_*, as the authenticator's checksum says. */
  readonly flags: number;
  readonly key: KerberosKey;
  readonly acceptorSubkey: boolean;
  readonly sequence: Readonly<Record<Side, number>>;
  readonly identity?: Identity;
}

/** What both sides of Kerberos have in common. */
export abstract class KerberosContext extends MechanismContext<KerberosSession> {
  readonly authType = KERBEROS_AUTH_TYPE;
  readonly threeLegs = false;
  protected readonly random: RandomBytes;
  #aes = false;

  constructor(random: RandomBytes) {
    super(KERBEROS);
    this.random = random;
  }

  override step(token: Uint8Array | undefined, now: Milliseconds): Leg {
    // An alter_context_resp that has nothing left to say may have an empty token.
    if (this.established && (token === undefined || token.length === 0)) return { done: true };
    return super.step(token, now);
  }

  protected establish({ flags, identity, ...options }: Established): void {
    this.#aes = findAesType(options.key.etype) !== undefined;
    const session = new KerberosSession({ ...options, random: this.random });
    this.conclude({ flags, session, sessionKey: options.key.value.keyvalue, identity });
  }

  get signatureLength(): SecurityContext['signatureLength'] {
    return this.session.signatureLength;
  }

  /** [MS-SPNG] product note 8 has AES clients send one; that many leave it out an acceptor has to bear. */
  get requiresMechListMic(): boolean {
    return this.role === 'initiator' && this.#aes && this.capabilities.integrity;
  }
}

import { NEGOTIATE, negotiateFlagNames } from '../../codec/ntlm/flags.js';
import { RPC_C_AUTHN } from '../../codec/status/authn.js';
import { type Mechanism, MechanismContext } from '../mechanism.js';
import type { Identity } from '../provider.js';
import { NtlmSession, SIGNATURE_LENGTH } from './session.js';

/** [MS-RPCE] 2.2.1.1.7. */
export const NTLM_AUTH_TYPE = RPC_C_AUTHN.WINNT;

/** [MS-NLMP] 1.9. */
export const NTLM_OIDS: readonly string[] = ['1.3.6.1.4.1.311.2.2.10'];

export const NTLM: Mechanism = {
  name: 'NTLM',
  flagNames: negotiateFlagNames,
  integrity: NEGOTIATE.NTLMSSP_NEGOTIATE_SIGN,
  confidentiality: NEGOTIATE.NTLMSSP_NEGOTIATE_SEAL,
};

/** What a handshake ends with. */
export interface Established {
  readonly flags: number;
  readonly exportedSessionKey: Uint8Array;
  readonly identity?: Identity;
  /** The AUTHENTICATE_MESSAGE announced a MIC. */
  readonly mic: boolean;
}

/** What both sides of NTLM have in common. */
export abstract class NtlmContext extends MechanismContext<NtlmSession> {
  readonly authType = NTLM_AUTH_TYPE;
  readonly threeLegs = true;
  readonly signatureLength = { sign: SIGNATURE_LENGTH, seal: SIGNATURE_LENGTH };
  #mic = false;

  constructor() {
    super(NTLM);
  }

  protected establish({ flags, exportedSessionKey, identity, mic }: Established): void {
    this.#mic = mic;
    const session = new NtlmSession(flags, exportedSessionKey);
    this.conclude({ flags, session, sessionKey: exportedSessionKey, identity });
  }

  get requiresMechListMic(): boolean {
    return this.#mic && this.capabilities.integrity;
  }
}

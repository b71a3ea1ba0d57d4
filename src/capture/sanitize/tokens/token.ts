import { isNtlm, type NtlmMessage } from '../../../codec/ntlm/index.js';
import { RPC_C_AUTHN } from '../../../codec/rpce/index.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Tally } from '../tally.js';
import { DerReplacer } from './der.js';
import { replaceNetlogon } from './netlogon.js';
import { type NtlmHandshake, replaceNtlm } from './ntlm.js';

/** Rewrites the tokens of one handshake, each in place: what proves, and who is named, is gone then. */
export class TokenReplacer {
  readonly #names: Pseudonyms;
  readonly #tally: Tally;
  readonly #handshake: NtlmHandshake = {};

  constructor(names: Pseudonyms, tally: Tally) {
    this.#names = names;
    this.#tally = tally;
  }

  /** `proven` is told each message of NTLM that was rewritten. */
  replace(
    token: Uint8Array,
    authType: number = RPC_C_AUTHN.GSS_NEGOTIATE,
    proven: (octets: Uint8Array, message: NtlmMessage) => void = () => {},
  ): void {
    if (token.length === 0) return;
    const ntlm = (octets: Uint8Array): void => {
      const message = replaceNtlm(this.#names, this.#tally, octets, this.#handshake);
      if (message !== undefined) proven(octets, message);
    };
    if (isNtlm(token)) ntlm(token);
    else if (authType === RPC_C_AUTHN.NETLOGON) replaceNetlogon(this.#names, this.#tally, token);
    else if (!new DerReplacer(this.#names, this.#tally, ntlm).replace(token))
      this.#tally.zero(token, 'tokens that could not be read');
  }
}

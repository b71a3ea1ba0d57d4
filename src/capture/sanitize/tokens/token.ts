import { isNtlm } from '../../../codec/ntlm/index.js';
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

  replace(token: Uint8Array, authType: number = RPC_C_AUTHN.GSS_NEGOTIATE): void {
    if (token.length === 0) return;
    const ntlm = (octets: Uint8Array): void => void replaceNtlm(this.#names, this.#tally, octets, this.#handshake);
    if (isNtlm(token)) ntlm(token);
    else if (authType === RPC_C_AUTHN.NETLOGON) replaceNetlogon(this.#names, this.#tally, token);
    else if (!new DerReplacer(this.#names, this.#tally, ntlm).replace(token))
      this.#tally.zero(token, 'tokens that could not be read');
  }
}

/** [MS-NRPC] 2.2.1.3.2: algorithms, padding and flags; [MS-NLMP] 2.2.2.9: Version. */
const [NETLOGON_HEAD, NTLM_HEAD, NTLM_SIGNATURE] = [8, 4, 16];
/** RFC 4121 4.2.6: the header of tokens that are signed or wrapped, from TOK_ID to SND_SEQ. */
const CFX_HEAD = 16;
const CFX_IDS: ReadonlySet<number> = new Set([0x0404, 0x0504]);
/** RFC 4757 7.2: TOK_ID, SGN_ALG, SEAL_ALG and filler behind the frame of the GSS-API. */
const RC4_HEAD = 8;

/** A signature that cannot be made anew: what says of which kind it is stays, all else is zero. */
export function zeroSignature(tally: Tally, signature: Uint8Array, authType: number): void {
  tally.zero(signature.subarray(headOf(signature, authType)), 'signatures');
}

function headOf(signature: Uint8Array, authType: number): number {
  if (authType === RPC_C_AUTHN.NETLOGON) return NETLOGON_HEAD;
  const id = ((signature[0] ?? 0) << 8) | (signature[1] ?? 0);
  if (CFX_IDS.has(id) && signature.length >= CFX_HEAD) return CFX_HEAD;
  // The frame's length has one octet where all of it is so short.
  if (signature[0] === 0x60 && signature[2] === 0x06) return 4 + (signature[3] ?? 0) + RC4_HEAD;
  return signature.length === NTLM_SIGNATURE ? NTLM_HEAD : 0;
}

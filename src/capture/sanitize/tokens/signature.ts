import { RPC_C_AUTHN } from '../../../codec/rpce/index.js';
import type { Tally } from '../tally.js';

/** [MS-NRPC] 2.2.1.3.2: algorithms, padding and flags; [MS-NLMP] 2.2.2.9: Version. */
const [NETLOGON_HEAD, NTLM_HEAD, NTLM_SIGNATURE] = [8, 4, 16];
/** RFC 4121 4.2.6: the header of tokens that are signed or wrapped, from TOK_ID to SND_SEQ. */
const CFX_HEAD = 16;
const CFX_IDS: ReadonlySet<number> = new Set([0x0404, 0x0504]);
/** RFC 4757 7.2: TOK_ID, SGN_ALG, SEAL_ALG and filler behind the frame of the GSS-API. */
const RC4_HEAD = 8;

/** A signature that cannot be made anew: what says of which kind it is stays, all else is zero. */
export function zeroSignature(tally: Tally, signature: Uint8Array, authType: number): void {
  tally.zero(signature.subarray(signatureHead(signature, authType)), 'signatures');
}

/** Octets that say of which kind a signature is. */
export function signatureHead(signature: Uint8Array, authType?: number): number {
  if (authType === RPC_C_AUTHN.NETLOGON) return NETLOGON_HEAD;
  const id = ((signature[0] ?? 0) << 8) | (signature[1] ?? 0);
  if (CFX_IDS.has(id) && signature.length >= CFX_HEAD) return CFX_HEAD;
  // The frame's length has one octet where all of it is so short.
  if (signature[0] === 0x60 && signature[2] === 0x06) return 4 + (signature[3] ?? 0) + RC4_HEAD;
  const ntlm = signature.length === NTLM_SIGNATURE && signature[0] === 1 && signature[1] === 0;
  return ntlm ? NTLM_HEAD : 0;
}

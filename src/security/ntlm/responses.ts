import { hasFlag } from '../../codec/ntlm/flags.js';
import { desl } from '../crypto/des.js';
import { hmacMd5, md5 } from '../crypto/hash.js';
import { md4 } from '../crypto/md4.js';
import type { Secret } from '../secret.js';
import { keyExchangeKeyV1, lmowfV1 } from './keys.js';

/** What a client sends, and the key that both sides have from it. */
export interface Responses {
  readonly nt: Buffer;
  readonly lm: Buffer;
  readonly keyExchangeKey: Buffer;
}

/** [MS-NLMP] 3.3.1, NTLMv1 without extended session security. */
export const ntlmV1Response = (ntHash: Uint8Array, serverChallenge: Uint8Array): Buffer =>
  desl(ntHash, serverChallenge);

/** [MS-NLMP] 3.3.1, NTLMv1 with extended session security. */
export const ntlmV1ExtendedResponse = (
  ntHash: Uint8Array,
  serverChallenge: Uint8Array,
  clientChallenge: Uint8Array,
): Buffer => desl(ntHash, md5(serverChallenge, clientChallenge).subarray(0, 8));

/** [MS-NLMP] 3.3.2, NTProofStr. */
export const ntProof = (responseKey: Uint8Array, serverChallenge: Uint8Array, temp: Uint8Array): Buffer =>
  hmacMd5(responseKey, serverChallenge, temp);

/** [MS-NLMP] 3.3.2, LMv2. */
export const lmV2Response = (
  responseKey: Uint8Array,
  serverChallenge: Uint8Array,
  clientChallenge: Uint8Array,
): Buffer => Buffer.concat([hmacMd5(responseKey, serverChallenge, clientChallenge), clientChallenge]);

export interface V1Input {
  readonly secret: Secret;
  readonly flags: number;
  readonly serverChallenge: Uint8Array;
  readonly clientChallenge: Uint8Array;
  /** NoLMResponseNTLMv1 ([MS-NLMP] 3.1.1.1): the NT response stands in for the LM response. */
  readonly noLmResponse: boolean;
}

/** [MS-NLMP] 3.3.1, ComputeResponse of NTLMv1. */
export function computeV1({ secret, flags, serverChallenge, clientChallenge, noLmResponse }: V1Input): Responses {
  const extended = hasFlag(flags, 'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY');
  const lmowf = lmowfV1(secret);
  const nt = extended
    ? ntlmV1ExtendedResponse(secret.ntHash, serverChallenge, clientChallenge)
    : ntlmV1Response(secret.ntHash, serverChallenge);
  const plainLm = noLmResponse || lmowf === undefined ? nt : desl(lmowf, serverChallenge);
  const lm = extended ? Buffer.concat([clientChallenge, Buffer.alloc(16)]) : plainLm;
  const sessionBaseKey = md4(secret.ntHash);
  const input = { flags, sessionBaseKey, lmChallengeResponse: lm, serverChallenge, lmowf };
  return { nt, lm, keyExchangeKey: keyExchangeKeyV1(input) };
}

export interface V2Input {
  /** NTOWFv2. */
  readonly responseKey: Uint8Array;
  readonly serverChallenge: Uint8Array;
  readonly clientChallenge: Uint8Array;
  /** NTLMv2_CLIENT_CHALLENGE with its pairs. */
  readonly temp: Uint8Array;
  /** Zeros instead of LMv2, as [MS-NLMP] 3.1.5.1.2 has it where the server sent its time. */
  readonly zeroLm: boolean;
}

/** [MS-NLMP] 3.3.2, ComputeResponse of NTLMv2; KXKEY leaves its session base key as it is. */
export function computeV2({ responseKey, serverChallenge, clientChallenge, temp, zeroLm }: V2Input): Responses {
  const proof = ntProof(responseKey, serverChallenge, temp);
  return {
    nt: Buffer.concat([proof, temp]),
    lm: zeroLm ? Buffer.alloc(24) : lmV2Response(responseKey, serverChallenge, clientChallenge),
    keyExchangeKey: hmacMd5(responseKey, proof),
  };
}

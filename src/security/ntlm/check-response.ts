import { hasFlag } from '../../codec/ntlm/flags.js';
import { type AuthenticateMessage, encodeClientChallenge } from '../../codec/ntlm/index.js';
import { desl } from '../crypto/des.js';
import { hmacMd5, sameSecret } from '../crypto/hash.js';
import { md4 } from '../crypto/md4.js';
import type { Secret } from '../secret.js';
import { keyExchangeKeyV1, lmowfV1, ntowfV2 } from './keys.js';
import { lmV2Response, ntlmV1ExtendedResponse, ntlmV1Response, ntProof } from './responses.js';
import { itemBytes, ntlmV2Of } from './tokens.js';

export type ResponseKind = 'NTLMv2' | 'LMv2' | 'NTLMv1 with extended session security' | 'NTLMv1' | 'LM' | 'anonymous';

export interface Claim {
  readonly message: AuthenticateMessage;
  readonly flags: number;
  readonly serverChallenge: Uint8Array;
  readonly user: string;
  /** As the client sent it; NTLMv2 hashes it. */
  readonly domain: string;
}

const LENGTH_V1 = 24;

/** Which response a message carries, before anything is checked. */
export function responseKind({ message, flags }: Pick<Claim, 'message' | 'flags'>): ResponseKind | undefined {
  const nt = itemBytes(message.NtChallengeResponse);
  const lm = itemBytes(message.LmChallengeResponse);
  if (nt.length > LENGTH_V1) return 'NTLMv2';
  if (nt.length === LENGTH_V1) {
    const extended = hasFlag(flags, 'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY');
    return extended ? 'NTLMv1 with extended session security' : 'NTLMv1';
  }
  // Both fill 24 octets; LMv2 is tried first, and LM where that fails.
  return nt.length === 0 && lm.length === LENGTH_V1 ? 'LM' : undefined;
}

/** A response that fits the secret, and the key that both sides now have. */
export interface Match {
  readonly kind: ResponseKind;
  readonly keyExchangeKey: Buffer;
}

/** [MS-NLMP] 3.2.5.1.2 and 3.3: whether the secret made the response. */
export function matchResponse(claim: Claim, secret: Secret, { lm = true } = {}): Match | undefined {
  const kind = responseKind(claim);
  if (kind === 'NTLMv2') return matchV2(claim, secret);
  if (kind === 'LM') return matchLmV2(claim, secret) ?? (lm ? matchLm(claim, secret) : undefined);
  return kind === undefined ? undefined : matchV1(claim, secret, kind);
}

/** Clients that hash no domain at all are taken too ([MS-NLMP] 3.2.5.1.2). */
const responseKeys = ({ user, domain }: Claim, secret: Secret): Buffer[] =>
  [...new Set([domain, ''])].map((name) => ntowfV2(secret, user, name));

function matchV2(claim: Claim, secret: Secret): Match | undefined {
  const response = ntlmV2Of(claim.message);
  if (response === undefined) return undefined;
  const temp = encodeClientChallenge(response.ClientChallenge);
  for (const key of responseKeys(claim, secret)) {
    const proof = ntProof(key, claim.serverChallenge, temp);
    if (sameSecret(proof, response.Response)) return { kind: 'NTLMv2', keyExchangeKey: hmacMd5(key, proof) };
  }
  return undefined;
}

/** [MS-NLMP] 3.3.2 gives a session base key for a full NTLMv2 response; for a lone LMv2 response its hash takes that part. */
function matchLmV2(claim: Claim, secret: Secret): Match | undefined {
  const lm = itemBytes(claim.message.LmChallengeResponse);
  for (const key of responseKeys(claim, secret)) {
    const expected = lmV2Response(key, claim.serverChallenge, lm.subarray(16));
    if (sameSecret(expected, lm)) return { kind: 'LMv2', keyExchangeKey: hmacMd5(key, expected.subarray(0, 16)) };
  }
  return undefined;
}

function matchLm(claim: Claim, secret: Secret): Match | undefined {
  const lmowf = lmowfV1(secret);
  if (lmowf === undefined) return undefined;
  const expected = desl(lmowf, claim.serverChallenge);
  if (!sameSecret(expected, itemBytes(claim.message.LmChallengeResponse))) return undefined;
  return { kind: 'LM', keyExchangeKey: v1Key(claim, secret) };
}

function matchV1(claim: Claim, secret: Secret, kind: ResponseKind): Match | undefined {
  const { message, serverChallenge } = claim;
  const clientChallenge = itemBytes(message.LmChallengeResponse).subarray(0, 8);
  const expected =
    kind === 'NTLMv1'
      ? ntlmV1Response(secret.ntHash, serverChallenge)
      : ntlmV1ExtendedResponse(secret.ntHash, serverChallenge, clientChallenge);
  if (!sameSecret(expected, itemBytes(message.NtChallengeResponse))) return undefined;
  return { kind, keyExchangeKey: v1Key(claim, secret) };
}

const v1Key = ({ message, flags, serverChallenge }: Claim, secret: Secret): Buffer =>
  keyExchangeKeyV1({
    flags,
    sessionBaseKey: md4(secret.ntHash),
    lmChallengeResponse: itemBytes(message.LmChallengeResponse),
    serverChallenge,
    lmowf: lmowfV1(secret),
  });

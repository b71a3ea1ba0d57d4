import { asBuffer } from '../../codec/bytes.js';
import { hasFlag } from '../../codec/ntlm/flags.js';
import { type AuthenticateMessage, type Charset, MIC_OFFSET } from '../../codec/ntlm/index.js';
import { hmacMd5 } from '../crypto/hash.js';
import { md4 } from '../crypto/md4.js';
import { rc4 } from '../crypto/rc4.js';
import type { Secret } from '../secret.js';
import { responseKind } from './check-response.js';
import { keyExchangeKeyV1, lmowfV1, ntowfV2 } from './keys.js';
import { lmV2Response, ntlmV1ExtendedResponse, ntlmV1Response, ntProof } from './responses.js';
import { concludedFlags } from './session-key.js';
import { handshakeMic, isAnonymous, itemBytes, textItem } from './tokens.js';

/** The messages before an AUTHENTICATE_MESSAGE. */
export interface NtlmBefore {
  /** As they were sent; the first one may be missing where there is no MIC. */
  readonly negotiate: Uint8Array | undefined;
  readonly challenge: Uint8Array;
  readonly serverChallenge: Uint8Array;
  /** NegotiateFlags of the CHALLENGE_MESSAGE. */
  readonly flags: number;
}

export interface AnswerAnewOptions {
  readonly secret: Secret;
  /** 16 octets: the key that the client chooses, where it chooses one. */
  readonly sessionKey: Uint8Array;
  /** A MIC is made. */
  readonly mic: boolean;
}

/**
 * Makes the responses, the session key and the MIC of an AUTHENTICATE_MESSAGE anew, where they stand, so that they prove
 * another secret. `message` is the decoded form of `octets`, of which its fields are views. Throws `SecurityError` where
 * its names cannot be read.
 */
export function answerAnew(
  message: AuthenticateMessage,
  octets: Uint8Array,
  before: NtlmBefore,
  { secret, sessionKey, mic }: AnswerAnewOptions,
): void {
  const flags = concludedFlags(before.flags, message);
  const key = keyExchangeKey(message, flags, before, secret);
  if (key === undefined) return;
  const sent = itemBytes(message.EncryptedRandomSessionKey);
  const chosen = hasFlag(flags, 'NTLMSSP_NEGOTIATE_KEY_EXCH') && sent.length === sessionKey.length;
  if (chosen) sent.set(rc4(key, sessionKey));
  if (!mic || before.negotiate === undefined || message.MIC === undefined) return;
  const exported = chosen ? sessionKey : key;
  asBuffer(octets).set(handshakeMic(exported, before.negotiate, before.challenge, octets), MIC_OFFSET);
}

/** [MS-NLMP] 3.3: puts the responses that the secret makes in place of those that are there. */
function keyExchangeKey(
  message: AuthenticateMessage,
  flags: number,
  { serverChallenge, flags: offered }: NtlmBefore,
  secret: Secret,
): Buffer | undefined {
  if (isAnonymous(message)) return Buffer.alloc(16);
  const kind = responseKind({ message, flags });
  const [nt, lm] = [itemBytes(message.NtChallengeResponse), itemBytes(message.LmChallengeResponse)];
  if (kind === undefined) return undefined;
  if (kind === 'NTLMv1' || kind === 'NTLMv1 with extended session security') {
    const extended = kind !== 'NTLMv1';
    nt.set(
      extended
        ? ntlmV1ExtendedResponse(secret.ntHash, serverChallenge, lm.subarray(0, 8))
        : ntlmV1Response(secret.ntHash, serverChallenge),
    );
    const sessionBaseKey = md4(secret.ntHash);
    const lmowf = lmowfV1(secret);
    return keyExchangeKeyV1({ flags, sessionBaseKey, lmChallengeResponse: lm, serverChallenge, lmowf });
  }
  const charset: Charset = hasFlag(offered, 'NTLMSSP_NEGOTIATE_UNICODE') ? 'unicode' : 'oem';
  const [user, domain] = [message.UserName, message.DomainName].map((item) => textItem(item, charset, 'name')) as [
    string,
    string,
  ];
  const key = ntowfV2(secret, user, domain);
  const hasLm = lm.length === 24 && lm.some((octet) => octet !== 0);
  if (hasLm) lm.set(lmV2Response(key, serverChallenge, lm.subarray(16)));
  if (kind !== 'NTLMv2') return hmacMd5(key, lm.subarray(0, 16));
  nt.set(ntProof(key, serverChallenge, nt.subarray(16)));
  return hmacMd5(key, nt.subarray(0, 16));
}

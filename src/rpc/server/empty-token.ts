import { CodecError } from '../../codec/error.js';
import { decodeNtlmMessage, type NtlmMessage } from '../../codec/ntlm/index.js';

/** [MS-NLMP] 2.2.1.3: an AUTHENTICATE_MESSAGE that names nobody and answers no challenge. */
export function isEmptyAuthenticate(token: Uint8Array): boolean {
  const message = decoded(token);
  if (message?.MessageType !== 3) return false;
  const { UserName, LmChallengeResponse, NtChallengeResponse } = message;
  return [UserName, LmChallengeResponse, NtChallengeResponse].every((item) => !item?.bytes.length);
}

function decoded(token: Uint8Array): NtlmMessage | undefined {
  try {
    return decodeNtlmMessage(token);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

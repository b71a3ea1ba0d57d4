import { f, fixedHeader, type RowOf } from '../fixed.js';
import { type AvPairs, decodeAvPairs, encodeAvPairs } from './av-pairs.js';

/** [MS-NLMP] 2.2.2.7, the part before AvPairs. */
export const NTLMv2_CLIENT_CHALLENGE = fixedHeader('NTLMv2_CLIENT_CHALLENGE', '[MS-NLMP] 2.2.2.7', [
  f('RespType', 'u8', '1'),
  f('HiRespType', 'u8', '1'),
  f('Reserved1', 'u16', 'ignored'),
  f('Reserved2', 'u32', 'ignored'),
  f('TimeStamp', 'u64', 'FILETIME'),
  f('ChallengeFromClient', 8, 'nonce'),
  f('Reserved3', 'u32', 'ignored'),
]);

export interface NtlmV2ClientChallenge extends RowOf<typeof NTLMv2_CLIENT_CHALLENGE> {
  /** `trailing` holds the zeros that [MS-NLMP] 3.3.2 puts behind the pairs, and what Windows adds (product note 30). */
  readonly AvPairs: AvPairs;
}

export function decodeClientChallenge(bytes: Uint8Array): NtlmV2ClientChallenge {
  const row = NTLMv2_CLIENT_CHALLENGE.decode(bytes);
  return { ...row, AvPairs: decodeAvPairs(bytes.subarray(NTLMv2_CLIENT_CHALLENGE.size)) };
}

export const encodeClientChallenge = (value: NtlmV2ClientChallenge): Buffer =>
  Buffer.concat([NTLMv2_CLIENT_CHALLENGE.encode(value), encodeAvPairs(value.AvPairs)]);

/** [MS-NLMP] 2.2.2.8. */
export interface NtlmV2Response {
  /** NTProofStr. */
  readonly Response: Uint8Array;
  readonly ClientChallenge: NtlmV2ClientChallenge;
}

const NTLMv2_RESPONSE = fixedHeader('NTLMv2_RESPONSE', '[MS-NLMP] 2.2.2.8', [f('Response', 16, 'NTProofStr')]);

export const decodeNtlmV2Response = (bytes: Uint8Array): NtlmV2Response => ({
  Response: NTLMv2_RESPONSE.decode(bytes).Response,
  ClientChallenge: decodeClientChallenge(bytes.subarray(NTLMv2_RESPONSE.size)),
});

export const encodeNtlmV2Response = ({ Response, ClientChallenge }: NtlmV2Response): Buffer =>
  Buffer.concat([NTLMv2_RESPONSE.encode({ Response }), encodeClientChallenge(ClientChallenge)]);

/** [MS-NLMP] 2.2.2.4. */
export const LMv2_RESPONSE = fixedHeader('LMv2_RESPONSE', '[MS-NLMP] 2.2.2.4', [
  f('Response', 16, 'HMAC_MD5'),
  f('ChallengeFromClient', 8, 'nonce'),
]);

/** [MS-NLMP] 2.2.2.9.2: with extended session security. */
export const NTLMSSP_MESSAGE_SIGNATURE_EXTENDED = fixedHeader('NTLMSSP_MESSAGE_SIGNATURE', '[MS-NLMP] 2.2.2.9.2', [
  f('Version', 'u32', '1'),
  f('Checksum', 8, 'HMAC_MD5, cut short'),
  f('SeqNum', 'u32', 'counts from 0'),
]);

/** [MS-NLMP] 2.2.2.9.1: without extended session security. */
export const NTLMSSP_MESSAGE_SIGNATURE = fixedHeader('NTLMSSP_MESSAGE_SIGNATURE', '[MS-NLMP] 2.2.2.9.1', [
  f('Version', 'u32', '1'),
  f('RandomPad', 4, 'under RC4'),
  f('Checksum', 4, 'CRC32 under RC4'),
  f('SeqNum', 4, 'under RC4'),
]);

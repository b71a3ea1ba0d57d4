import { f, fixedHeader, type RowOf } from '../fixed.js';
import type { SpanTrace } from '../span.js';
import { type AvPairs, encodeAvPairs, readAvPairs } from './av-pairs.js';

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

function readChallenge(bytes: Uint8Array, trace: SpanTrace | undefined): NtlmV2ClientChallenge {
  const row = NTLMv2_CLIENT_CHALLENGE.decode(bytes);
  trace?.header(NTLMv2_CLIENT_CHALLENGE, bytes, 0, row);
  const pairs = bytes.subarray(NTLMv2_CLIENT_CHALLENGE.size);
  return { ...row, AvPairs: readAvPairs(pairs, trace?.within(`${NTLMv2_CLIENT_CHALLENGE.name}.AvPairs`)) };
}

export const encodeClientChallenge = (value: NtlmV2ClientChallenge): Buffer =>
  Buffer.concat([NTLMv2_CLIENT_CHALLENGE.encode(value), encodeAvPairs(value.AvPairs)]);

/** [MS-NLMP] 2.2.2.8. */
export interface NtlmV2Response {
  /** NTProofStr. */
  readonly Response: Uint8Array;
  readonly ClientChallenge: NtlmV2ClientChallenge;
}

export const NTLMv2_RESPONSE = fixedHeader('NTLMv2_RESPONSE', '[MS-NLMP] 2.2.2.8', [f('Response', 16, 'NTProofStr')]);

/** [MS-NLMP] 3.2.5.1.2: anything longer than 24 octets is NTLMv2. */
export const isNtlmV2 = (response: Uint8Array): boolean => response.length > 24;

export const decodeNtlmV2Response = (bytes: Uint8Array): NtlmV2Response => readResponse(bytes, undefined);

/** The same, and where each field stands. */
export const traceNtlmV2Response = (bytes: Uint8Array, trace: SpanTrace): NtlmV2Response => readResponse(bytes, trace);

function readResponse(bytes: Uint8Array, trace: SpanTrace | undefined): NtlmV2Response {
  const row = NTLMv2_RESPONSE.decode(bytes);
  trace?.header(NTLMv2_RESPONSE, bytes, 0, row);
  const rest = bytes.subarray(NTLMv2_RESPONSE.size);
  return { Response: row.Response, ClientChallenge: readChallenge(rest, trace?.within(NTLMv2_RESPONSE.name)) };
}

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

import { CodecError } from '../error.js';
import { f, fixedHeader } from '../fixed.js';
import { type AuthenticateMessage, decodeAuthenticate, encodeAuthenticate } from './authenticate.js';
import { type ChallengeMessage, decodeChallenge, encodeChallenge } from './challenge.js';
import { decodeNegotiate, encodeNegotiate, type NegotiateMessage } from './negotiate.js';

export type NtlmMessage = NegotiateMessage | ChallengeMessage | AuthenticateMessage;

const start = fixedHeader('NTLM message', '[MS-NLMP] 2.2.1', [
  f('Signature', 8, ''),
  f('MessageType', 'u32', '1 to 3'),
]);

/** [MS-NLMP] 2.2.1: one message, told by its MessageType. */
export function decodeNtlmMessage(bytes: Uint8Array): NtlmMessage {
  const { MessageType } = start.decode(bytes);
  if (MessageType === 1) return decodeNegotiate(bytes);
  if (MessageType === 2) return decodeChallenge(bytes);
  if (MessageType === 3) return decodeAuthenticate(bytes);
  throw new CodecError('BAD_VALUE', 'NTLM message.MessageType', 8, `is ${MessageType}, not 1 to 3`);
}

/** Gives back exactly the octets of a decoded message. */
export function encodeNtlmMessage(message: NtlmMessage): Buffer {
  if (message.MessageType === 1) return encodeNegotiate(message);
  if (message.MessageType === 2) return encodeChallenge(message);
  return encodeAuthenticate(message);
}

export * from './authenticate.js';
export * from './av-pairs.js';
export * from './challenge.js';
export * from './flags.js';
export * from './negotiate.js';
export { findOverlap, type PayloadGap, type PayloadItem } from './payload.js';
export * from './responses.js';
export { isNtlm, type MessageForm, VERSION, type Version } from './shape.js';
export * from './text.js';

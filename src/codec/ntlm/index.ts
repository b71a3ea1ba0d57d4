import { CodecError } from '../error.js';
import { f, fixedHeader } from '../fixed.js';
import type { SpanTrace } from '../span.js';
import { type AuthenticateMessage, authenticateShape, encodeAuthenticate } from './authenticate.js';
import { type ChallengeMessage, challengeShape, encodeChallenge } from './challenge.js';
import { encodeNegotiate, type NegotiateMessage, negotiateShape } from './negotiate.js';
import { decodeShape, type MessageShape } from './shape.js';

/** [MS-NLMP] 2.2.1: one of the three messages. */
export type NtlmMessage = NegotiateMessage | ChallengeMessage | AuthenticateMessage;

const start = fixedHeader('NTLM message', '[MS-NLMP] 2.2.1', [
  f('Signature', 8, ''),
  f('MessageType', 'u32', '1 to 3'),
]);

/** [MS-NLMP] 2.2.1: one message, told by its MessageType. */
export const decodeNtlmMessage = (bytes: Uint8Array): NtlmMessage => readMessage(bytes, undefined);

/** The same, and where each field stands. */
export const traceNtlmMessage = (bytes: Uint8Array, trace: SpanTrace): NtlmMessage => readMessage(bytes, trace);

const SHAPES: Readonly<Record<number, MessageShape>> = { 1: negotiateShape, 2: challengeShape, 3: authenticateShape };

function readMessage(bytes: Uint8Array, trace: SpanTrace | undefined): NtlmMessage {
  const { MessageType } = start.decode(bytes);
  const shape = SHAPES[MessageType];
  if (shape !== undefined) return decodeShape(shape, bytes, trace) as unknown as NtlmMessage;
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
export { isNtlm, type MessageForm, type Version } from './shape.js';
export * from './text.js';

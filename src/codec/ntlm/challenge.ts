import { f, fixedHeader } from '../fixed.js';
import { type PayloadItem, payloadFields } from './payload.js';
import { decodeShape, encodeShape, type MessageForm, messageShape, type Version, versionTier } from './shape.js';

/** [MS-NLMP] 2.2.1.2: the server's nonce, its choice of flags and its names. */
export interface ChallengeMessage extends MessageForm {
  readonly MessageType: 2;
  readonly TargetName?: PayloadItem;
  readonly NegotiateFlags: number;
  readonly ServerChallenge: Uint8Array;
  readonly Reserved?: Uint8Array;
  /** A sequence of AV_PAIR, for `decodeAvPairs`. */
  readonly TargetInfo?: PayloadItem;
  readonly Version?: Version;
}

export const CHALLENGE_MESSAGE = fixedHeader('CHALLENGE_MESSAGE', '[MS-NLMP] 2.2.1.2', [
  f('Signature', 8, 'NTLMSSP'),
  f('MessageType', 'u32', '2'),
  ...payloadFields('TargetName'),
  f('NegotiateFlags', 'u32', 'NEGOTIATE'),
  f('ServerChallenge', 8, 'nonce'),
]);

export const challengeInfo = fixedHeader('CHALLENGE_MESSAGE', '[MS-NLMP] 2.2.1.2', [
  f('Reserved', 8, 'ignored'),
  ...payloadFields('TargetInfo'),
]);

export const challengeShape = messageShape(
  'CHALLENGE_MESSAGE',
  2,
  [CHALLENGE_MESSAGE, challengeInfo, versionTier],
  ['TargetName', 'TargetInfo'],
);

export const decodeChallenge = (bytes: Uint8Array): ChallengeMessage =>
  decodeShape(challengeShape, bytes) as unknown as ChallengeMessage;

export const encodeChallenge = (message: Omit<ChallengeMessage, 'MessageType'>): Buffer =>
  encodeShape(challengeShape, { ...message });

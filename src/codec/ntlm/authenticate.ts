import { f, fixedHeader } from '../fixed.js';
import { type PayloadItem, payloadFields } from './payload.js';
import { decodeShape, encodeShape, type MessageForm, messageShape, type Version, versionTier } from './shape.js';

/** [MS-NLMP] 2.2.1.3: the client's answers, its names and the session key that it chose. */
export interface AuthenticateMessage extends MessageForm {
  readonly MessageType: 3;
  readonly LmChallengeResponse?: PayloadItem;
  readonly NtChallengeResponse?: PayloadItem;
  readonly DomainName?: PayloadItem;
  readonly UserName?: PayloadItem;
  readonly Workstation?: PayloadItem;
  readonly EncryptedRandomSessionKey?: PayloadItem;
  /** Absent from the messages of the oldest clients. */
  readonly NegotiateFlags?: number;
  readonly Version?: Version;
  /** Over all three messages, with this field zero. Room for it does not mean that it was sent. */
  readonly MIC?: Uint8Array;
}

export const AUTHENTICATE_MESSAGE = fixedHeader('AUTHENTICATE_MESSAGE', '[MS-NLMP] 2.2.1.3', [
  f('Signature', 8, 'NTLMSSP'),
  f('MessageType', 'u32', '3'),
  ...payloadFields('LmChallengeResponse'),
  ...payloadFields('NtChallengeResponse'),
  ...payloadFields('DomainName'),
  ...payloadFields('UserName'),
  ...payloadFields('Workstation'),
]);

export const authenticateKey = fixedHeader('AUTHENTICATE_MESSAGE', '[MS-NLMP] 2.2.1.3', [
  ...payloadFields('EncryptedRandomSessionKey'),
  f('NegotiateFlags', 'u32', 'NEGOTIATE'),
]);

export const authenticateMic = fixedHeader('AUTHENTICATE_MESSAGE', '[MS-NLMP] 2.2.1.3', [
  f('MIC', 16, 'HMAC_MD5 over the handshake'),
]);

/** Where the MIC stands, in a message that has one. */
export const MIC_OFFSET = 72;
export const MIC_LENGTH = 16;

export const authenticateShape = messageShape(
  'AUTHENTICATE_MESSAGE',
  3,
  [AUTHENTICATE_MESSAGE, authenticateKey, versionTier, authenticateMic],
  ['DomainName', 'UserName', 'Workstation', 'LmChallengeResponse', 'NtChallengeResponse', 'EncryptedRandomSessionKey'],
);

export const decodeAuthenticate = (bytes: Uint8Array): AuthenticateMessage =>
  decodeShape(authenticateShape, bytes) as unknown as AuthenticateMessage;

export const encodeAuthenticate = (message: Omit<AuthenticateMessage, 'MessageType'>): Buffer =>
  encodeShape(authenticateShape, { ...message });

import { f, fixedHeader } from '../fixed.js';
import { type PayloadItem, payloadFields } from './payload.js';
import { decodeShape, encodeShape, type MessageForm, messageShape, type Version, versionTier } from './shape.js';

/** [MS-NLMP] 2.2.1.1: what the client supports. The names are in the OEM character set. */
export interface NegotiateMessage extends MessageForm {
  readonly MessageType: 1;
  readonly NegotiateFlags: number;
  readonly DomainName?: PayloadItem;
  readonly Workstation?: PayloadItem;
  readonly Version?: Version;
}

export const NEGOTIATE_MESSAGE = fixedHeader('NEGOTIATE_MESSAGE', '[MS-NLMP] 2.2.1.1', [
  f('Signature', 8, 'NTLMSSP'),
  f('MessageType', 'u32', '1'),
  f('NegotiateFlags', 'u32', 'NEGOTIATE'),
]);

export const negotiateNames = fixedHeader('NEGOTIATE_MESSAGE', '[MS-NLMP] 2.2.1.1', [
  ...payloadFields('DomainName'),
  ...payloadFields('Workstation'),
]);

export const negotiateShape = messageShape(
  'NEGOTIATE_MESSAGE',
  1,
  [NEGOTIATE_MESSAGE, negotiateNames, versionTier],
  ['Workstation', 'DomainName'],
);

export const decodeNegotiate = (bytes: Uint8Array): NegotiateMessage =>
  decodeShape(negotiateShape, bytes) as unknown as NegotiateMessage;

export const encodeNegotiate = (message: Omit<NegotiateMessage, 'MessageType'>): Buffer =>
  encodeShape(negotiateShape, { ...message });

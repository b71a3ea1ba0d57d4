import { f, fixedHeader } from '../fixed.js';

/** [MS-SMB2] 2.2.4: a token stands at SecurityBufferOffset from the header, contexts at NegotiateContextOffset. */
export const SMB2_NEGOTIATE_Response = fixedHeader('SMB2_NEGOTIATE_Response', '[MS-SMB2] 2.2.4', [
  f('StructureSize', 'u16', '65'),
  f('SecurityMode', 'u16', 'whether messages are signed'),
  f('DialectRevision', 'u16', '0x0311 is SMB 3.1.1'),
  f('NegotiateContextCount', 'u16', 'of 3.1.1; reserved otherwise'),
  f('ServerGuid', 'uuid', 'ignored'),
  f('Capabilities', 'u32', 'SMB2_GLOBAL_CAP_*'),
  f('MaxTransactSize', 'u32', 'ignored'),
  f('MaxReadSize', 'u32', 'ignored'),
  f('MaxWriteSize', 'u32', 'ignored'),
  f('SystemTime', 'u64', 'ignored'),
  f('ServerStartTime', 'u64', 'ignored'),
  f('SecurityBufferOffset', 'u16', 'from the SMB2 header'),
  f('SecurityBufferLength', 'u16', 'octets'),
  f('NegotiateContextOffset', 'u32', 'of 3.1.1: from the SMB2 header; reserved otherwise'),
]);

/** [MS-SMB2] 2.2.3.1: DataLength octets follow; each context begins at a multiple of 8 octets. */
export const SMB2_NEGOTIATE_CONTEXT = fixedHeader('SMB2_NEGOTIATE_CONTEXT', '[MS-SMB2] 2.2.3.1', [
  f('ContextType', 'u16', '2: the ciphers, their number before them'),
  f('DataLength', 'u16', 'octets that follow'),
  f('Reserved', 'u32', 'ignored'),
]);

/** [MS-SMB2] 2.2.5: a token stands at SecurityBufferOffset from the header. */
export const SMB2_SESSION_SETUP_Request = fixedHeader('SMB2_SESSION_SETUP_Request', '[MS-SMB2] 2.2.5', [
  f('StructureSize', 'u16', '25'),
  f('Flags', 'u8', '1: a session that there is, on a further connection'),
  f('SecurityMode', 'u8', 'whether messages are signed'),
  f('Capabilities', 'u32', 'SMB2_GLOBAL_CAP_*'),
  f('Channel', 'u32', 'ignored'),
  f('SecurityBufferOffset', 'u16', 'from the SMB2 header'),
  f('SecurityBufferLength', 'u16', 'octets'),
  f('PreviousSessionId', 'u64', 'a session that this one takes the place of'),
]);

/** [MS-SMB2] 2.2.6; the SessionId is in the header. */
export const SMB2_SESSION_SETUP_Response = fixedHeader('SMB2_SESSION_SETUP_Response', '[MS-SMB2] 2.2.6', [
  f('StructureSize', 'u16', '9'),
  f('SessionFlags', 'u16', '1 guest, 2 anonymous, 4 messages have to be encrypted'),
  f('SecurityBufferOffset', 'u16', 'from the SMB2 header'),
  f('SecurityBufferLength', 'u16', 'octets'),
]);

/** [MS-SMB2] 2.2.41: an encrypted message follows; what stands from Nonce on is authenticated with it. */
export const SMB2_TRANSFORM_HEADER = fixedHeader('SMB2_TRANSFORM_HEADER', '[MS-SMB2] 2.2.41', [
  f('ProtocolId', 4, '0xfd, SMB'),
  f('Signature', 16, 'the tag of CCM or GCM'),
  f('Nonce', 16, 'the first 11 octets of CCM, the first 12 of GCM'),
  f('OriginalMessageSize', 'u32', 'octets of the message'),
  f('Reserved', 'u16', 'ignored'),
  f('Flags', 'u16', '1: encrypted'),
  f('SessionId', 'u64', 'whose keys'),
]);

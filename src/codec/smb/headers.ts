import { f, fixedHeader } from '../fixed.js';

/** RFC 1002 4.3.1; big-endian. Over direct TCP ([MS-SMB2] 2.1) TYPE is zero and all that follows the length. */
export const session_packet_header = fixedHeader('session_packet_header', 'RFC 1002 4.3.1', [
  f('TYPE', 'u8', '0 for a message'),
  f('FLAGS', 'u8', 'the upper octet of LENGTH; over NetBIOS 0 or 1'),
  f('LENGTH', 'u16', 'octets that follow'),
]);

/** [MS-SMB2] 2.2.1.2; of an asynchronous message ([MS-SMB2] 2.2.1.1) AsyncId stands for Reserved and TreeId. */
export const SMB2_Packet_Header_SYNC = fixedHeader('SMB2_Packet_Header_SYNC', '[MS-SMB2] 2.2.1.2', [
  f('ProtocolId', 4, '0xfe, SMB'),
  f('StructureSize', 'u16', '64'),
  f('CreditCharge', 'u16', 'how many credits, and MessageIds, the request takes'),
  f('Status', 'u32', 'of a response: NTSTATUS; of a request: ChannelSequence'),
  f('Command', 'u16', 'SMB2_*'),
  f('CreditRequest', 'u16', 'credits asked for, or granted'),
  f('Flags', 'u32', 'SMB2_FLAGS_*'),
  f('NextCommand', 'u32', 'from this header to the next one of a compound; 0 for the last'),
  f('MessageId', 'u64', 'pairs a response with its request'),
  f('Reserved', 'u32', 'a process id; with the next field the AsyncId of an asynchronous message'),
  f('TreeId', 'u32', 'which tree connect'),
  f('SessionId', 'u64', 'which session'),
  f('Signature', 16, 'not checked here'),
]);

/** [MS-CIFS] 2.2.3.1: what every message of SMB1 begins with. */
export const SMB_Header = fixedHeader('SMB_Header', '[MS-CIFS] 2.2.3.1', [
  f('Protocol', 4, '0xff, SMB'),
  f('Command', 'u8', 'SMB_COM_*'),
  f('Status', 'u32', 'NTSTATUS, or class and code of a DOS error; 0 is success in both'),
  f('Flags', 'u8', '0x80 in what a server sends'),
  f('Flags2', 'u16', '0x8000: strings are Unicode'),
  f('PIDHigh', 'u16', 'which process of the client'),
  f('SecurityFeatures', 8, 'a signature, which is not checked here'),
  f('Reserved', 'u16', 'ignored'),
  f('TID', 'u16', 'which tree connect'),
  f('PIDLow', 'u16', 'which process of the client'),
  f('UID', 'u16', 'which user'),
  f('MID', 'u16', 'pairs a response with its request'),
]);

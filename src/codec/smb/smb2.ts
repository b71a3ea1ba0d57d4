import { f, fixedHeader } from '../fixed.js';

/** [MS-SMB2] 2.2.9: the path, `\\server\share` in Unicode, stands at PathOffset from the header. */
export const SMB2_TREE_CONNECT_Request = fixedHeader('SMB2_TREE_CONNECT_Request', '[MS-SMB2] 2.2.9', [
  f('StructureSize', 'u16', '9'),
  f('Flags', 'u16', 'ignored'),
  f('PathOffset', 'u16', 'from the SMB2 header'),
  f('PathLength', 'u16', 'octets'),
]);

/** [MS-SMB2] 2.2.10; the TreeId is in the header. */
export const SMB2_TREE_CONNECT_Response = fixedHeader('SMB2_TREE_CONNECT_Response', '[MS-SMB2] 2.2.10', [
  f('StructureSize', 'u16', '16'),
  f('ShareType', 'u8', '1 disk, 2 pipe, 3 printer'),
  f('Reserved', 'u8', 'ignored'),
  f('ShareFlags', 'u32', 'ignored'),
  f('Capabilities', 'u32', 'ignored'),
  f('MaximalAccess', 'u32', 'ignored'),
]);

/** [MS-SMB2] 2.2.13: the name, in Unicode without the share, stands at NameOffset from the header. */
export const SMB2_CREATE_Request = fixedHeader('SMB2_CREATE_Request', '[MS-SMB2] 2.2.13', [
  f('StructureSize', 'u16', '57'),
  f('SecurityFlags', 'u8', 'ignored'),
  f('RequestedOplockLevel', 'u8', 'ignored'),
  f('ImpersonationLevel', 'u32', 'what the server may do as the client'),
  f('SmbCreateFlags', 'u64', 'ignored'),
  f('Reserved', 'u64', 'ignored'),
  f('DesiredAccess', 'u32', 'ACCESS_MASK'),
  f('FileAttributes', 'u32', 'ignored'),
  f('ShareAccess', 'u32', 'ignored'),
  f('CreateDisposition', 'u32', 'ignored'),
  f('CreateOptions', 'u32', 'ignored'),
  f('NameOffset', 'u16', 'from the SMB2 header'),
  f('NameLength', 'u16', 'octets'),
  f('CreateContextsOffset', 'u32', 'ignored'),
  f('CreateContextsLength', 'u32', 'ignored'),
]);

/** [MS-SMB2] 2.2.14. */
export const SMB2_CREATE_Response = fixedHeader('SMB2_CREATE_Response', '[MS-SMB2] 2.2.14', [
  f('StructureSize', 'u16', '89'),
  f('OplockLevel', 'u8', 'ignored'),
  f('Flags', 'u8', 'ignored'),
  f('CreateAction', 'u32', 'ignored'),
  f('CreationTime', 'u64', 'ignored'),
  f('LastAccessTime', 'u64', 'ignored'),
  f('LastWriteTime', 'u64', 'ignored'),
  f('ChangeTime', 'u64', 'ignored'),
  f('AllocationSize', 'u64', 'ignored'),
  f('EndofFile', 'u64', 'ignored'),
  f('FileAttributes', 'u32', 'ignored'),
  f('Reserved2', 'u32', 'ignored'),
  f('FileId', 16, 'names the open from now on: [MS-SMB2] 2.2.14.1'),
  f('CreateContextsOffset', 'u32', 'ignored'),
  f('CreateContextsLength', 'u32', 'ignored'),
]);

/** [MS-SMB2] 2.2.15. */
export const SMB2_CLOSE_Request = fixedHeader('SMB2_CLOSE_Request', '[MS-SMB2] 2.2.15', [
  f('StructureSize', 'u16', '24'),
  f('Flags', 'u16', 'ignored'),
  f('Reserved', 'u32', 'ignored'),
  f('FileId', 16, 'all ones: that of the command before it in the compound'),
]);

/** [MS-SMB2] 2.2.19. */
export const SMB2_READ_Request = fixedHeader('SMB2_READ_Request', '[MS-SMB2] 2.2.19', [
  f('StructureSize', 'u16', '49'),
  f('Padding', 'u8', 'ignored'),
  f('Flags', 'u8', 'ignored'),
  f('Length', 'u32', 'octets that are asked for'),
  f('Offset', 'u64', 'ignored for a pipe'),
  f('FileId', 16, 'all ones: that of the command before it in the compound'),
  f('MinimumCount', 'u32', 'ignored'),
  f('Channel', 'u32', 'ignored'),
  f('RemainingBytes', 'u32', 'ignored'),
  f('ReadChannelInfoOffset', 'u16', 'ignored'),
  f('ReadChannelInfoLength', 'u16', 'ignored'),
]);

/** [MS-SMB2] 2.2.20. */
export const SMB2_READ_Response = fixedHeader('SMB2_READ_Response', '[MS-SMB2] 2.2.20', [
  f('StructureSize', 'u16', '17'),
  f('DataOffset', 'u8', 'from the SMB2 header'),
  f('Reserved', 'u8', 'ignored'),
  f('DataLength', 'u32', 'octets'),
  f('DataRemaining', 'u32', 'ignored'),
  f('Flags', 'u32', 'ignored'),
]);

/** [MS-SMB2] 2.2.21. */
export const SMB2_WRITE_Request = fixedHeader('SMB2_WRITE_Request', '[MS-SMB2] 2.2.21', [
  f('StructureSize', 'u16', '49'),
  f('DataOffset', 'u16', 'from the SMB2 header'),
  f('Length', 'u32', 'octets'),
  f('Offset', 'u64', 'ignored for a pipe'),
  f('FileId', 16, 'all ones: that of the command before it in the compound'),
  f('Channel', 'u32', 'ignored'),
  f('RemainingBytes', 'u32', 'ignored'),
  f('WriteChannelInfoOffset', 'u16', 'ignored'),
  f('WriteChannelInfoLength', 'u16', 'ignored'),
  f('Flags', 'u32', 'ignored'),
]);

/** [MS-SMB2] 2.2.31. */
export const SMB2_IOCTL_Request = fixedHeader('SMB2_IOCTL_Request', '[MS-SMB2] 2.2.31', [
  f('StructureSize', 'u16', '57'),
  f('Reserved', 'u16', 'ignored'),
  f('CtlCode', 'u32', 'FSCTL_PIPE_TRANSCEIVE and others'),
  f('FileId', 16, 'all ones: that of the command before it in the compound'),
  f('InputOffset', 'u32', 'from the SMB2 header'),
  f('InputCount', 'u32', 'octets'),
  f('MaxInputResponse', 'u32', 'ignored'),
  f('OutputOffset', 'u32', 'ignored'),
  f('OutputCount', 'u32', '0'),
  f('MaxOutputResponse', 'u32', 'octets that the client takes; what is beyond them has to be read'),
  f('Flags', 'u32', 'ignored'),
  f('Reserved2', 'u32', 'ignored'),
]);

/** [MS-SMB2] 2.2.32. */
export const SMB2_IOCTL_Response = fixedHeader('SMB2_IOCTL_Response', '[MS-SMB2] 2.2.32', [
  f('StructureSize', 'u16', '49'),
  f('Reserved', 'u16', 'ignored'),
  f('CtlCode', 'u32', 'as in the request'),
  f('FileId', 16, 'as in the request'),
  f('InputOffset', 'u32', 'ignored'),
  f('InputCount', 'u32', 'ignored'),
  f('OutputOffset', 'u32', 'from the SMB2 header'),
  f('OutputCount', 'u32', 'octets'),
  f('Flags', 'u32', 'ignored'),
  f('Reserved2', 'u32', 'ignored'),
]);

import { f, fixedHeader } from '../fixed.js';

/** [MS-CIFS] 2.2.3.4: what the words of every command begin with that another one can follow in the same message. */
export const ANDX = [
  f('AndXCommand', 'u8', 'the command that follows; 0xff for none'),
  f('AndXReserved', 'u8', 'ignored'),
  f('AndXOffset', 'u16', 'from the SMB header to the WordCount of that command'),
] as const;

/** [MS-CIFS] 2.2.3.4. */
export const SMB_AndX = fixedHeader('SMB_AndX', '[MS-CIFS] 2.2.3.4', ANDX);

/** [MS-CIFS] 2.2.4.55.1: password, path and service follow. */
export const SMB_COM_TREE_CONNECT_ANDX = fixedHeader('SMB_COM_TREE_CONNECT_ANDX', '[MS-CIFS] 2.2.4.55.1', [
  ...ANDX,
  f('Flags', 'u16', 'ignored'),
  f('PasswordLength', 'u16', 'octets before the path'),
]);

/** [MS-CIFS] 2.2.4.64.1: the name follows. */
export const SMB_COM_NT_CREATE_ANDX_Request = fixedHeader('SMB_COM_NT_CREATE_ANDX_Request', '[MS-CIFS] 2.2.4.64.1', [
  ...ANDX,
  f('Reserved', 'u8', 'ignored'),
  f('NameLength', 'u16', 'octets'),
  f('Flags', 'u32', 'ignored'),
  f('RootDirectoryFID', 'u32', 'ignored'),
  f('DesiredAccess', 'u32', 'ACCESS_MASK'),
  f('AllocationSize', 'u64', 'ignored'),
  f('ExtFileAttributes', 'u32', 'ignored'),
  f('ShareAccess', 'u32', 'ignored'),
  f('CreateDisposition', 'u32', 'ignored'),
  f('CreateOptions', 'u32', 'ignored'),
  f('ImpersonationLevel', 'u32', 'what the server may do as the client'),
  f('SecurityFlags', 'u8', 'ignored'),
]);

/** [MS-CIFS] 2.2.4.64.2. */
export const SMB_COM_NT_CREATE_ANDX_Response = fixedHeader('SMB_COM_NT_CREATE_ANDX_Response', '[MS-CIFS] 2.2.4.64.2', [
  ...ANDX,
  f('OpLockLevel', 'u8', 'ignored'),
  f('FID', 'u16', 'names the open from now on'),
]);

/** [MS-CIFS] 2.2.4.41.2: OPEN_ANDX; the rest is of no use here. */
export const SMB_COM_OPEN_ANDX_Response = fixedHeader('SMB_COM_OPEN_ANDX_Response', '[MS-CIFS] 2.2.4.41.2', [
  ...ANDX,
  f('FID', 'u16', 'names the open from now on'),
]);

/** [MS-CIFS] 2.2.4.5.1, 2.2.4.11.1, 2.2.4.12.1, 2.2.4.3.2: what begins with a FID. */
export const SMB_FID = fixedHeader('SMB_FID', '[MS-CIFS] 2.2.4.5.1', [f('FID', 'u16', 'which open')]);

/** [MS-CIFS] 2.2.4.42.1. */
export const SMB_COM_READ_ANDX_Request = fixedHeader('SMB_COM_READ_ANDX_Request', '[MS-CIFS] 2.2.4.42.1', [
  ...ANDX,
  f('FID', 'u16', 'which open'),
]);

/** [MS-CIFS] 2.2.4.42.2; DataLengthHigh of [MS-SMB] 2.2.4.2.2. */
export const SMB_COM_READ_ANDX_Response = fixedHeader('SMB_COM_READ_ANDX_Response', '[MS-CIFS] 2.2.4.42.2', [
  ...ANDX,
  f('Available', 'u16', 'ignored'),
  f('DataCompactionMode', 'u16', 'ignored'),
  f('Reserved1', 'u16', 'ignored'),
  f('DataLength', 'u16', 'octets'),
  f('DataOffset', 'u16', 'from the SMB header'),
  f('DataLengthHigh', 'u16', 'the upper half of DataLength'),
]);

/** [MS-CIFS] 2.2.4.43.1; DataLengthHigh of [MS-SMB] 2.2.4.3.1. */
export const SMB_COM_WRITE_ANDX_Request = fixedHeader('SMB_COM_WRITE_ANDX_Request', '[MS-CIFS] 2.2.4.43.1', [
  ...ANDX,
  f('FID', 'u16', 'which open'),
  f('Offset', 'u32', 'ignored for a pipe'),
  f('Timeout', 'u32', 'ignored'),
  f('WriteMode', 'u16', '4 and 8: the data begin with their length'),
  f('Remaining', 'u16', 'ignored'),
  f('DataLengthHigh', 'u16', 'the upper half of DataLength'),
  f('DataLength', 'u16', 'octets'),
  f('DataOffset', 'u16', 'from the SMB header'),
]);

/** [MS-CIFS] 2.2.4.33.1: SetupCount words follow, and then the name of what it is for. */
export const SMB_COM_TRANSACTION_Request = fixedHeader('SMB_COM_TRANSACTION_Request', '[MS-CIFS] 2.2.4.33.1', [
  f('TotalParameterCount', 'u16', 'ignored'),
  f('TotalDataCount', 'u16', 'octets of data in this message and its secondaries'),
  f('MaxParameterCount', 'u16', 'ignored'),
  f('MaxDataCount', 'u16', 'octets that the client takes; what is beyond them has to be read'),
  f('MaxSetupCount', 'u8', 'ignored'),
  f('Reserved1', 'u8', 'ignored'),
  f('Flags', 'u16', 'ignored'),
  f('Timeout', 'u32', 'ignored'),
  f('Reserved2', 'u16', 'ignored'),
  f('ParameterCount', 'u16', 'ignored'),
  f('ParameterOffset', 'u16', 'ignored'),
  f('DataCount', 'u16', 'octets of data in this message'),
  f('DataOffset', 'u16', 'from the SMB header'),
  f('SetupCount', 'u8', 'words of Setup: of a pipe TRANS_* and the FID'),
  f('Reserved3', 'u8', 'ignored'),
]);

/** [MS-CIFS] 2.2.4.34.1. */
export const SMB_COM_TRANSACTION_SECONDARY_Request = fixedHeader(
  'SMB_COM_TRANSACTION_SECONDARY_Request',
  '[MS-CIFS] 2.2.4.34.1',
  [
    f('TotalParameterCount', 'u16', 'ignored'),
    f('TotalDataCount', 'u16', 'octets of data in all messages'),
    f('ParameterCount', 'u16', 'ignored'),
    f('ParameterOffset', 'u16', 'ignored'),
    f('ParameterDisplacement', 'u16', 'ignored'),
    f('DataCount', 'u16', 'octets of data in this message'),
    f('DataOffset', 'u16', 'from the SMB header'),
    f('DataDisplacement', 'u16', 'where they belong among all'),
  ],
);

/** [MS-CIFS] 2.2.4.33.2. */
export const SMB_COM_TRANSACTION_Response = fixedHeader('SMB_COM_TRANSACTION_Response', '[MS-CIFS] 2.2.4.33.2', [
  f('TotalParameterCount', 'u16', 'octets of parameters in all messages'),
  f('TotalDataCount', 'u16', 'octets of data in all messages'),
  f('Reserved1', 'u16', 'ignored'),
  f('ParameterCount', 'u16', 'ignored'),
  f('ParameterOffset', 'u16', 'ignored'),
  f('ParameterDisplacement', 'u16', 'ignored'),
  f('DataCount', 'u16', 'octets of data in this message'),
  f('DataOffset', 'u16', 'from the SMB header'),
  f('DataDisplacement', 'u16', 'where they belong among all'),
]);

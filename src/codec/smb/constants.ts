/** [MS-SMB2] 2.2.1: the commands that have to do with sessions and pipes. */
export const SMB2 = {
  NEGOTIATE: 0x0000,
  SESSION_SETUP: 0x0001,
  TREE_CONNECT: 0x0003,
  TREE_DISCONNECT: 0x0004,
  CREATE: 0x0005,
  CLOSE: 0x0006,
  READ: 0x0008,
  WRITE: 0x0009,
  IOCTL: 0x000b,
} as const;

/** [MS-SMB2] 2.2.1: Flags of the header. */
export const SMB2_FLAGS = { SERVER_TO_REDIR: 0x00000001, ASYNC_COMMAND: 0x00000002, RELATED_OPERATIONS: 0x00000004 };

/** [MS-SMB2] 2.2.10: what a share is; 1 is a disk, 3 a printer. */
export const SMB2_SHARE_TYPE_PIPE = 0x02;

/** [MS-SMB2] 2.2.31: writes a message to a pipe and reads the answer. */
export const FSCTL_PIPE_TRANSCEIVE = 0x0011c017;

/** [MS-SMB2] 2.2.4: from 3.0 on, messages can be encrypted; of 3.1.1 keys depend on what was said before. */
export const SMB2_DIALECT = { V3_0: 0x0300, V3_0_2: 0x0302, V3_1_1: 0x0311 } as const;

/** [MS-SMB2] 2.2.3.1: the ContextType with the cipher. */
export const SMB2_ENCRYPTION_CAPABILITIES = 0x0002;

/** [MS-SMB2] 2.2.3.1.2. */
export const SMB2_CIPHER = { AES_128_CCM: 1, AES_128_GCM: 2, AES_256_CCM: 3, AES_256_GCM: 4 } as const;

/** [MS-SMB2] 2.2.5: Flags of a SESSION_SETUP that lets a further connection use a session. */
export const SMB2_SESSION_FLAG_BINDING = 0x01;

/** [MS-ERREF] 2.3.1: the answer comes later; another leg of the handshake is to come. */
export const STATUS_PENDING = 0x00000103;
export const STATUS_MORE_PROCESSING_REQUIRED = 0xc0000016;

/** [MS-CIFS] 2.2.2.1: the commands of SMB1 that have to do with sessions and pipes. */
export const SMB_COM = {
  OPEN: 0x02,
  CLOSE: 0x04,
  READ: 0x0a,
  WRITE: 0x0b,
  TRANSACTION: 0x25,
  TRANSACTION_SECONDARY: 0x26,
  OPEN_ANDX: 0x2d,
  READ_ANDX: 0x2e,
  WRITE_ANDX: 0x2f,
  TREE_CONNECT: 0x70,
  TREE_DISCONNECT: 0x71,
  NEGOTIATE: 0x72,
  SESSION_SETUP_ANDX: 0x73,
  LOGOFF_ANDX: 0x74,
  TREE_CONNECT_ANDX: 0x75,
  NT_CREATE_ANDX: 0xa2,
} as const;

/** [MS-CIFS] 2.2.3.4: commands that another one can follow in the same message. */
export const SMB_ANDX_COMMANDS: ReadonlySet<number> = new Set([
  SMB_COM.OPEN_ANDX,
  SMB_COM.READ_ANDX,
  SMB_COM.WRITE_ANDX,
  SMB_COM.SESSION_SETUP_ANDX,
  SMB_COM.LOGOFF_ANDX,
  SMB_COM.TREE_CONNECT_ANDX,
  SMB_COM.NT_CREATE_ANDX,
]);
/** [MS-CIFS] 2.2.3.4: AndXCommand where none follows. */
export const SMB_NO_ANDX = 0xff;

/** [MS-SMB] 2.2.4.5.2: of Capabilities, that tokens take the place of challenge and responses. */
export const SMB_CAP_EXTENDED_SECURITY = 0x80000000;

/** [MS-CIFS] 2.2.3.1: Flags says who sends it, Flags2 how its strings are written. */
export const SMB_FLAGS_REPLY = 0x80;
export const SMB_FLAGS2_UNICODE = 0x8000;

/** [MS-CIFS] 2.2.5: what a transaction does to a pipe, as the first word of its setup. */
export const TRANS = {
  RAW_READ_NMPIPE: 0x0011,
  TRANSACT_NMPIPE: 0x0026,
  RAW_WRITE_NMPIPE: 0x0031,
  READ_NMPIPE: 0x0036,
  WRITE_NMPIPE: 0x0037,
  CALL_NMPIPE: 0x0054,
} as const;

/** [MS-CIFS] 2.2.4.43.1: with both bits of WriteMode the data of a pipe begin with their length in two octets. */
export const WRITE_MODE_MESSAGE_START = 0x000c;

/** RFC 1002 4.3.1: types of session packets; over direct TCP there is only the message. */
export const SESSION_PACKET = { MESSAGE: 0x00, REQUEST: 0x81, LAST: 0x85 } as const;

/** [MS-SMB2] 2.2.1.2, 2.2.41, 2.2.42, [MS-CIFS] 2.2.3.1: the first octet of the protocol id, before `SMB`. */
export const PROTOCOL_ID = { SMB1: 0xff, SMB2: 0xfe, ENCRYPTED: 0xfd, COMPRESSED: 0xfc } as const;

import type { Field, FixedHeader, Row } from '../../src/codec/fixed.js';
import {
  FSCTL_PIPE_TRANSCEIVE,
  SMB_FLAGS_REPLY,
  SMB_Header,
  SMB2,
  SMB2_CLOSE_Request,
  SMB2_CREATE_Request,
  SMB2_CREATE_Response,
  SMB2_FLAGS,
  SMB2_IOCTL_Request,
  SMB2_IOCTL_Response,
  SMB2_NEGOTIATE_Response,
  SMB2_Packet_Header_SYNC,
  SMB2_READ_Request,
  SMB2_READ_Response,
  SMB2_SESSION_SETUP_Request,
  SMB2_SESSION_SETUP_Response,
  SMB2_TREE_CONNECT_Request,
  SMB2_TREE_CONNECT_Response,
  SMB2_WRITE_Request,
} from '../../src/codec/smb/index.js';
import type { Sent } from './segments.js';

const HEADER = SMB2_Packet_Header_SYNC.size;
const STATUS_BUFFER_OVERFLOW = 0x80000005;
const SAME = Buffer.alloc(16, 0xff);

/** All fields zero but those that are given. */
function made<const F extends readonly Field[]>(structure: FixedHeader<F>, given: Partial<Row<F>>): Buffer {
  const zero = structure.decode(Buffer.alloc(structure.size));
  return structure.encode({ ...zero, ...given });
}

/** One command of a message of SMB2: `body` stands behind its header. */
export interface Smb2Command {
  readonly command: number;
  readonly body: Buffer;
  readonly reply?: boolean;
  readonly message?: number;
  readonly status?: number;
  readonly tree?: number;
  readonly session?: bigint;
  /** Of a compound, to the one before it. */
  readonly related?: boolean;
  /** The AsyncId of an asynchronous answer. */
  readonly async?: number;
}

const flagsOf = ({ reply, related, async }: Smb2Command): number =>
  (reply ? SMB2_FLAGS.SERVER_TO_REDIR : 0) |
  (related ? SMB2_FLAGS.RELATED_OPERATIONS : 0) |
  (async === undefined ? 0 : SMB2_FLAGS.ASYNC_COMMAND);

/** Direct TCP ([MS-SMB2] 2.1): a message behind its length. */
export function overTcp(message: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(message.length);
  return Buffer.concat([length, message]);
}

/** A message of SMB2 with these commands, several of them a compound. */
export function smb2(...commands: readonly Smb2Command[]): Buffer {
  const parts = commands.map((each, index) => {
    const { command, body, message = 0, status = 0, tree = 1, session = 7n, async } = each;
    const last = index === commands.length - 1;
    const padded = last ? body : Buffer.concat([body, Buffer.alloc(-body.length & 7)]);
    const header = made(SMB2_Packet_Header_SYNC, {
      ProtocolId: Buffer.from('\xfeSMB', 'latin1'),
      StructureSize: HEADER,
      Status: status,
      Command: command,
      Flags: flagsOf(each),
      NextCommand: last ? 0 : HEADER + padded.length,
      MessageId: BigInt(message),
      Reserved: async ?? 0xfeff,
      TreeId: async === undefined ? (each.related ? 0xffffffff : tree) : 0,
      SessionId: each.related && !each.reply ? 0xffff_ffff_ffff_ffffn : session,
      Signature: Buffer.alloc(16),
    });
    return Buffer.concat([header, padded]);
  });
  return overTcp(Buffer.concat(parts));
}

const text = (value: string): Buffer => Buffer.from(value, 'utf16le');
/** The FileId that a number stands for here. */
export const fileId = (id: number | undefined): Buffer => (id === undefined ? SAME : Buffer.alloc(16, id));

/** Bodies of requests, and of their answers. A file that is not given is that of the command before it. */
export const bodies = {
  negotiated: (DialectRevision: number): Buffer =>
    made(SMB2_NEGOTIATE_Response, { StructureSize: 65, DialectRevision }),
  setup: (token: string | Uint8Array, Flags = 0): Buffer => {
    const SecurityBufferOffset = HEADER + SMB2_SESSION_SETUP_Request.size;
    const fields = { StructureSize: 25, Flags, SecurityBufferOffset, SecurityBufferLength: token.length };
    return Buffer.concat([made(SMB2_SESSION_SETUP_Request, fields), Buffer.from(token as string)]);
  },
  setUp: (token: string | Uint8Array): Buffer => {
    const SecurityBufferOffset = HEADER + SMB2_SESSION_SETUP_Response.size;
    const fields = { StructureSize: 9, SecurityBufferOffset, SecurityBufferLength: token.length };
    return Buffer.concat([made(SMB2_SESSION_SETUP_Response, fields), Buffer.from(token as string)]);
  },
  treeConnect: (path: string): Buffer =>
    Buffer.concat([
      made(SMB2_TREE_CONNECT_Request, { StructureSize: 9, PathOffset: HEADER + 8, PathLength: 2 * path.length }),
      text(path),
    ]),
  treeConnected: (ShareType: number): Buffer => made(SMB2_TREE_CONNECT_Response, { StructureSize: 16, ShareType }),
  create: (name: string): Buffer =>
    Buffer.concat([
      made(SMB2_CREATE_Request, { StructureSize: 57, NameOffset: HEADER + 56, NameLength: 2 * name.length }),
      text(name),
    ]),
  created: (id: number): Buffer => made(SMB2_CREATE_Response, { StructureSize: 89, FileId: fileId(id) }),
  write: (data: Uint8Array, id?: number, length = data.length): Buffer =>
    Buffer.concat([
      made(SMB2_WRITE_Request, { StructureSize: 49, DataOffset: HEADER + 48, Length: length, FileId: fileId(id) }),
      data,
    ]),
  read: (id?: number): Buffer => made(SMB2_READ_Request, { StructureSize: 49, Length: 4096, FileId: fileId(id) }),
  wasRead: (data: Uint8Array): Buffer =>
    Buffer.concat([
      made(SMB2_READ_Response, { StructureSize: 17, DataOffset: HEADER + 16, DataLength: data.length }),
      data,
    ]),
  transceive: (data: Uint8Array, id?: number, CtlCode = FSCTL_PIPE_TRANSCEIVE): Buffer => {
    const InputOffset = HEADER + SMB2_IOCTL_Request.size;
    const fields = { StructureSize: 57, CtlCode, FileId: fileId(id), InputOffset, InputCount: data.length };
    return Buffer.concat([made(SMB2_IOCTL_Request, fields), data]);
  },
  transceived: (data: Uint8Array, id?: number, CtlCode = FSCTL_PIPE_TRANSCEIVE): Buffer => {
    const OutputOffset = HEADER + SMB2_IOCTL_Response.size;
    const fields = { StructureSize: 49, CtlCode, FileId: fileId(id), OutputOffset, OutputCount: data.length };
    return Buffer.concat([made(SMB2_IOCTL_Response, fields), data]);
  },
  close: (id?: number): Buffer => made(SMB2_CLOSE_Request, { StructureSize: 24, FileId: fileId(id) }),
  /** [MS-SMB2] 2.2.2; also what stands for an answer that nobody reads. */
  error: (): Buffer => Buffer.of(9, 0, 0, 0, 0, 0, 0, 0, 0),
};

/** Both sides of a connection to port 445, or another one, from its SYN on: each message a segment of its own. */
export class SmbTalk {
  readonly sent: Sent[];
  readonly #port: { readonly serverPort: number; readonly clientPort?: number };
  #client = 1000;
  #server = 5000;
  #message = 0;

  constructor({ serverPort = 445, clientPort = 50_000, syn = true } = {}) {
    this.#port = { serverPort, clientPort };
    this.sent = syn
      ? [
          { ...this.#port, flags: 'SYN', sequence: 999 },
          { ...this.#port, from: 'server', flags: 'SYN+ACK', sequence: 4999, acknowledgment: 1000 },
        ]
      : [];
  }

  client(data: Uint8Array): this {
    this.sent.push({ ...this.#port, sequence: this.#client, acknowledgment: this.#server, data });
    this.#client += data.length;
    return this;
  }

  server(data: Uint8Array): this {
    const sequence = this.#server;
    this.sent.push({ ...this.#port, from: 'server', sequence, acknowledgment: this.#client, data });
    this.#server += data.length;
    return this;
  }

  /** A request alone, with the next MessageId, which is given back. */
  ask(command: number, body: Buffer, more: Partial<Smb2Command> = {}): number {
    this.client(smb2({ command, body, message: ++this.#message, ...more }));
    return this.#message;
  }

  answer(command: number, body: Buffer, message = this.#message, more: Partial<Smb2Command> = {}): this {
    return this.server(smb2({ command, body, message, reply: true, ...more }));
  }

  /** A tree connect to a share of pipes, or of files. */
  connect(path = '\\\\srv\\IPC$', type = 2): this {
    this.ask(SMB2.TREE_CONNECT, bodies.treeConnect(path), { tree: 0 });
    return this.answer(SMB2.TREE_CONNECT, bodies.treeConnected(type));
  }

  open(name: string, id: number): this {
    this.ask(SMB2.CREATE, bodies.create(name));
    return this.answer(SMB2.CREATE, bodies.created(id));
  }

  write(data: Uint8Array, id: number): this {
    this.ask(SMB2.WRITE, bodies.write(data, id));
    return this.answer(SMB2.WRITE, bodies.error());
  }

  read(data: Uint8Array, id: number, more = false): this {
    this.ask(SMB2.READ, bodies.read(id));
    return this.answer(SMB2.READ, bodies.wasRead(data), this.#message, more ? { status: STATUS_BUFFER_OVERFLOW } : {});
  }

  transceive(question: Uint8Array, answer: Uint8Array, id: number, more = false): this {
    this.ask(SMB2.IOCTL, bodies.transceive(question, id));
    const status = more ? { status: STATUS_BUFFER_OVERFLOW } : {};
    return this.answer(SMB2.IOCTL, bodies.transceived(answer, id), this.#message, status);
  }

  close(id: number): this {
    this.ask(SMB2.CLOSE, bodies.close(id));
    return this.answer(SMB2.CLOSE, bodies.error());
  }
}

/** A message of SMB1 with one command: words, and the octets behind ByteCount. */
export function smb1(
  command: number,
  words: Uint8Array,
  octets: Uint8Array,
  { reply = false, tree = 1, user = 0, message = 1, status = 0, unicode = false } = {},
): Buffer {
  const header = made(SMB_Header, {
    Protocol: Buffer.from('\xffSMB', 'latin1'),
    Command: command,
    Status: status,
    Flags: reply ? SMB_FLAGS_REPLY : 0,
    Flags2: 0x4000 | (unicode ? 0x8000 : 0),
    SecurityFeatures: Buffer.alloc(8),
    TID: tree,
    PIDLow: 99,
    UID: user,
    MID: message,
  });
  const count = Buffer.alloc(2);
  count.writeUInt16LE(octets.length);
  return overTcp(Buffer.concat([header, Buffer.of(words.length / 2), words, count, octets]));
}

/** 16-bit words. */
export function words(...values: readonly number[]): Buffer {
  const all = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) all.writeUInt16LE(value, 2 * index);
  return all;
}

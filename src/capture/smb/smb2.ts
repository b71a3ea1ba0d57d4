import { toHex } from '../../codec/bytes.js';
import {
  FSCTL_PIPE_TRANSCEIVE,
  SMB2,
  SMB2_CLOSE_Request,
  SMB2_CREATE_Request,
  SMB2_CREATE_Response,
  SMB2_FLAGS,
  SMB2_IOCTL_Request,
  SMB2_IOCTL_Response,
  SMB2_Packet_Header_SYNC,
  SMB2_READ_Request,
  SMB2_READ_Response,
  SMB2_SESSION_SETUP_Request,
  SMB2_SESSION_SETUP_Response,
  SMB2_SHARE_TYPE_PIPE,
  SMB2_TREE_CONNECT_Request,
  SMB2_TREE_CONNECT_Response,
  SMB2_WRITE_Request,
  STATUS_PENDING,
} from '../../codec/smb/index.js';
import { type Pipe, pipeName, shareName } from './pipe.js';
import type { Logon, Smb2Sessions } from './sessions.js';
import {
  bodyOf,
  type Command,
  fileKey,
  HEADER,
  type Header,
  isWhole,
  NO_TOKEN,
  nameOf,
  octetsOf,
  SAME_FILE,
  treeKey,
} from './smb2-command.js';
import type { SmbMessage, SmbRequest, SmbTables, Tree } from './tables.js';

const KNOWN: ReadonlySet<number> = new Set(Object.values(SMB2));
/** [MS-SMB2] 2.2.1.2: where `wants` finds what it needs. */
const [COMMAND_AT, FLAGS_AT, NEXT_AT, MESSAGE_AT, TREE_AT, SESSION_AT] = [12, 16, 20, 24, 36, 40];
/** [MS-SMB2] 2.2.21. */
const WRITE_FILE_AT = HEADER + 16;
/** C706 12.6.3.1: a frag_length has 16 bits, so what has many more octets is no message of a pipe. */
const LONGEST_UNKNOWN = 131_072;

/** Follows the messages of SMB2 and SMB3 of one connection as far as they have to do with pipes. */
export class Smb2Tracker {
  readonly #tables: SmbTables;
  readonly #sessions: Smb2Sessions;

  constructor(tables: SmbTables, sessions: Smb2Sessions) {
    this.#tables = tables;
    this.#sessions = sessions;
  }

  /** Whether a message can have to do with pipes: the content of files is most of what most captures of SMB hold. */
  wants(bytes: Buffer, at: number, length: number): boolean {
    if (length < HEADER || bytes.length < at + HEADER) return false;
    if (bytes.readUInt32LE(at + NEXT_AT) !== 0) return true;
    const command = bytes.readUInt16LE(at + COMMAND_AT);
    if (!KNOWN.has(command)) return false;
    const reply = this.isReply(bytes, at);
    if (command === SMB2.READ && reply && this.#tables.requests.get(bytes.readBigUInt64LE(at + MESSAGE_AT)))
      return true;
    const carries = (command === SMB2.READ && reply) || (command === SMB2.WRITE && !reply);
    if (!carries) return true;
    const session = bytes.readBigUInt64LE(at + SESSION_AT);
    const tree = this.#tables.tree(treeKey(session, bytes.readUInt32LE(at + TREE_AT)));
    if (tree !== undefined) return tree.kind === 'pipe';
    if (command === SMB2.WRITE && bytes.length >= at + WRITE_FILE_AT + 16) {
      const file = bytes.subarray(at + WRITE_FILE_AT, at + WRITE_FILE_AT + 16);
      if (this.#tables.find(fileKey(session, file)) !== undefined) return true;
    }
    return length <= LONGEST_UNKNOWN;
  }

  /** Whether a server sends it. */
  isReply(bytes: Buffer, at: number): boolean {
    return ((bytes[at + FLAGS_AT] ?? 0) & SMB2_FLAGS.SERVER_TO_REDIR) !== 0;
  }

  /** [MS-SMB2] 3.2.4.1.4: of a compound each command in its turn. */
  take(message: SmbMessage): void {
    const { bytes } = message;
    let before: { header: Header; treeKey: string | undefined; pipe: Pipe | undefined } | undefined;
    for (let at = 0; at + HEADER <= bytes.length; ) {
      const header = SMB2_Packet_Header_SYNC.decode(bytes, at);
      if (header.StructureSize !== HEADER) return;
      const related = before !== undefined && (header.Flags & SMB2_FLAGS.RELATED_OPERATIONS) !== 0;
      const isAsync = (header.Flags & SMB2_FLAGS.ASYNC_COMMAND) !== 0;
      const command: Command = {
        message,
        at,
        // [MS-SMB2] 3.3.5.2.7.2: session and tree are those of the one before, whatever stands there.
        header: related && before ? { ...header, SessionId: before.header.SessionId } : header,
        treeKey: related ? before?.treeKey : isAsync ? undefined : treeKey(header.SessionId, header.TreeId),
        before: related ? before?.pipe : undefined,
      };
      const pipe = this.#command(command);
      before = { header: command.header, treeKey: command.treeKey, pipe: pipe ?? command.before };
      // An offset that points back, or into this header, is a lie.
      if (header.NextCommand < HEADER) return;
      at += header.NextCommand;
    }
  }

  /** Gives what it opens or uses. */
  #command(command: Command): Pipe | undefined {
    const { header } = command;
    const reply = (header.Flags & SMB2_FLAGS.SERVER_TO_REDIR) !== 0;
    if (reply !== !command.message.direction.toServer) return undefined;
    if (reply) {
      this.#answer(command);
      return undefined;
    }
    switch (header.Command) {
      case SMB2.NEGOTIATE:
        if (isWhole(command)) this.#sessions.negotiate(command.message.bytes);
        return undefined;
      case SMB2.SESSION_SETUP:
        return this.#logOn(command);
      case SMB2.TREE_CONNECT:
        return this.#treeConnect(command);
      case SMB2.CREATE:
        return this.#create(command);
      case SMB2.READ:
        return this.#read(command);
      case SMB2.WRITE:
        return this.#write(command);
      case SMB2.IOCTL:
        return this.#ioctl(command);
      case SMB2.CLOSE:
        return this.#close(command);
      default:
        return undefined;
    }
  }

  #logOn(command: Command): undefined {
    const body = bodyOf(command, SMB2_SESSION_SETUP_Request, 25);
    const token = body && octetsOf(command, body.SecurityBufferOffset, body.SecurityBufferLength);
    if (body === undefined || token === undefined || !isWhole(command)) return;
    const { header, message } = command;
    const logon = this.#sessions.asked(header.SessionId, body.Flags, token, message);
    this.#ask(command, { command: SMB2.SESSION_SETUP, logon });
  }

  #loggedOn(command: Command, logon: Logon | undefined): void {
    const { header, message } = command;
    const body = bodyOf(command, SMB2_SESSION_SETUP_Response, 9);
    if (!isWhole(command)) return;
    const token = body && octetsOf(command, body.SecurityBufferOffset, body.SecurityBufferLength);
    this.#sessions.answered(header.SessionId, header.Status, token ?? NO_TOKEN, message, logon);
  }

  #treeConnect(command: Command): undefined {
    const body = bodyOf(command, SMB2_TREE_CONNECT_Request);
    const path = body && nameOf(command, body.PathOffset, body.PathLength);
    this.#ask(command, { command: SMB2.TREE_CONNECT, share: path && shareName(path) });
  }

  #create(command: Command): Pipe | undefined {
    const body = bodyOf(command, SMB2_CREATE_Request);
    const name = body && nameOf(command, body.NameOffset, body.NameLength);
    const opens = this.#tables.opening(this.#tree(command), name && pipeName(name));
    if (opens !== undefined) this.#ask(command, { command: SMB2.CREATE, opens });
    return opens;
  }

  #read(command: Command): Pipe | undefined {
    const body = bodyOf(command, SMB2_READ_Request);
    const reads = body && this.#file(command, body.FileId);
    if (reads !== undefined) this.#ask(command, { command: SMB2.READ, reads });
    return reads;
  }

  #write(command: Command): Pipe | undefined {
    const body = bodyOf(command, SMB2_WRITE_Request);
    const pipe = body && this.#file(command, body.FileId);
    if (body !== undefined && pipe !== undefined) this.#deliver(command, pipe, body.DataOffset, body.Length);
    return pipe;
  }

  #ioctl(command: Command): Pipe | undefined {
    const body = bodyOf(command, SMB2_IOCTL_Request);
    if (body?.CtlCode !== FSCTL_PIPE_TRANSCEIVE) return undefined;
    const reads = this.#file(command, body.FileId, true);
    if (reads === undefined) return undefined;
    this.#ask(command, { command: SMB2.IOCTL, reads });
    this.#deliver(command, reads, body.InputOffset, body.InputCount);
    return reads;
  }

  #close(command: Command): undefined {
    const body = bodyOf(command, SMB2_CLOSE_Request);
    if (body === undefined) return;
    const same = SAME_FILE.equals(body.FileId);
    const pipe = same ? command.before : this.#tables.find(fileKey(command.header.SessionId, body.FileId));
    this.#tables.closing(pipe, command.message.direction, () =>
      this.#ask(command, { command: SMB2.CLOSE, closes: pipe as Pipe }),
    );
  }

  #answer(command: Command): void {
    const { header } = command;
    const { MessageId, Status } = header;
    // [MS-SMB2] 3.2.5.1.5: the answer to come has the same MessageId.
    if (Status === STATUS_PENDING) return;
    const request = this.#tables.requests.delete(MessageId);
    if (request !== undefined && request.command !== header.Command) return request.opens?.close();
    switch (header.Command) {
      case SMB2.NEGOTIATE:
        if (isWhole(command)) this.#sessions.negotiated(command.message.bytes);
        return;
      case SMB2.SESSION_SETUP:
        return this.#loggedOn(command, request?.logon);
      case SMB2.TREE_CONNECT:
        return this.#connected(command, request);
      case SMB2.TREE_DISCONNECT:
        if (Status === 0 && command.treeKey !== undefined) this.#tables.disconnected(command.treeKey);
        return;
      case SMB2.CREATE:
        return this.#opened(command, request);
      case SMB2.READ:
        return this.#wasRead(command, request);
      case SMB2.IOCTL:
        return this.#transceived(command, request);
      case SMB2.CLOSE:
        if (Status === 0 && request?.closes !== undefined) this.#tables.closed(request.closes.key);
        return;
    }
  }

  #connected(command: Command, request: SmbRequest | undefined): void {
    const body = command.header.Status === 0 ? bodyOf(command, SMB2_TREE_CONNECT_Response, 16) : undefined;
    if (body === undefined || command.treeKey === undefined) return;
    const kind = body.ShareType === SMB2_SHARE_TYPE_PIPE ? 'pipe' : 'other';
    this.#tables.connected(command.treeKey, { share: request?.share, kind }, true);
  }

  #opened(command: Command, request: SmbRequest | undefined): void {
    const body = command.header.Status === 0 ? bodyOf(command, SMB2_CREATE_Response, 89) : undefined;
    if (body === undefined) return request?.opens?.close();
    // Without its request it is one that nothing but the share is known of.
    const pipe = request === undefined ? this.#tables.opening(this.#tree(command), undefined) : request.opens;
    if (pipe !== undefined)
      this.#tables.opened(fileKey(command.header.SessionId, body.FileId), toHex(body.FileId), pipe, true);
  }

  /** A response names no file: without its request, there can be one only. */
  #wasRead(command: Command, request: SmbRequest | undefined): void {
    const body = bodyOf(command, SMB2_READ_Response, 17);
    const pipe = request === undefined ? this.#tables.only : request.reads;
    if (body !== undefined && pipe !== undefined) this.#deliver(command, pipe, body.DataOffset, body.DataLength);
  }

  #transceived(command: Command, request: SmbRequest | undefined): void {
    const body = bodyOf(command, SMB2_IOCTL_Response, 49);
    if (body?.CtlCode !== FSCTL_PIPE_TRANSCEIVE) return;
    const pipe = request === undefined ? this.#file(command, body.FileId, true) : request.reads;
    if (pipe !== undefined) this.#deliver(command, pipe, body.OutputOffset, body.OutputCount);
  }

  #tree({ treeKey: key }: Command): Tree | undefined {
    return key === undefined ? undefined : this.#tables.tree(key);
  }

  #file(command: Command, fileId: Uint8Array, isPipe = false): Pipe | undefined {
    if (SAME_FILE.equals(fileId)) return command.before;
    const key = fileKey(command.header.SessionId, fileId);
    return this.#tables.used(key, () => toHex(fileId), this.#tree(command), isPipe);
  }

  #ask({ header }: Command, request: SmbRequest): void {
    this.#tables.requests.delete(header.MessageId)?.opens?.close();
    this.#tables.requests.set(header.MessageId, request);
  }

  /** `offset` is one from the command's header. */
  #deliver({ message, at, header }: Command, pipe: Pipe, offset: number, length: number): void {
    const whole = message.bytes.length + message.missing;
    const end = header.NextCommand === 0 ? whole : Math.min(whole, at + header.NextCommand);
    if (offset < HEADER || at + offset + length > end) return;
    this.#tables.deliver(pipe, message, at + offset, at + offset + length);
  }
}

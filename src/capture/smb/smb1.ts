import {
  SMB_ANDX_COMMANDS,
  SMB_AndX,
  SMB_COM,
  SMB_COM_NT_CREATE_ANDX_Request,
  SMB_COM_NT_CREATE_ANDX_Response,
  SMB_COM_OPEN_ANDX_Response,
  SMB_COM_READ_ANDX_Request,
  SMB_COM_READ_ANDX_Response,
  SMB_COM_TREE_CONNECT_ANDX,
  SMB_COM_WRITE_ANDX_Request,
  SMB_FID,
  SMB_FLAGS_REPLY,
  SMB_Header,
  SMB_NO_ANDX,
  WRITE_MODE_MESSAGE_START,
} from '../../codec/smb/index.js';
import { isIpc, type Pipe, pipeName, shareName } from './pipe.js';
import type { TellLogon } from './sessions.js';
import {
  type Asked,
  type Block,
  dataOf,
  fidText,
  octetsAt,
  requestKey,
  stringAt,
  treeKey,
  wordsOf,
} from './smb1-block.js';
import { Smb1Logons } from './smb1-logons.js';
import { Smb1Transactions } from './smb1-transactions.js';
import type { SmbMessage, SmbRequest, SmbTables } from './tables.js';

const HEADER = SMB_Header.size;
const KNOWN: ReadonlySet<number> = new Set(Object.values(SMB_COM));
/** [MS-CIFS] 2.2.3.1: where `wants` finds what it needs. */
const [COMMAND_AT, FLAGS_AT, TID_AT] = [4, 9, 24];
const NOTHING: SmbRequest = { command: -1 };

type TakeAsked = (block: Block, asked: Asked) => void;
/** True where more of the answer is to come. */
type TakeAnswer = (block: Block, request: SmbRequest) => unknown;

/** Follows the messages of SMB1 of one connection as far as they have to do with pipes. */
export class Smb1Tracker {
  readonly #tables: SmbTables;
  readonly #asked: ReadonlyMap<number, TakeAsked>;
  readonly #answered: ReadonlyMap<number, TakeAnswer>;

  constructor(tables: SmbTables, tell: TellLogon) {
    const logons = new Smb1Logons(tell);
    this.#tables = tables;
    const transactions = new Smb1Transactions(tables, (block, fid) => this.#use(block, fid, true));
    const { requests } = tables;
    this.#asked = new Map<number, TakeAsked>([
      [SMB_COM.SESSION_SETUP_ANDX, (block, asked) => logons.asked(block, asked)],
      [SMB_COM.TREE_CONNECT_ANDX, (block, asked) => this.#connect(block, asked)],
      [SMB_COM.TREE_CONNECT, (block, asked) => this.#named(asked, stringAt(block, octetsAt(block) + 1))],
      [SMB_COM.NT_CREATE_ANDX, (block, asked) => this.#open(block, asked, ntName(block))],
      [SMB_COM.OPEN_ANDX, (block, asked) => this.#open(block, asked, stringAt(block, octetsAt(block)))],
      [SMB_COM.OPEN, (block, asked) => this.#open(block, asked, stringAt(block, octetsAt(block) + 1))],
      [SMB_COM.READ_ANDX, (block, asked) => this.#read(block, asked, wordsOf(block, SMB_COM_READ_ANDX_Request)?.FID)],
      [SMB_COM.READ, (block, asked) => this.#read(block, asked, wordsOf(block, SMB_FID)?.FID)],
      [SMB_COM.WRITE_ANDX, (block) => this.#write(block)],
      [SMB_COM.WRITE, (block) => this.#writeSimple(block)],
      [SMB_COM.CLOSE, (block, asked) => this.#close(block, asked)],
      [SMB_COM.TRANSACTION, (block, asked) => transactions.asked(block, asked)],
      [
        SMB_COM.TRANSACTION_SECONDARY,
        (block) => transactions.askedMore(block, requests.get(requestKey(block.header)) ?? NOTHING),
      ],
    ]);
    this.#answered = new Map<number, TakeAnswer>([
      [SMB_COM.NEGOTIATE, (block) => logons.negotiated(block)],
      [SMB_COM.SESSION_SETUP_ANDX, (block, request) => logons.answered(block, request)],
      [SMB_COM.TREE_CONNECT_ANDX, (block, request) => this.#connected(block, request)],
      [SMB_COM.TREE_CONNECT, (block, request) => this.#connected(block, request)],
      [SMB_COM.TREE_DISCONNECT, ({ header }) => tables.disconnected(treeKey(header))],
      [
        SMB_COM.NT_CREATE_ANDX,
        (b, request) => this.#opened(b, request, wordsOf(b, SMB_COM_NT_CREATE_ANDX_Response)?.FID),
      ],
      [SMB_COM.OPEN_ANDX, (b, request) => this.#opened(b, request, wordsOf(b, SMB_COM_OPEN_ANDX_Response)?.FID)],
      [SMB_COM.OPEN, (b, request) => this.#opened(b, request, wordsOf(b, SMB_FID)?.FID)],
      [SMB_COM.READ_ANDX, (block, request) => this.#wasRead(block, request)],
      [SMB_COM.READ, (block, request) => this.#wasReadSimple(block, request)],
      [SMB_COM.CLOSE, (_, { closes }) => closes && tables.closed(closes.key)],
      [SMB_COM.TRANSACTION, (block, request) => transactions.answered(block, request)],
    ]);
  }

  /** Whether a message can have to do with pipes: the content of files is most of what most captures of SMB hold. */
  wants(bytes: Buffer, at: number, length: number): boolean {
    if (length < HEADER || bytes.length < at + HEADER) return false;
    const command = bytes[at + COMMAND_AT] as number;
    if (!KNOWN.has(command)) return false;
    const carries = this.isReply(bytes, at)
      ? command === SMB_COM.READ_ANDX || command === SMB_COM.READ
      : command === SMB_COM.WRITE_ANDX || command === SMB_COM.WRITE;
    return !carries || this.#tables.tree(String(bytes.readUInt16LE(at + TID_AT)))?.kind !== 'other';
  }

  /** Whether a server sends it; for a message of which there is a whole header. */
  isReply(bytes: Buffer, at: number): boolean {
    return ((bytes[at + FLAGS_AT] ?? 0) & SMB_FLAGS_REPLY) !== 0;
  }

  take(message: SmbMessage): void {
    const { bytes, direction } = message;
    if (bytes.length <= HEADER) return;
    const header = SMB_Header.decode(bytes);
    const reply = (header.Flags & SMB_FLAGS_REPLY) !== 0;
    // One that goes the wrong way is a lie.
    if (reply !== !direction.toServer) return;
    if (reply) this.#answer(message, header);
    else this.#ask(message, header);
  }

  #ask(message: SmbMessage, header: Block['header']): void {
    const asked: Asked = { command: header.Command };
    for (const [command, block] of blocksOf(message, header)) this.#asked.get(command)?.(block, asked);
    const { share, opens, reads, writes, closes, exchange } = asked;
    if ((exchange ?? share ?? opens ?? reads ?? writes ?? closes) === undefined) return;
    this.#forget(requestKey(header));
    this.#tables.requests.set(requestKey(header), asked);
  }

  #answer(message: SmbMessage, header: Block['header']): void {
    const key = requestKey(header);
    const known = this.#tables.requests.get(key);
    const request = known?.command === header.Command ? known : NOTHING;
    let goesOn = false;
    for (const [command, block] of blocksOf(message, header))
      goesOn = this.#answered.get(command)?.(block, request) === true;
    if (!goesOn) this.#forget(key);
  }

  /** A request that failed has opened nothing. */
  #forget(key: number): void {
    const { opens } = this.#tables.requests.delete(key) ?? NOTHING;
    if (opens?.key === '') opens.close();
  }

  #connect(block: Block, asked: Asked): void {
    const body = wordsOf(block, SMB_COM_TREE_CONNECT_ANDX);
    if (body !== undefined) this.#named(asked, stringAt(block, octetsAt(block) + body.PasswordLength));
  }

  #named(asked: Asked, path: string | undefined): void {
    if (path !== undefined) asked.share = shareName(path);
  }

  /** [MS-CIFS] 2.2.4.55.2: the service that is there; the older command tells it only in its request. */
  #connected(block: Block, { share }: SmbRequest): void {
    if (block.header.Status !== 0) return;
    const at = octetsAt(block);
    const service =
      block.header.Command === SMB_COM.TREE_CONNECT ? '' : block.message.bytes.toString('latin1', at, at + 3);
    if (share === undefined && service.length < 3) return;
    this.#tables.connected(treeKey(block.header), {
      share,
      kind: service === 'IPC' || isIpc(share) ? 'pipe' : 'other',
    });
  }

  #open({ header }: Block, asked: Asked, name: string | undefined): void {
    const tree = this.#tables.tree(treeKey(header));
    const opens = this.#tables.opening(tree, name === undefined ? undefined : pipeName(name));
    if (opens !== undefined) asked.opens = opens;
  }

  #opened(block: Block, request: SmbRequest, fid: number | undefined): void {
    if (block.header.Status !== 0 || fid === undefined) return;
    // Without its request it is one that nothing but the share is known of.
    const tree = this.#tables.tree(treeKey(block.header));
    const pipe = request === NOTHING ? this.#tables.opening(tree, undefined) : request.opens;
    if (pipe !== undefined) this.#tables.opened(String(fid), fidText(fid), pipe);
  }

  #read(block: Block, asked: Asked, fid: number | undefined): void {
    const reads = this.#use(block, fid);
    if (reads !== undefined) asked.reads = reads;
  }

  #write(block: Block): void {
    const body = wordsOf(block, SMB_COM_WRITE_ANDX_Request);
    const pipe = this.#use(block, body?.FID);
    if (body === undefined || pipe === undefined) return;
    const { DataOffset, DataLength, DataLengthHigh, WriteMode } = body;
    const place = dataOf(block, DataOffset, DataLength + 0x10000 * DataLengthHigh);
    if (place === undefined) return;
    const isStart = (WriteMode & WRITE_MODE_MESSAGE_START) === WRITE_MODE_MESSAGE_START;
    this.#tables.deliver(pipe, block.message, isStart ? Math.min(place[0] + 2, place[1]) : place[0], place[1]);
  }

  /** [MS-CIFS] 2.2.4.12.1, 2.2.4.11.2: in both, a format and a length of two octets stand before the data. */
  #writeSimple(block: Block): void {
    const pipe = this.#use(block, wordsOf(block, SMB_FID)?.FID);
    if (pipe !== undefined) this.#simple(block, pipe);
  }

  #wasRead(block: Block, { reads }: SmbRequest): void {
    const body = wordsOf(block, SMB_COM_READ_ANDX_Response);
    const pipe = reads ?? this.#tables.only;
    if (body === undefined || pipe === undefined) return;
    const place = dataOf(block, body.DataOffset, body.DataLength + 0x10000 * body.DataLengthHigh);
    if (place !== undefined) this.#tables.deliver(pipe, block.message, ...place);
  }

  #wasReadSimple(block: Block, { reads }: SmbRequest): void {
    if (reads !== undefined && block.header.Status === 0) this.#simple(block, reads);
  }

  #simple(block: Block, pipe: Pipe): void {
    const at = octetsAt(block);
    const { bytes } = block.message;
    if (at + 3 > bytes.length) return;
    const place = dataOf(block, at + 3, bytes.readUInt16LE(at + 1));
    if (place !== undefined) this.#tables.deliver(pipe, block.message, ...place);
  }

  #close(block: Block, asked: Asked): void {
    const fid = wordsOf(block, SMB_FID)?.FID;
    const pipe = fid === undefined ? undefined : this.#tables.find(String(fid));
    this.#tables.closing(pipe, block.message.direction, () => {
      asked.closes = pipe as Pipe;
    });
  }

  #use({ header }: Block, fid: number | undefined, isPipe = false): Pipe | undefined {
    if (fid === undefined) return undefined;
    return this.#tables.used(String(fid), () => fidText(fid), this.#tables.tree(treeKey(header)), isPipe);
  }
}

/** [MS-CIFS] 2.2.3.4: the commands of a message, each with its place. */
function* blocksOf(message: SmbMessage, header: Block['header']): Generator<readonly [command: number, block: Block]> {
  let command = header.Command;
  for (let at = HEADER; at < message.bytes.length; ) {
    const block: Block = { message, header, at };
    yield [command, block];
    const next = SMB_ANDX_COMMANDS.has(command) ? wordsOf(block, SMB_AndX) : undefined;
    // An offset that points back is a lie.
    if (next === undefined || next.AndXCommand === SMB_NO_ANDX || next.AndXOffset <= at) return;
    command = next.AndXCommand;
    at = next.AndXOffset;
  }
}

function ntName(block: Block): string | undefined {
  const body = wordsOf(block, SMB_COM_NT_CREATE_ANDX_Request);
  return body && stringAt(block, octetsAt(block), body.NameLength);
}

import {
  SMB_COM_TRANSACTION_Request,
  SMB_COM_TRANSACTION_Response,
  SMB_COM_TRANSACTION_SECONDARY_Request,
  TRANS,
} from '../../codec/smb/index.js';
import { type Pipe, pipeName } from './pipe.js';
import { type Asked, type Block, dataOf, octetsAt, stringAt, type Use, wordCount, wordsOf } from './smb1-block.js';
import type { SmbRequest, SmbTables, Transaction } from './tables.js';

const WRITES: ReadonlySet<number> = new Set([
  TRANS.TRANSACT_NMPIPE,
  TRANS.WRITE_NMPIPE,
  TRANS.RAW_WRITE_NMPIPE,
  TRANS.CALL_NMPIPE,
]);
const READS: ReadonlySet<number> = new Set([
  TRANS.TRANSACT_NMPIPE,
  TRANS.READ_NMPIPE,
  TRANS.RAW_READ_NMPIPE,
  TRANS.CALL_NMPIPE,
]);

/** [MS-CIFS] 2.2.4.33, 2.2.5: transactions of pipes. */
export class Smb1Transactions {
  readonly #tables: SmbTables;
  readonly #use: Use;

  constructor(tables: SmbTables, use: Use) {
    this.#tables = tables;
    this.#use = use;
  }

  asked(block: Block, asked: Asked): void {
    const body = wordsOf(block, SMB_COM_TRANSACTION_Request);
    const setup = block.at + 1 + SMB_COM_TRANSACTION_Request.size;
    const { bytes } = block.message;
    // Mailslots and RAP have other setups.
    if (body === undefined || body.SetupCount !== 2 || setup + 4 > bytes.length) return;
    const kind = bytes.readUInt16LE(setup);
    if (!WRITES.has(kind) && !READS.has(kind)) return;
    const calls = kind === TRANS.CALL_NMPIPE;
    const pipe = calls ? this.#call(block, asked) : this.#use(block, bytes.readUInt16LE(setup + 2), true);
    if (pipe === undefined) return;
    const transaction: Transaction = { asked: 0, answered: 0, total: body.TotalDataCount };
    asked.transaction = transaction;
    if (READS.has(kind)) asked.reads = pipe;
    else asked.writes = pipe;
    if (WRITES.has(kind)) transaction.asked = this.#part(block, pipe, body, 0, 0);
  }

  /** A message that goes on with a transaction. */
  askedMore(block: Block, { transaction, reads, writes }: SmbRequest): void {
    const body = wordsOf(block, SMB_COM_TRANSACTION_SECONDARY_Request);
    const pipe = reads ?? writes;
    if (body === undefined || pipe === undefined || transaction === undefined) return;
    transaction.asked = this.#part(block, pipe, body, body.DataDisplacement, transaction.asked);
  }

  /** True where more is to come. */
  answered(block: Block, { transaction, reads }: SmbRequest): boolean {
    if (transaction === undefined) return this.#answeredAlone(block);
    // [MS-CIFS] 2.2.4.33.2: the server has the first message, and waits for the others.
    if (wordCount(block) === 0 && block.header.Status === 0) return transaction.asked < transaction.total;
    const body = wordsOf(block, SMB_COM_TRANSACTION_Response);
    if (body === undefined) return false;
    if (reads !== undefined)
      transaction.answered = this.#part(block, reads, body, body.DataDisplacement, transaction.answered);
    return transaction.answered < body.TotalDataCount;
  }

  /** Of a client that was not captured: an answer names no file, so there can be one only. */
  #answeredAlone(block: Block): false {
    const body = wordsOf(block, SMB_COM_TRANSACTION_Response);
    const pipe = this.#tables.only;
    if (body === undefined || pipe === undefined || block.message.direction.reverse.started) return false;
    // [MS-CIFS] 2.2.5.6.2: without parameters, which answers of RAP have.
    if (body.TotalParameterCount === 0) this.#part(block, pipe, body, body.DataDisplacement, body.DataDisplacement);
    return false;
  }

  /** [MS-CIFS] 2.2.5.11: opens, writes, reads and closes at once. */
  #call(block: Block, asked: Asked): Pipe | undefined {
    const name = stringAt(block, octetsAt(block));
    const tree = this.#tables.tree(String(block.header.TID));
    const pipe = this.#tables.opening(tree, name === undefined ? undefined : pipeName(name));
    if (pipe === undefined) return undefined;
    pipe.certain = true;
    asked.opens = pipe;
    return pipe;
  }

  /** Octets that belong at `displacement`, where there are `before` already; returns how many there are then. */
  #part(
    block: Block,
    pipe: Pipe,
    { DataOffset, DataCount }: { readonly DataOffset: number; readonly DataCount: number },
    displacement: number,
    before: number,
  ): number {
    const place = dataOf(block, DataOffset, DataCount);
    if (place === undefined) return before;
    if (displacement > before) pipe.missed(block.message.direction);
    const again = Math.max(0, before - displacement);
    if (again < DataCount || DataCount === 0) this.#tables.deliver(pipe, block.message, place[0] + again, place[1]);
    return Math.max(before, displacement + DataCount);
  }
}

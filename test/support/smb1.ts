import { SMB_COM } from '../../src/codec/smb/index.js';
import { SmbTalk, smb1, words } from './smb.js';

const NO_ANDX = [0xff, 0];
/** What is open where no other FID is given. */
export const FID = 0x4001;

const reply = true;
const unicode = true;
const zero = (text: string): Buffer => Buffer.from(`${text}\0`, 'latin1');
/** Octets from the header to the data behind so many words. */
const dataAt = (count: number): number => 32 + 1 + 2 * count + 2;

/** As `SmbTalk`, by the messages of SMB1. */
export class Smb1Talk extends SmbTalk {
  #message = 0;

  send(command: number, ask: Buffer, octets: Uint8Array, options: Parameters<typeof smb1>[3] = {}): this {
    return this.client(smb1(command, ask, octets, { message: ++this.#message, ...options }));
  }

  back(command: number, answer: Buffer, octets: Uint8Array, options: Parameters<typeof smb1>[3] = {}): this {
    return this.server(smb1(command, answer, octets, { message: this.#message, reply, ...options }));
  }

  ipc(): this {
    const path = Buffer.concat([Buffer.alloc(1), zero('\\\\SRV\\IPC$'), zero('?????')]);
    this.send(SMB_COM.TREE_CONNECT_ANDX, words(...NO_ANDX, 0, 1), path, { tree: 0 });
    return this.back(SMB_COM.TREE_CONNECT_ANDX, words(...NO_ANDX, 0), zero('IPC'));
  }

  pipe(name = '\\lsarpc', fid = FID): this {
    // The NameLength of two octets stands across two words: a reserved octet comes first.
    const ask = Buffer.alloc(48);
    ask[0] = 0xff;
    ask.writeUInt16LE(2 * name.length, 5);
    const text = Buffer.concat([Buffer.alloc(1), Buffer.from(name, 'utf16le')]);
    this.send(SMB_COM.NT_CREATE_ANDX, ask, text, { unicode });
    const answer = Buffer.alloc(68);
    answer[0] = 0xff;
    answer.writeUInt16LE(fid, 5);
    return this.back(SMB_COM.NT_CREATE_ANDX, answer, Buffer.alloc(0));
  }

  override write(data: Uint8Array, fid = FID, mode = 0): this {
    const ask = words(...NO_ANDX, fid, 0, 0, 0, 0, mode, 0, 0, data.length, dataAt(14), 0, 0);
    this.send(SMB_COM.WRITE_ANDX, ask, data);
    return this.back(SMB_COM.WRITE_ANDX, words(...NO_ANDX, data.length, 0, 0, 0), Buffer.alloc(0));
  }

  override read(data: Uint8Array, fid = FID): this {
    this.send(SMB_COM.READ_ANDX, words(...NO_ANDX, fid, 0, 0, 4096, 0, 0, 0, 0), Buffer.alloc(0));
    const answer = words(...NO_ANDX, 0, 0, 0, data.length, dataAt(12), 0, 0, 0, 0, 0);
    return this.back(SMB_COM.READ_ANDX, answer, data);
  }

  /** A transaction whose parts are messages of their own. */
  transact(kind: number, questions: readonly Uint8Array[], answers: readonly Uint8Array[], name = '\\PIPE\\'): this {
    const sum = (parts: readonly Uint8Array[]): number => parts.reduce((all, { length }) => all + length, 0);
    const [first = Buffer.alloc(0), ...others] = questions;
    const path = zero(name);
    const head = [0, sum(questions), 0, 4096, 0, 0, 0, 0, 0, 0, 0, first.length, dataAt(16) + path.length, 2];
    this.send(SMB_COM.TRANSACTION, words(...head, kind, FID), Buffer.concat([path, first]));
    if (others.length > 0) this.back(SMB_COM.TRANSACTION, Buffer.alloc(0), Buffer.alloc(0));
    let done = first.length;
    for (const part of others) {
      const more = words(0, sum(questions), 0, 0, 0, part.length, dataAt(8), done);
      this.client(smb1(SMB_COM.TRANSACTION_SECONDARY, more, part, { message: this.#message }));
      done += part.length;
    }
    let answered = 0;
    for (const part of answers) {
      const given = words(0, sum(answers), 0, 0, 0, 0, part.length, dataAt(10), answered, 0);
      this.back(SMB_COM.TRANSACTION, given, part);
      answered += part.length;
    }
    return this;
  }
}

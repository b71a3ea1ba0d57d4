import { describe, expect, test } from 'vitest';
import { SMB_COM, TRANS } from '../../../../src/codec/smb/index.js';
import { pipesOf } from '../../../support/pipes.js';
import { pduOf } from '../../../support/segments.js';
import { SmbTalk, smb1, words } from '../../../support/smb.js';

const bind = pduOf({ type: 11, body: 56 });
const bindAck = pduOf({ type: 12, body: 44 });
const request = pduOf({ type: 0, body: 20 });
const response = pduOf({ type: 2, body: 200 });
const lsarpc = '\\PIPE\\lsarpc';
const NO_ANDX = [0xff, 0];
const FID = 0x4001;

const reply = true;
const unicode = true;
const zero = (text: string): Buffer => Buffer.from(`${text}\0`, 'latin1');
/** Octets from the header to the data behind so many words. */
const dataAt = (count: number): number => 32 + 1 + 2 * count + 2;

class Smb1Talk extends SmbTalk {
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

const talk = (): Smb1Talk => new Smb1Talk().ipc().pipe();
const lines = async ({ sent }: SmbTalk): Promise<string[]> => (await pipesOf(sent)).lines;

describe('PDUs in a pipe of SMB1', () => {
  test('are written and read, and name share, pipe and FID', async () => {
    const { lines: found, pdus } = await pipesOf(talk().write(bind).read(bindAck).sent);
    expect(found).toEqual([`11 72 > ${lsarpc}`, `12 60 < ${lsarpc}`, `end ${lsarpc}`]);
    expect(pdus[0]).toMatchObject({ pipe: { share: '\\\\SRV\\IPC$', name: lsarpc, fid: '0x4001' } });
  });

  test('are sent and answered by TRANS_TRANSACT_NMPIPE', async () => {
    expect(await lines(talk().transact(TRANS.TRANSACT_NMPIPE, [request], [response]))).toEqual([
      `0 36 > ${lsarpc}`,
      `2 216 < ${lsarpc}`,
      `end ${lsarpc}`,
    ]);
  });

  test('of a transaction in several messages of either side', async () => {
    const parts = [request.subarray(0, 10), request.subarray(10)];
    const answers = [response.subarray(0, 100), response.subarray(100, 200), response.subarray(200)];
    const both = talk().transact(TRANS.TRANSACT_NMPIPE, parts, answers).transact(TRANS.TRANSACT_NMPIPE, [request], []);
    expect(await lines(both)).toEqual([`0 36 > ${lsarpc}`, `2 216 < ${lsarpc}`, `0 36 > ${lsarpc}`, `end ${lsarpc}`]);
  });

  test('half of an answer by a transaction, and the rest by a read', async () => {
    const half = talk().transact(TRANS.TRANSACT_NMPIPE, [request], [response.subarray(0, 100)]);
    expect((await lines(half.read(response.subarray(100)))).slice(0, 2)).toEqual([
      `0 36 > ${lsarpc}`,
      `2 216 < ${lsarpc}`,
    ]);
  });

  test('behind their length, where WriteMode says so ([MS-CIFS] 2.2.4.43.1)', async () => {
    const behind = Buffer.concat([words(bind.length), bind]);
    expect(await lines(talk().write(behind, FID, 0x000c))).toEqual([`11 72 > ${lsarpc}`, `end ${lsarpc}`]);
  });

  test('of TRANS_CALL_NMPIPE are those of a pipe that it opens and closes', async () => {
    const called = new Smb1Talk().ipc().transact(TRANS.CALL_NMPIPE, [request], [response], '\\PIPE\\spoolss');
    expect(await lines(called.pipe())).toEqual([
      '0 36 > \\PIPE\\spoolss',
      '2 216 < \\PIPE\\spoolss',
      'end \\PIPE\\spoolss',
    ]);
  });

  test('of a FID that is used again belong to another connection', async () => {
    const again = talk().write(bind).pipe('\\samr').write(bind);
    const { lines: found, consumers } = await pipesOf(again.sent);
    expect(found).toEqual([`11 72 > ${lsarpc}`, `end ${lsarpc}`, '11 72 > \\PIPE\\samr', 'end \\PIPE\\samr']);
    expect(consumers).toBe(2);
  });

  test('are not searched in mailslots and RAP, which are transactions too', async () => {
    const other = talk().transact(0x0001, [request], [response]);
    expect(await lines(other)).toEqual([]);
  });

  test('end with SMB_COM_CLOSE', async () => {
    const closed = talk()
      .write(bind)
      .send(SMB_COM.CLOSE, words(FID, 0, 0), Buffer.alloc(0));
    closed.back(SMB_COM.CLOSE, Buffer.alloc(0), Buffer.alloc(0)).pipe('\\samr').write(bind);
    expect((await lines(closed))[1]).toBe(`end ${lsarpc}`);
  });
});

import { describe, expect, test } from 'vitest';
import { SMB_COM, TRANS } from '../../../../src/codec/smb/index.js';
import { pipesOf } from '../../../support/pipes.js';
import { pduOf } from '../../../support/segments.js';
import { type SmbTalk, words } from '../../../support/smb.js';
import { FID, Smb1Talk } from '../../../support/smb1.js';

const bind = pduOf({ type: 11, body: 56 });
const bindAck = pduOf({ type: 12, body: 44 });
const request = pduOf({ type: 0, body: 20 });
const response = pduOf({ type: 2, body: 200 });
const lsarpc = '\\PIPE\\lsarpc';
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

import { describe, expect, test } from 'vitest';
import { SMB2, STATUS_PENDING } from '../../../../src/codec/smb/index.js';
import { pipesOf } from '../../../support/pipes.js';
import { pduOf } from '../../../support/segments.js';
import { bodies, overTcp, SmbTalk, smb2 } from '../../../support/smb.js';

const bind = pduOf({ type: 11, body: 56 });
const bindAck = pduOf({ type: 12, body: 44 });
const request = pduOf({ type: 0, body: 20 });
const response = pduOf({ type: 2, body: 200 });
const svcctl = '\\PIPE\\svcctl';
const talk = (): SmbTalk => new SmbTalk().connect().open('svcctl', 1);
const lines = async ({ sent }: SmbTalk): Promise<string[]> => (await pipesOf(sent)).lines;

describe('PDUs in a pipe of SMB2', () => {
  test('are written and read, and name transport, share, pipe and FileId', async () => {
    const { lines: found, pdus } = await pipesOf(talk().write(bind, 1).read(bindAck, 1).close(1).sent);
    expect(found).toEqual([`11 72 > ${svcctl}`, `12 60 < ${svcctl}`, `end ${svcctl}`]);
    const pipe = { share: '\\\\srv\\IPC$', name: svcctl, fid: '01'.repeat(16), opened: true };
    expect(pdus[0]).toMatchObject({ transport: 'ncacn_np', pipe, stream: 0, client: { port: 50_000 } });
  });

  test('are sent and answered by FSCTL_PIPE_TRANSCEIVE', async () => {
    expect(await lines(talk().transceive(request, response, 1))).toEqual([
      `0 36 > ${svcctl}`,
      `2 216 < ${svcctl}`,
      `end ${svcctl}`,
    ]);
  });

  test('of which the answer did not fit (STATUS_BUFFER_OVERFLOW) go on with what is read', async () => {
    const half = talk().transceive(request, response.subarray(0, 100), 1, true);
    expect(await lines(half.read(response.subarray(100, 150), 1, true).read(response.subarray(150), 1))).toEqual([
      `0 36 > ${svcctl}`,
      `2 216 < ${svcctl}`,
      `end ${svcctl}`,
    ]);
  });

  test('of which the rest is never read are cut', async () => {
    expect(await lines(talk().transceive(request, response.subarray(0, 100), 1, true).close(1))).toEqual([
      `0 36 > ${svcctl}`,
      `cut 2 100+116 < ${svcctl}`,
      `end ${svcctl}`,
    ]);
  });

  test('over several writes, and several in one write', async () => {
    const first = talk().write(request.subarray(0, 7), 1).write(request.subarray(7), 1);
    expect(await lines(first.write(Buffer.concat([request, request]), 1))).toEqual([
      ...[1, 2, 3].map(() => `0 36 > ${svcctl}`),
      `end ${svcctl}`,
    ]);
  });

  test('of answers that come later (STATUS_PENDING) are those of their MessageId, in the order of the answers', async () => {
    const open = talk().open('lsarpc', 2);
    const pending = { status: STATUS_PENDING, async: 5 };
    const first = open.ask(SMB2.READ, bodies.read(1));
    open.answer(SMB2.READ, bodies.error(), first, pending);
    const second = open.ask(SMB2.READ, bodies.read(2));
    open.answer(SMB2.READ, bodies.wasRead(bindAck), second);
    // [MS-SMB2] 2.2.30: a CANCEL has the MessageId of what it cancels.
    open.client(smb2({ command: 0x0c, body: bodies.error().subarray(0, 4), message: first, async: 5 }));
    open.answer(SMB2.READ, bodies.wasRead(response), first, { async: 5 });
    expect((await lines(open)).slice(0, 2)).toEqual(['12 60 < \\PIPE\\lsarpc', `2 216 < ${svcctl}`]);
  });

  test('of a compound whose commands are related: opened, written, read and closed at once', async () => {
    const all = new SmbTalk().connect();
    all.client(
      smb2(
        { command: SMB2.CREATE, body: bodies.create('svcctl'), message: 11 },
        { command: SMB2.WRITE, body: bodies.write(bind), message: 12, related: true },
        { command: SMB2.READ, body: bodies.read(), message: 13, related: true },
        { command: SMB2.CLOSE, body: bodies.close(), message: 14, related: true },
      ),
    );
    const reply = true;
    all.server(
      smb2(
        { command: SMB2.CREATE, body: bodies.created(3), message: 11, reply },
        { command: SMB2.WRITE, body: bodies.error(), message: 12, related: true, reply },
        { command: SMB2.READ, body: bodies.wasRead(bindAck), message: 13, related: true, reply },
        { command: SMB2.CLOSE, body: bodies.error(), message: 14, related: true, reply },
      ),
    );
    expect(await lines(all.open('lsarpc', 4))).toEqual([`11 72 > ${svcctl}`, `12 60 < ${svcctl}`, `end ${svcctl}`]);
  });

  test('of a compound whose commands have nothing to do with each other', async () => {
    const all = talk().open('lsarpc', 2);
    all.client(
      smb2(
        { command: SMB2.WRITE, body: bodies.write(bind, 1), message: 21 },
        { command: SMB2.WRITE, body: bodies.write(request, 2), message: 22 },
      ),
    );
    expect((await lines(all)).slice(0, 2)).toEqual([`11 72 > ${svcctl}`, '0 36 > \\PIPE\\lsarpc']);
  });

  test('are a connection of their own for each open, also of the same name', async () => {
    const two = talk().open('svcctl', 2).write(bind, 1).write(bind, 2).write(request, 1);
    const { consumers, pdus } = await pipesOf(two.sent);
    expect([consumers, pdus.length]).toEqual([2, 3]);
    expect(pdus.map(({ pipe }) => pipe?.fid?.slice(0, 2))).toEqual(['01', '02', '01']);
  });

  test('are searched in nothing that is written to a share of files', async () => {
    const files = new SmbTalk().connect('\\\\srv\\data', 1).open('stored.pdu', 1).write(bind, 1).read(bindAck, 1);
    expect(await lines(files)).toEqual([]);
  });

  test('are believed where nothing is known of the share, if what is written first begins with one', async () => {
    const joined = (data: Buffer): SmbTalk => new SmbTalk({ syn: false }).write(data, 1).write(request, 1);
    expect(await lines(joined(request))).toEqual(['0 36 > ?', '0 36 > ?', 'end ?']);
    expect(await lines(joined(Buffer.from('text of a file, longer than a header')))).toEqual(['0 36 > ?', 'end ?']);
  });

  test('are those of a pipe whose open alone was answered, without its name', async () => {
    const { sent } = talk().write(bind, 1).read(bindAck, 1);
    const fromServer = sent.filter(({ from }) => from === 'server');
    const { lines: found, passed } = await pipesOf(fromServer);
    expect(found).toEqual(['12 60 < ?', 'end ?']);
    expect(passed.map(({ what }) => what)).toEqual(["connections of which the client's half was not captured"]);
    const fromClient = sent.filter(({ from }) => from !== 'server');
    expect((await pipesOf(fromClient)).lines).toEqual(['11 72 > ?', 'end ?']);
  });

  test('stay together where several connections carry one session (SMB3 multichannel)', async () => {
    const second = new SmbTalk({ clientPort: 50_001 }).read(bindAck, 1).write(request, 1);
    const { lines: found, consumers } = await pipesOf([...talk().write(bind, 1).sent, ...second.sent]);
    expect(found).toEqual([`11 72 > ${svcctl}`, `12 60 < ${svcctl}`, `0 36 > ${svcctl}`, `end ${svcctl}`]);
    expect(consumers).toBe(1);
  });

  test('of NetBIOS are those of direct TCP', async () => {
    const netbios = new SmbTalk({ serverPort: 139 });
    netbios.client(Buffer.from([0x81, 0, 0, 4, 1, 2, 3, 4])).server(Buffer.of(0x82, 0, 0, 0));
    netbios
      .connect()
      .open('\\PIPE\\svcctl', 1)
      .client(Buffer.of(0x85, 0, 0, 0))
      .write(bind, 1);
    expect(await lines(netbios)).toEqual([`11 72 > ${svcctl}`, `end ${svcctl}`]);
  });
});

describe('what of SMB2 cannot be read', () => {
  test('encrypted and compressed messages are counted and said', async () => {
    const closed = (first: number): Buffer =>
      overTcp(Buffer.concat([Buffer.of(first), Buffer.from('SMB'), Buffer.alloc(120)]));
    const both = talk().client(closed(0xfd)).server(closed(0xfd)).server(closed(0xfc));
    const { passed, understood } = await pipesOf(both.sent);
    expect(passed.map(({ what, count }) => `${count} ${what}`)).toEqual([
      '2 encrypted SMB messages, in which RPC can travel by named pipes, of sessions whose logon was not captured, without which no secret opens them',
      '1 compressed SMB messages, in which RPC can travel by named pipes',
    ]);
    // No activation travels so ([MS-DCOM] 2.1).
    expect(understood.certain).toBe(true);
  });

  test('lengths that end past their message, and compounds that point back, are passed over', async () => {
    const lying = talk();
    lying.ask(SMB2.WRITE, bodies.write(bind, 1, 0xffff_fff0));
    lying.client(smb2({ command: SMB2.WRITE, body: bodies.write(bind, 1).subarray(0, 20), message: 90 }));
    expect(await lines(lying.write(request, 1))).toEqual([`0 36 > ${svcctl}`, `end ${svcctl}`]);
  });

  test('behind lost segments the next message is found, and a PDU that went on in them is cut', async () => {
    const broken = talk().write(bind, 1).write(request.subarray(0, 20), 1);
    const before = broken.sent.length;
    broken.write(request.subarray(20), 1).write(request, 1);
    const { lines: found, problems } = await pipesOf(broken.sent.filter((_, index) => index !== before));
    expect(found).toEqual([`11 72 > ${svcctl}`, `cut 0 20+16 > ${svcctl}`, `0 36 > ${svcctl}`, `end ${svcctl}`]);
    expect(problems.map(({ message }) => message)).toEqual(['132 octets of the stream are not in the capture']);
  });

  test('a message whose end is lost gives the PDU in it as far as it is there', async () => {
    const broken = talk();
    const message = smb2({ command: SMB2.WRITE, body: bodies.write(request, 1), message: 50 });
    broken.client(message.subarray(0, -10));
    broken.client(message.subarray(-10)).write(request, 1);
    const lost = broken.sent.findIndex(({ data }) => data?.length === 10);
    expect((await pipesOf(broken.sent.filter((_, index) => index !== lost))).lines).toEqual([
      `cut 0 26+10 > ${svcctl}`,
      `0 36 > ${svcctl}`,
      `end ${svcctl}`,
    ]);
  });
});

describe('what is open is bounded', () => {
  test('of pipes that are never closed the one that was used least lately gives way, and is said', async () => {
    const many = new SmbTalk().connect();
    for (let id = 1; id <= 5; id++) many.open('svcctl', id).write(bind, id);
    const { lines: found, passed } = await pipesOf(many.write(request, 5).sent, { smb: { pipes: 2 } });
    expect(found.filter((line) => line.startsWith('end'))).toHaveLength(5);
    expect(found.filter((line) => !line.startsWith('end'))).toHaveLength(6);
    expect(passed.map(({ what, count }) => `${count} ${what}`)).toEqual([
      '3 named pipes with RPC that were forgotten while they were open, as too many were',
    ]);
  });

  test('tree connects without end, and requests without answers, do not push out what is used', async () => {
    const many = new SmbTalk().connect();
    for (let tree = 2; tree < 40; tree++) {
      many.ask(SMB2.TREE_CONNECT, bodies.treeConnect('\\\\srv\\data'), { tree: 0 });
      many.answer(SMB2.TREE_CONNECT, bodies.treeConnected(1), undefined, { tree });
      many.ask(SMB2.READ, bodies.read(1));
    }
    many.open('svcctl', 1).write(bind, 1);
    expect((await pipesOf(many.sent, { smb: { trees: 4, requests: 4 } })).lines).toEqual([
      `11 72 > ${svcctl}`,
      `end ${svcctl}`,
    ]);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Auditor } from '../../../../src/capture/audit/audit.js';
import { PduReader } from '../../../../src/capture/pdu/reader.js';
import { SMB_COM, SMB2, TRANS } from '../../../../src/codec/smb/index.js';
import { damaged } from '../../../support/damaged.js';
import { pipesOf } from '../../../support/pipes.js';
import { sanitized, toldOf } from '../../../support/sanitized.js';
import { captureOf, pduOf, type Sent } from '../../../support/segments.js';
import { bodies, SmbTalk, smb2, words } from '../../../support/smb.js';
import { FID, Smb1Talk } from '../../../support/smb1.js';

const bind = pduOf({ type: 11, body: 56 });
const bindAck = pduOf({ type: 12, body: 44 });
const request = pduOf({ type: 0, body: 20 });
const response = pduOf({ type: 2, body: 200 });
const lines = async ({ sent }: { readonly sent: readonly Sent[] }): Promise<string[]> => (await pipesOf(sent)).lines;
const from = (side: 'client' | 'server', { sent }: SmbTalk): { sent: Sent[] } => ({
  sent: sent.filter(({ from: sender = 'client' }) => sender === side),
});
const nothing = Buffer.alloc(0);
const ANDX = [0xff, 0];

const second = (): SmbTalk =>
  new SmbTalk().connect().open('svcctl', 1).write(bind, 1).read(bindAck, 1).transceive(request, response, 1).close(1);
const first = (): Smb1Talk =>
  new Smb1Talk()
    .ipc()
    .pipe()
    .write(bind)
    .read(bindAck)
    .transact(TRANS.TRANSACT_NMPIPE, [request.subarray(0, 9), request.subarray(9)], [response]);

describe('a response whose request was not captured', () => {
  test.each([
    ['TREE_CONNECT', SMB2.TREE_CONNECT, bodies.treeConnected(2), []],
    ['CREATE', SMB2.CREATE, bodies.created(2), []],
    ['WRITE', SMB2.WRITE, bodies.error(), []],
    ['CLOSE', SMB2.CLOSE, bodies.error(), []],
    ['SESSION_SETUP', SMB2.SESSION_SETUP, bodies.setUp('token'), []],
    ['FSCTL_PIPE_TRANSCEIVE', SMB2.IOCTL, bodies.transceived(response, 1), ['2 216 < ?', 'end ?']],
    ['READ, of the only pipe that is open', SMB2.READ, bodies.wasRead(response), []],
  ])('of SMB2, %s: is taken for what it can be', async (_, command, body, found) => {
    expect(await lines(new SmbTalk().answer(command, body, 77))).toEqual(found);
    // And what comes behind it is read as ever.
    const behind = new SmbTalk().answer(command, body, 77).connect().open('svcctl', 1).write(request, 1);
    expect(await lines(behind)).toContain('0 36 > \\PIPE\\svcctl');
  });

  test.each([
    ['TREE_CONNECT_ANDX', SMB_COM.TREE_CONNECT_ANDX, words(...ANDX, 0), Buffer.from('IPC\0')],
    ['NT_CREATE_ANDX', SMB_COM.NT_CREATE_ANDX, Buffer.alloc(68, 0xff), nothing],
    ['WRITE_ANDX', SMB_COM.WRITE_ANDX, words(...ANDX, 4, 0, 0, 0), nothing],
    ['READ_ANDX', SMB_COM.READ_ANDX, words(...ANDX, 0, 0, 0, 216, 59, 0, 0, 0, 0, 0), response],
    ['READ', SMB_COM.READ, words(216, 0, 0, 0, 0), response],
    ['TRANSACTION', SMB_COM.TRANSACTION, words(0, 216, 0, 0, 0, 0, 216, 55, 0, 0), response],
    ['CLOSE', SMB_COM.CLOSE, nothing, nothing],
  ])('of SMB1, %s: hides nothing of what comes behind it', async (_, command, answer, octets) => {
    const talk = new Smb1Talk().back(command, answer, octets, { message: 77 }).ipc().pipe().write(request);
    expect(await lines(talk)).toEqual(['0 36 > \\PIPE\\lsarpc', 'end \\PIPE\\lsarpc']);
  });

  test('to another command than the request of its number opens and reads nothing', async () => {
    const swapped = new SmbTalk().connect();
    swapped.ask(SMB2.CREATE, bodies.create('svcctl'));
    swapped.answer(SMB2.READ, bodies.wasRead(response));
    expect(await lines(swapped)).toEqual([]);
  });
});

describe('where one side alone was captured', () => {
  test.each([
    ['client', second, ['11 72 >', '0 36 >']],
    ['server', second, ['12 60 <', '2 216 <']],
    ['client', first, ['11 72 >', '0 36 >']],
    ['server', first, ['12 60 <', '2 216 <']],
  ] as const)('its half is read (%s)', async (side, talk, found) => {
    const { lines: all, understood } = await pipesOf(from(side, talk()).sent);
    expect(all.filter((line) => !line.startsWith('end')).map((line) => line.replace(/ [^ ]*$/, ''))).toEqual(found);
    const other = side === 'client' ? 'server' : 'client';
    expect(understood.passedOver.map(({ what }) => what)).toEqual([
      `connections of which the ${other}'s half was not captured`,
    ]);
  });
});

describe('a field that lies', () => {
  /** A body with octets of it written over. */
  const lying = (body: Buffer, at: number, ...octets: number[]): Buffer => {
    const copy = Buffer.from(body);
    Buffer.from(octets).copy(copy, at);
    return copy;
  };
  const most = [0xff, 0xff, 0xff, 0xff];

  test.each([
    ['DataOffset of a write, into the header', SMB2.WRITE, lying(bodies.write(bind, 1), 2, 4, 0)],
    ['DataOffset of a write, behind the message', SMB2.WRITE, lying(bodies.write(bind, 1), 2, 0xff, 0xff)],
    ['Length of a write', SMB2.WRITE, lying(bodies.write(bind, 1), 4, ...most)],
    ['InputOffset of an IOCTL', SMB2.IOCTL, lying(bodies.transceive(bind, 1), 24, ...most)],
    ['InputCount of an IOCTL', SMB2.IOCTL, lying(bodies.transceive(bind, 1), 28, ...most)],
    ['NameLength of a CREATE', SMB2.CREATE, lying(bodies.create('x'), 46, 0xff, 0xff)],
    ['PathOffset of a TREE_CONNECT', SMB2.TREE_CONNECT, lying(bodies.treeConnect('\\\\s\\x'), 4, 0xff, 0xff)],
    ['a body that ends early', SMB2.WRITE, bodies.write(bind, 1).subarray(0, 11)],
    ['no body', SMB2.IOCTL, nothing],
  ])('of SMB2, %s: costs that command alone', async (_, command, body) => {
    const talk = new SmbTalk().connect().open('svcctl', 1);
    talk.ask(command, body);
    expect(await lines(talk.write(request, 1))).toEqual(['0 36 > \\PIPE\\svcctl', 'end \\PIPE\\svcctl']);
  });

  test.each([64, 65, 0x1000, 0xffff_ffff])('NextCommand of %i gives no octets that are not there', async (next) => {
    const message = smb2({ command: SMB2.WRITE, body: bodies.write(request, 1, 0xfff), message: 50 });
    message.writeUInt32LE(next, 4 + 20);
    const talk = new SmbTalk().connect().open('svcctl', 1).client(message).write(request, 1);
    expect(await lines(talk)).toEqual(['0 36 > \\PIPE\\svcctl', 'end \\PIPE\\svcctl']);
  });

  test.each([
    ['DataOffset', words(...ANDX, FID, 0, 0, 0, 0, 0, 0, 0, 36, 0xffff, 0, 0)],
    ['DataLength', words(...ANDX, FID, 0, 0, 0, 0, 0, 0, 0, 0xffff, 63, 0, 0)],
    ['DataLengthHigh', words(...ANDX, FID, 0, 0, 0, 0, 0, 0, 0xffff, 36, 63, 0, 0)],
    ['AndXOffset that points at itself', words(0x2f, 32, FID, 0, 0, 0, 0, 0, 0, 0, 0xffff, 63, 0, 0)],
    ['AndXOffset behind the message', words(0x2f, 0xffff, FID, 0, 0, 0, 0, 0, 0, 0, 0xffff, 63, 0, 0)],
    ['WordCount', words(...ANDX, FID)],
  ])('of SMB1, %s: costs that command alone', async (_, asked) => {
    const talk = new Smb1Talk().ipc().pipe().send(SMB_COM.WRITE_ANDX, asked, request).write(request);
    expect(await lines(talk)).toEqual(['0 36 > \\PIPE\\lsarpc', 'end \\PIPE\\lsarpc']);
  });

  test('the length of a message that never ends takes what comes, up to what messages may take together', async () => {
    const endless = Buffer.concat([
      Buffer.of(0, 0xff, 0xff, 0xff),
      smb2({ command: SMB2.WRITE, body: bodies.write(bind, 9) }).subarray(4),
    ]);
    const other = new SmbTalk({ clientPort: 50_001 }).connect().open('svcctl', 1).write(request, 1);
    const talk = new SmbTalk().client(endless);
    for (let n = 0; n < 50; n++) talk.client(Buffer.alloc(1400));
    const { lines: found } = await pipesOf([...talk.sent, ...other.sent], { assemblyBytes: 16_384 });
    expect(found).toEqual(['0 36 > \\PIPE\\svcctl', 'end \\PIPE\\svcctl']);
  });
});

/** Reads what is there; every pipe ends once, and has no PDU behind its end or longer than its length says. */
function readWhole(sent: readonly Sent[]): void {
  let open = 0;
  const reader = new PduReader({
    limits: { smb: { pipes: 3, trees: 3, requests: 3, sessions: 3 } },
    open: () => {
      let ended = false;
      open++;
      const takes = ({ bytes, missing }: { bytes: Buffer; missing: number }): void => {
        expect(ended).toBe(false);
        expect(bytes.length + missing).toBeLessThanOrEqual(0xffff);
      };
      return {
        pdu: takes,
        cut: takes,
        end: () => {
          expect(ended).toBe(false);
          ended = true;
          open--;
        },
      };
    },
    openLogons: () => ({ logon: () => {} }),
  });
  reader.push(captureOf(...sent));
  reader.end();
  expect(open).toBe(0);
}

describe.each([
  ['SMB2', second],
  ['SMB1', first],
])('a conversation of %s of which octets are changed, and segments lost, cut and swapped', (_, talk) => {
  test('is read to its end', () => {
    fc.assert(fc.property(damaged(talk().sent), readWhole));
  });

  test('is decoded, audited and made fit to be given away', async () => {
    const property = fc.asyncProperty(damaged(talk().sent), async (sent) => {
      const capture = captureOf(...sent);
      const { octets } = await sanitized(capture);
      for (const each of [capture, octets]) {
        await toldOf(each);
        const { frames } = await new Auditor().file(each, { item: () => {} });
        expect(frames).toBe(sent.length);
      }
    });
    await fc.assert(property, { numRuns: 40 });
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCallRecords, readRecords } from '../../src/capture/decode/records.js';
import { readCapture } from '../../src/capture/pdu/pdus.js';
import { SMB_COM, SMB2, STATUS_PENDING } from '../../src/codec/smb/index.js';
import { pipesOf } from '../support/pipes.js';
import { captureOf, pduOf, type Sent } from '../support/segments.js';
import { bodies, SmbTalk, smb1, smb2, words } from '../support/smb.js';
import { agreeing, closing, loggedOn } from '../support/smb3.js';

const bind = pduOf({ type: 11, body: 56 });
const request = pduOf({ type: 0, body: 60 });
const response = pduOf({ type: 2, body: 300 });

/** Pipes and files, compounds, answers that come later or in parts, and a message of SMB1. */
function conversation(): readonly Sent[] {
  const talk = new SmbTalk().connect().open('svcctl', 1).open('lsarpc', 2).write(bind, 1).write(bind, 2);
  talk.transceive(request, response.subarray(0, 100), 1, true).read(response.subarray(100), 1);
  const read = talk.ask(SMB2.READ, bodies.read(2));
  talk.answer(SMB2.READ, bodies.error(), read, { status: STATUS_PENDING, async: 9 });
  talk.answer(SMB2.READ, bodies.wasRead(response), read, { async: 9 });
  const compound = [
    { command: SMB2.CREATE, body: bodies.create('samr'), message: 80 },
    { command: SMB2.WRITE, body: bodies.write(request), message: 81, related: true },
    { command: SMB2.CLOSE, body: bodies.close(), message: 82, related: true },
  ];
  talk.client(smb2(...compound)).client(Buffer.of(0x85, 0, 0, 0));
  talk.client(smb1(SMB_COM.WRITE_ANDX, words(0xff, 0, 7, 0, 0, 0, 0, 0, 0, 0, bind.length, 63, 0, 0), bind));
  return talk.write(request, 2).close(1).sent;
}

/** A logon and a pipe in an encrypted session, and logons of SMB1. */
function encryptedConversation(): readonly Sent[] {
  const talk = loggedOn();
  const plain = talk.sent.length;
  talk.connect().open('svcctl', 1).write(bind, 1).transceive(request, response, 1);
  const setup = words(0xff, 0, 4356, 50, 1, 0, 0, 4, 4, 0, 0, 0, 0);
  talk.client(smb1(SMB_COM.SESSION_SETUP_ANDX, setup, Buffer.from('lmlmntntuser\0LAB\0')));
  talk.client(smb1(SMB_COM.SESSION_SETUP_ANDX, setup.subarray(0, 24), Buffer.from('blob')));
  const sent = talk.sent.length - 2;
  return [...closing(talk.sent.slice(0, sent), plain), ...talk.sent.slice(sent)];
}

const all = conversation();
const secret = encryptedConversation();
const octets = (sent: readonly Sent[]): number => sent.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);

/** The messages of a conversation in segments of at most these sizes, in turn. */
function segmented(sent: readonly Sent[], sizes: readonly number[]): Sent[] {
  let n = 0;
  return sent.flatMap((each) => {
    if (each.data === undefined || typeof each.data === 'string') return [each];
    const parts: Sent[] = [];
    for (let at = 0; at < each.data.length; ) {
      const size = sizes[n++ % sizes.length] as number;
      parts.push({ ...each, sequence: each.sequence + at, data: each.data.subarray(at, at + size) });
      at += size;
    }
    return parts;
  });
}

/** With the octets at these places changed. */
function changed(sent: readonly Sent[], changes: readonly (readonly [place: number, octet: number])[]): Sent[] {
  const copies = sent.map((each) =>
    each.data === undefined ? each : { ...each, data: Buffer.from(each.data as Buffer) },
  );
  for (const [place, octet] of changes) {
    let left = place % octets(sent);
    const hit = copies.find(({ data }) => {
      if (data === undefined || left < data.length) return data !== undefined;
      left -= data.length;
      return false;
    });
    (hit?.data as Buffer)[left] = octet;
  }
  return copies;
}

const changes = fc.array(fc.tuple(fc.nat(100_000), fc.nat(255)), { minLength: 1, maxLength: 8 });
const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 5 });

const conversations = fc.constantFrom(all, secret);

/** Every consumer that was begun has ended once; gives how many there were. */
async function ended(sent: readonly Sent[]): Promise<void> {
  const ends: number[] = [];
  const open = () => {
    const index = ends.push(0) - 1;
    return { pdu: () => {}, cut: () => {}, end: () => void ends.splice(index, 1, (ends[index] as number) + 1) };
  };
  const openLogons = () => {
    const index = ends.push(0) - 1;
    return { logon: () => {}, end: () => void ends.splice(index, 1, (ends[index] as number) + 1) };
  };
  const limits = { smb: { pipes: 2, trees: 2, requests: 2, sessions: 2 } };
  await readCapture(captureOf(...sent), { open, openLogons, observe: agreeing() }, { limits });
  expect(ends.every((count) => count === 1)).toBe(true);
  for await (const record of readRecords(captureOf(...sent))) expect(record.file).toBeDefined();
  for await (const record of readCallRecords(captureOf(...sent))) expect(record.file).toBeDefined();
}

describe('a connection of SMB', () => {
  test('gives the same PDUs however its octets are cut into segments', async () => {
    const { lines } = await pipesOf(all);
    expect(lines.filter((line) => !line.startsWith('end'))).toHaveLength(8);
    await fc.assert(
      fc.asyncProperty(sizes, async (some) => {
        expect((await pipesOf(segmented(all, some))).lines).toEqual(lines);
      }),
      { numRuns: 60 },
    );
  });

  test('ends with a result whichever of its octets are changed', async () => {
    await fc.assert(
      fc.asyncProperty(conversations, changes, sizes, async (sent, some, cuts) =>
        ended(segmented(changed(sent, some), cuts)),
      ),
      { numRuns: 80 },
    );
  });

  test('ends with a result whichever of its segments are lost, and from whichever it was captured', async () => {
    await fc.assert(
      fc.asyncProperty(
        conversations,
        sizes,
        fc.infiniteStream(fc.integer({ min: 0, max: 5 })),
        fc.nat(40),
        async (sent, cuts, keep, from) => {
          const kept = segmented(sent, cuts).filter(() => keep.next().value !== 0);
          await ended(kept.slice(from));
        },
      ),
      { numRuns: 80 },
    );
  });
});

import { describe, expect, test } from 'vitest';
import { type CaptureItem, readPdus } from '../../../../src/capture/pdu/pdus.js';
import { pcap_file_header } from '../../../../src/codec/pcap/pcap.js';
import { captureOf, pduOf } from '../../../support/segments.js';

const capture = captureOf({ flags: 'SYN', sequence: 0 }, { sequence: 1, data: pduOf({ type: 11, body: 56 }) });
/** The length of the section header, the first block. */
const SECTION = capture.readUInt32LE(4);
const pcap = pcap_file_header.encode(
  { magic: 0xa1b2c3d4, version_major: 2, version_minor: 4, reserved1: 0, reserved2: 0, snaplen: 65_535, linktype: 1 },
  'little',
);

async function items(...files: Uint8Array[]): Promise<CaptureItem[]> {
  const found: CaptureItem[] = [];
  for await (const item of readPdus(files as never)) found.push(item);
  return found;
}

const changed = (at: number, value: number): Buffer => {
  const bytes = Buffer.from(capture.subarray(0, SECTION));
  bytes.writeUInt32LE(value, at);
  return bytes;
};

describe('a capture of which not even the first block can be read is none', () => {
  test.each<[string, Uint8Array, string, RegExp]>([
    ['no octets', Buffer.alloc(0), 'EMPTY', /the file is empty/],
    ['3 octets', capture.subarray(0, 3), 'NOT_A_CAPTURE', /ends inside its header, after 3 octets/],
    ['a pcap header that is cut', pcap.subarray(0, 23), 'NOT_A_CAPTURE', /ends inside its header, after 23 octets/],
    ['a type alone', capture.subarray(0, 4), 'NOT_A_CAPTURE', /ends inside its first block, after 4 of 12 octets/],
    [
      'all but one octet of a section header',
      capture.subarray(0, SECTION - 1),
      'NOT_A_CAPTURE',
      new RegExp(`ends inside its first block, after ${SECTION - 1} of ${SECTION} octets`),
    ],
    ['a length that says 0', changed(4, 0), 'NOT_A_CAPTURE', /impossible length, and no block found after it/],
    ['a length that says 2 GiB', changed(4, 0x7fff_fffc), 'NOT_A_CAPTURE', /impossible length, and no block found/],
    ['a byte-order magic that is none', changed(8, 0), 'NOT_A_CAPTURE', /impossible length, and no block found/],
    ['two lengths that differ', changed(SECTION - 4, 12), 'NOT_A_CAPTURE', /impossible length, and no block found/],
  ])('%s', async (_what, bytes, code, message) => {
    await expect(items(bytes)).rejects.toMatchObject({ name: 'CaptureError', code, message });
    const octets = (async function* () {
      for (const octet of bytes) yield Buffer.of(octet);
    })();
    await expect(items(octets as never)).rejects.toMatchObject({ code, message });
  });

  test.each<[string, Uint8Array]>([
    ['a section header alone', capture.subarray(0, SECTION)],
    ['a pcap header alone', pcap],
  ])('%s is a capture without packets', async (_what, bytes) => {
    expect(await items(bytes)).toEqual([]);
  });

  test.each<[string, Uint8Array]>([
    ['a length', Buffer.concat([changed(4, 0), capture.subarray(SECTION)])],
    ['a byte-order magic', Buffer.concat([changed(8, 0), capture.subarray(SECTION)])],
  ])('where %s of the first block is wrong and others follow, those are read', async (_what, bytes) => {
    const [problem, ...rest] = await items(bytes);
    expect(problem).toMatchObject({ kind: 'problem', severity: 'error', frame: 1, offset: 0 });
    expect(rest.map(({ kind }) => kind)).toEqual(['pdu', 'end']);
  });
});

describe('of several files that belong together, one that is none is a problem, and the others are read', () => {
  test.each<[string, number]>([
    ['the second of three', 1],
    ['the last', 2],
  ])('%s', async (_which, place) => {
    const pdu = pduOf({ type: 11, body: 56 });
    const files: Uint8Array[] = [0, 1, 2].map((at) =>
      at === place ? capture.subarray(0, 20) : captureOf({ sequence: 1 + Math.min(at, 1) * pdu.length, data: pdu }),
    );
    const found = await items(...files);
    expect(found.filter(({ kind }) => kind === 'problem')).toMatchObject([
      { severity: 'error', message: expect.stringMatching(/ends inside its first block, after 20 of/) },
    ]);
    expect(found.filter(({ kind }) => kind === 'pdu')).toHaveLength(2);
  });
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import zlib from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { readPdus } from '../../../../src/capture/pdu/pdus.js';
import { captureOf, pduOf } from '../../../support/segments.js';

const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function read(name: string, bytes: Uint8Array): Promise<string[]> {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  const kinds: string[] = [];
  for await (const { kind } of readPdus(path)) kinds.push(kind);
  return kinds;
}

describe('a file of another format is one line that says what it is, and what makes a capture of it', () => {
  test.each([
    ['t.etl', '00000100', /a trace of Windows; .*: pktmon etl2pcap t\.etl/],
    ['n.cap', '474d4255', /a capture of Network Monitor 2; .*: editcap -F pcapng n\.cap/],
    ['n1.cap', '52545353', /a capture of Network Monitor 1/],
    ['s.cap', '736e6f6f', /a capture of snoop/],
    ['x.pcap.xz', 'fd377a58', /packed with xz; .*: xz -d x\.pcap\.xz/],
    ['x.pcap.bz2', '425a6839', /packed with bzip2/],
    ['x.zip', '504b0304', /a zip archive/],
  ])('%s', async (name, start, message) => {
    await expect(read(name, Buffer.from(`${start}00000000`, 'hex'))).rejects.toMatchObject({
      code: 'NOT_A_CAPTURE',
      message: expect.stringMatching(message),
    });
  });

  test('zstd is read where Node can, else named', async () => {
    const { zstdCompressSync } = zlib as unknown as { zstdCompressSync?: (bytes: Uint8Array) => Buffer };
    const capture = captureOf({ sequence: 1, data: pduOf({ type: 11, body: 56 }) });
    if (zstdCompressSync === undefined) {
      const packed = Buffer.from('28b52ffd00000000', 'hex');
      await expect(read('x.zst', packed)).rejects.toThrow(/packed with zstd; .*: zstd -d x\.zst/);
    } else expect(await read('x.zst', zstdCompressSync(capture))).toEqual(['pdu', 'end']);
  });
});

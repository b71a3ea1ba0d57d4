import { createHash } from 'node:crypto';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { CaptureError } from '../../../../src/capture/file/error.js';
import { pieces } from '../../../../src/capture/file/source.js';

/** Two pieces and more, and of what does not pack well. */
const large = Buffer.concat(Array.from({ length: 50_000 }, (_, n) => createHash('sha256').update(String(n)).digest()));
const small = Buffer.from('what was captured before');

/** What can be unpacked, and what was said of the rest. */
async function unpacked(bytes: Uint8Array, size = bytes.length): Promise<[octets: Buffer, said: string | undefined]> {
  const got: Buffer[] = [];
  const source = (async function* () {
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  })();
  try {
    for await (const piece of pieces(source)) got.push(Buffer.from(piece));
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    return [Buffer.concat(got), error.detail];
  }
  return [Buffer.concat(got), undefined];
}

describe('what comes after a gzip file does not take what was in it', () => {
  const whole = gzipSync(small);
  const left = `gzip ends at octet ${whole.length}; what follows is something else and is left out`;

  test.each<[string, Uint8Array, string | undefined]>([
    ['text', Buffer.from('a line that somebody has added\n'), left],
    ['one octet', Buffer.of(7), left],
    ['zeros and then text', Buffer.from('\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0x'), left],
    ['the first two octets of a further one', Buffer.from('1f8b', 'hex'), left],
    ['a further one with an unknown method', Buffer.from('1f8bff00000000000000', 'hex'), left],
    ['a further one that ends in its header', gzipSync(small).subarray(0, 10), 'unexpected end of file'],
    ['zeros to the end of a block, as tapes have them', Buffer.alloc(500), undefined],
  ])('%s', async (_what, trailing, said) => {
    const bytes = Buffer.concat([whole, trailing]);
    expect(await unpacked(bytes)).toEqual([small, said]);
    expect(await unpacked(bytes, 1)).toEqual([small, said]);
  });

  test('of any size', async () => {
    const bytes = Buffer.concat([gzipSync(large), Buffer.from('junk')]);
    const [octets, said] = await unpacked(bytes, 1 << 20);
    expect([octets.equals(large), said]).toEqual([true, expect.stringMatching(/^gzip ends at octet \d+;/)]);
  });

  test('several gzip files in one are one', async () => {
    const bytes = Buffer.concat([whole, gzipSync(Buffer.alloc(0)), whole]);
    expect(await unpacked(bytes)).toEqual([Buffer.concat([small, small]), undefined]);
    expect(await unpacked(bytes, 3)).toEqual([Buffer.concat([small, small]), undefined]);
  });
});

describe('a damaged gzip file gives what it held before the damage', () => {
  test('a check that is wrong: all of it, and a word', async () => {
    const bytes = gzipSync(large);
    bytes.writeUInt32LE(0, bytes.length - 8);
    const [octets, said] = await unpacked(bytes, 1 << 20);
    expect([octets.equals(large), said]).toEqual([true, expect.stringMatching(/check of what it held is wrong/)]);
  });

  test.each([1, 4, 8])('cut %i octets before its end: all of it, and a word', async (missing) => {
    expect(await unpacked(gzipSync(small).subarray(0, -missing))).toEqual([small, 'unexpected end of file']);
  });

  test('a body that is damaged: all but the last 128 KiB before it', async () => {
    const bytes = gzipSync(large);
    // A stored block whose two lengths contradict each other, in place of the second half.
    const half = bytes.length >>> 1;
    bytes.fill(0, half, half + 20_000);
    const [octets, said] = await unpacked(bytes, 1 << 20);
    expect(said).toMatch(/^invalid /);
    expect(octets.length).toBeGreaterThan((large.length >>> 1) - (1 << 17) - 65_536);
    expect(large.subarray(0, octets.length).equals(octets)).toBe(true);
  });
});

describe('a header of RFC 1952 with every field', () => {
  const FLAGS = 2 | 4 | 8 | 16;
  const fields = [Buffer.from('0300616263', 'hex'), Buffer.from('lab.pcap\0a comment\0'), Buffer.of(1, 2)];
  const trailer = gzipSync(small).subarray(-8);
  const head = Buffer.from([0x1f, 0x8b, 8, FLAGS, 0, 0, 0, 0, 0, 3]);
  const bytes = Buffer.concat([head, ...fields, deflateRawSync(small), trailer]);

  test('is passed over, in pieces of any size', async () => {
    for (const size of [1, 2, 7, bytes.length]) expect(await unpacked(bytes, size)).toEqual([small, undefined]);
  });

  test('that ends early is one that breaks off', async () => {
    const length = head.length + Buffer.concat(fields).length;
    for (let end = 2; end <= length; end++)
      expect(await unpacked(bytes.subarray(0, end))).toEqual([Buffer.alloc(0), 'unexpected end of file']);
  });

  test('whose name has no end is none', async () => {
    const endless = Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3]), Buffer.alloc(200_000, 'x')]);
    expect(await unpacked(endless, 4096)).toEqual([Buffer.alloc(0), 'a gzip header without an end']);
  });
});

import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines, wrongIn } from '../support/cli.js';
import { captureOf, pduOf, type Sent } from '../support/segments.js';

const CAPTURES = join(import.meta.dirname, '../../pcaps');
const AT_CONNECT = join(CAPTURES, 'activation-at-connect.pcapng');
const PASSWORD = 'P4ssw0rd.Lab';

/** A bind_nak, reason 4, as it stands in the specification's terms: the smallest PDU that decodes. */
const BIND_NAK = Buffer.from('05000d03100000001500000001000000 0400010500'.replace(' ', ''), 'hex');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe('decode', () => {
  test('prints the names of its columns and the date once, and one line a PDU: frame, direction, type, call, level, operation and user', async () => {
    const { code, stdout, stderr } = await cli(['decode', AT_CONNECT]);
    expect({ code, wrong: wrongIn(stderr) }).toEqual({ code: 0, wrong: [] });
    const [head = '', date, ...lines] = linesOf(stdout);
    expect(head).toMatch(/^ frame # +time +from > to +PDU +call +level +content$/);
    expect(lines[3]?.indexOf('request ')).toBe(head.indexOf('PDU'));
    expect(lines[3]?.indexOf('IRemoteSCMActivator')).toBe(head.indexOf('content'));
    expect(date).toBe('2026-11-28, times in UTC');
    expect(lines).toHaveLength(10);
    expect(lines[3]).toMatch(
      /^ +7 #0 .* 127\.0\.0\.1:51012 > 127\.0\.0\.2:135 +request +call 2 +CONNECT +IRemoteSCMActivator::RemoteCreateInstance MMC20\.Application LAB\\op$/,
    );
  });

  test('--json prints one record a PDU, with its parameters', async () => {
    const { code, stdout, stderr } = await cli(['decode', '--json', AT_CONNECT]);
    expect({ code, wrong: wrongIn(stderr) }).toEqual({ code: 0, wrong: [] });
    const records = ndjsonLines(stdout);
    expect(records.map(({ frame, ptype, auth_level }) => [frame, ptype, auth_level])).toEqual([
      [4, 'bind', 2],
      [5, 'bind_ack', 2],
      [6, 'auth3', 2],
      [7, 'request', 2],
      [8, 'response', 2],
      [12, 'bind', 5],
      [13, 'bind_ack', 5],
      [14, 'auth3', 5],
      [15, 'request', 5],
      [16, 'response', 5],
    ]);
    expect(records[3]).toMatchObject({
      file: 'activation-at-connect.pcapng',
      stream: 0,
      interface: 'IRemoteSCMActivator',
      opnum: 4,
      operation: 'RemoteCreateInstance',
      stub: 'plain',
      user: 'LAB\\op',
      value: { orpcthis: { version: { MajorVersion: 5, MinorVersion: 7 }, flags: 1 } },
    });
    expect(records[4]).toMatchObject({ request_frame: 7, elapsed: 0.028, value: { ReturnValue: 0 } });
  });

  test('an answer says which frame asked, and how long ago', async () => {
    const { stdout } = await cli(['decode', AT_CONNECT]);
    expect(linesOf(stdout)[6]).toMatch(
      / response .* IRemoteSCMActivator::RemoteCreateInstance MMC20\.Application LAB\\op <7 28\.000 ms$/,
    );
  });

  test('colours are for people: what failed in red, a level below PKT_INTEGRITY in yellow', async () => {
    const { stdout } = await cli(['decode', AT_CONNECT], '', { FORCE_COLOR: '1' });
    const lines = linesOf(stdout);
    expect(lines[5]).toContain('\u001b[33mCONNECT      \u001b[39m');
    expect(lines[10]).toContain(' PKT_INTEGRITY ');
  });

  test('--password checks the signatures; without it they are only seen', async () => {
    const states = async (...more: string[]): Promise<unknown[]> =>
      ndjsonLines((await cli(['decode', '--json', AT_CONNECT, ...more])).stdout)
        .filter(({ stub }) => stub !== undefined)
        .map(({ stub }) => stub);
    const [without, right, wrong, named] = await Promise.all([
      states(),
      states('--password', PASSWORD),
      states('--password', 'wrong'),
      states('--user', `LAB\\op:${PASSWORD}`),
    ]);
    expect(without).toEqual(['plain', 'plain', 'signed', 'signed']);
    expect(right).toEqual(['plain', 'plain', 'verified', 'verified']);
    expect(wrong).toEqual(['plain', 'plain', 'signed', 'signed']);
    expect(named).toEqual(right);
  });

  test('--summary prints one line a file, of a folder the captures in it', async () => {
    const { code, stdout } = await cli(['decode', '--summary', CAPTURES]);
    expect(code).toBe(0);
    expect(linesOf(stdout)).toHaveLength(3);
    expect(stdout).toMatch(/^activation-at-connect\.pcapng +10 +2 /m);
    const [first, second] = ndjsonLines((await cli(['decode', '--summary', '--json', CAPTURES])).stdout);
    expect(first).toEqual({
      kind: 'capture-summary',
      file: 'activation-at-connect.pcapng',
      pdus: 10,
      streams: 2,
      types: { bind: 2, bind_ack: 2, auth3: 2, request: 2, response: 2 },
      requests: { IRemoteSCMActivator: 1, IRemUnknown: 1 },
      auth: { '10:2': 5, '10:5': 5 },
      undecoded: 0,
      problems: 0,
    });
    expect(second).toMatchObject({ file: 'activation-at-pkt-integrity.pcapng', auth: { '10:5': 10 } });
  });

  test('--summary of a file with everything in it is no wider than a page', async () => {
    const types = Array.from({ length: 20 }, (_, type) => pduOf({ type }));
    const sent: Sent[] = [];
    let sequence = 1;
    for (const data of types) {
      sent.push({ sequence, data });
      sequence += data.length;
    }
    const path = await file('all-types.pcapng', captureOf({ flags: 'SYN', sequence: 0 }, ...sent));
    const lines = linesOf((await cli(['decode', '--summary', path])).stdout);
    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(160);
    expect(lines.length).toBeGreaterThan(2);
  });

  test('- reads stdin, and gzip is unpacked wherever it comes from', async () => {
    const bytes = readFileSync(AT_CONNECT);
    const plain = (await cli(['decode', AT_CONNECT])).stdout;
    const [stdin, packedStdin, packedFile] = await Promise.all([
      cli(['decode', '-'], bytes),
      cli(['decode', '-'], gzipSync(bytes)),
      cli(['decode', await file('packed.pcapng.gz', gzipSync(bytes))]),
    ]);
    for (const { code, stdout } of [stdin, packedStdin, packedFile])
      expect({ code, stdout }).toEqual({ code: 0, stdout: plain });
    const [record] = ndjsonLines((await cli(['decode', '-', '--json'], bytes)).stdout);
    expect(record).toMatchObject({ file: 'stdin' });
  });

  test('--hex decodes one PDU, however the digits are written', async () => {
    for (const text of [
      BIND_NAK.toString('hex'),
      BIND_NAK.toString('hex').replace(/../g, '0x$&, ').toUpperCase().replaceAll('0X', '0x'),
    ]) {
      const { code, stdout } = await cli(['decode', '--hex', text]);
      expect(code).toBe(0);
      expect(ndjsonLines(stdout)).toMatchObject([
        { PTYPE: 'bind_nak', call_id: 1, provider_reject_reason: 4, versions: [{ major: 5, minor: 0 }] },
      ]);
    }
  });
});

describe('decode: what cannot be read ends with exit code 2 and one line on stderr', () => {
  test.each<{ name: string; of: () => Promise<string[]>; says: RegExp }>([
    { name: 'no file', of: async () => [join(folder, 'none.pcap')], says: /none\.pcap: no such file or directory/ },
    {
      name: 'a text',
      of: async () => [await file('text', Buffer.from('hello'))],
      says: /text: neither pcap nor pcapng/,
    },
    { name: 'an empty file', of: async () => [await file('empty', Buffer.alloc(0))], says: /empty: the file is empty/ },
    {
      name: 'a file that ends inside its first header',
      of: async () => [await file('short', readFileSync(AT_CONNECT).subarray(0, 3))],
      says: /short: /,
    },
    {
      name: 'a file that ends inside its first block',
      of: async () => [await file('block', readFileSync(AT_CONNECT).subarray(0, 20))],
      says: /block: the file ends inside its first block, after 20 of 48 octets/,
    },
    {
      name: 'gzip that breaks off at once',
      of: async () => [await file('broken.gz', gzipSync(readFileSync(AT_CONNECT)).subarray(0, 12))],
      says: /broken\.gz: /,
    },
    {
      name: 'a folder without captures',
      of: async () => {
        await mkdir(join(folder, 'nothing'), { recursive: true });
        return [join(folder, 'nothing')];
      },
      says: /no capture to decode/,
    },
    { name: 'nothing at all', of: async () => [], says: /no capture to decode/ },
    { name: 'hex that is no PDU', of: async () => ['--hex', '0500'], says: /no PDU: .*needs 16 octets/ },
    { name: 'hex that is no hex', of: async () => ['--hex', 'xyz'], says: /--hex takes an even number/ },
  ])('$name', async ({ of, says }) => {
    const { code, stdout, stderr } = await cli(['decode', ...(await of())]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(wrongIn(stderr)).toEqual([expect.stringMatching(says)]);
    expect(stderr).toMatch(/^dcom-harness: /);
  });

  test('one file of two that cannot be read is named, and the other one is decoded', async () => {
    const { code, stdout, stderr } = await cli(['decode', await file('text', Buffer.from('hello')), AT_CONNECT]);
    expect(code).toBe(0);
    expect(linesOf(stdout)).toHaveLength(13);
    expect(linesOf(stdout)[0]).toBe('activation-at-connect.pcapng:');
    expect(wrongIn(stderr)).toEqual([expect.stringContaining('text: neither pcap nor pcapng')]);
  });
});

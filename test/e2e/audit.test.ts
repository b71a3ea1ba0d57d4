import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines } from '../support/cli.js';
import { corpus, corpusMissing, corpusPath } from '../support/corpus.js';
import { pdusOf, recordingOf, relayed } from '../support/relayed.js';

const CAPTURES = join(import.meta.dirname, '../../pcaps');
const AT_CONNECT = join(CAPTURES, 'activation-at-connect.pcapng');
const SIGNED = join(CAPTURES, 'activation-at-pkt-integrity.pcapng');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function file(name: string, bytes: Uint8Array | string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

describe('audit', () => {
  test('says who must change what, and ends with 1 where something would be refused', async () => {
    const { code, stdout, stderr } = await cli(['audit', AT_CONNECT]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    const lines = linesOf(stdout);
    expect(lines[0]).toBe('A server as of 2023-03-14: servers always enforce; the registry is ignored.');
    expect(lines.slice(1, 4)).toEqual([
      'Who must change what',
      expect.stringMatching(/^Raise these to PKT_INTEGRITY or above\./),
      '- 127.0.0.1, LAB\\op: MMC20.Application at CONNECT (first: activation-at-connect.pcapng frame 7)',
    ]);
    expect(lines[4]).toBe('Activations');
    expect(lines[6]).toMatch(
      /^127\.0\.0\.1 +LAB\\op +127\.0\.0\.2 +RemoteCreateInstance +MMC20\.Application +NTLM +CONNECT +1 +accepted +refused, event 10036$/,
    );
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^1 of 1 activation would be refused/),
      'understood: 24 packets, 24 with IP, 24 with TCP in 2 connections, 2 of them with RPC; 10 PDUs, 1 activation',
    ]);
  });

  test('ends with 0 where nothing would be: a signed activation, an earlier date, or the registry value', async () => {
    const results = await Promise.all([
      cli(['audit', SIGNED]),
      cli(['audit', AT_CONNECT, '--as-of', '2021-05']),
      cli([
        'audit',
        AT_CONNECT,
        '--as-of',
        '2022-06-14',
        '--registry',
        'RequireIntegrityActivationAuthenticationLevel=0',
      ]),
    ]);
    expect(results.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(results[2]?.stdout).toContain('These pass only because RequireIntegrityActivationAuthenticationLevel is 0');
  });

  test('says what the README shows of it', async () => {
    const readme = await readFile(join(import.meta.dirname, '../../README.md'), 'utf8');
    const [, line = '', shown = ''] = /^ {4}\$ dcom-harness (audit .*)\n((?: {4}.*\n)+)/m.exec(readme) ?? [];
    const { code, stdout } = await cli(line.split(' '));
    expect(code).toBe(1);
    const words = (text: string): string => text.replace(/\s+/g, ' ').trim();
    const parts = words(shown)
      .split(/ ?… ?/)
      .filter((part) => part !== '');
    expect(parts).toHaveLength(2);
    for (const part of parts) expect(words(stdout)).toContain(part);
  });

  test('--json prints one line an activation and finding, always with the same members', async () => {
    const { code, stdout } = await cli(['audit', CAPTURES, '--json']);
    expect(code).toBe(1);
    const lines = ndjsonLines(stdout);
    const activations = lines.filter(({ kind }) => kind === 'activation');
    expect(activations).toMatchObject([
      { file: 'activation-at-connect.pcapng', frame: 7, auth_level: 2, decision: 'refused', event_id: 10036 },
      { file: 'activation-at-pkt-integrity.pcapng', auth_level: 5, decision: 'accepted', event_id: null },
    ]);
    expect(Object.keys(activations[0] as object)).toEqual(Object.keys(activations[1] as object));
  });

  test('--csv has a line for each; --tap and --junit have the results', async () => {
    const [csv, xml] = [join(folder, 'audit.csv'), join(folder, 'audit.xml')];
    const { code, stdout } = await cli(['audit', AT_CONNECT, SIGNED, '--tap', '--csv', csv, '--junit', xml]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^TAP version 14\n/);
    expect(stdout).toMatch(
      /^not ok 1 - audit\.activation\.[0-9a-f]{10}: 127\.0\.0\.1, LAB\\\\op: RemoteCreateInstance/m,
    );
    const [head, ...rows] = (await readFile(csv, 'utf8')).trimEnd().split('\r\n');
    expect(head).toMatch(/^kind,file,stream,frame,time,client,server,transport,share,pipe,user,/);
    expect(rows.filter((row) => row.startsWith('activation,'))).toHaveLength(2);
    expect(await readFile(xml, 'utf8')).toMatch(/<testsuite [^>]*failures="1"/);
  });

  test('finds a relay in a recording', async () => {
    const recording = await file('relay.pcapng.gz', gzipSync(recordingOf(relayed(await pdusOf()))));
    const { stdout } = await cli(['audit', recording]);
    expect(stdout).toMatch(/^high +relay +10\.0\.0\.66 +LAB\\op +1 .*10\.0\.0\.66 is in the middle\b.*$/m);
    const { code, stdout: before } = await cli(['audit', recording, '--as-of', '2021-05', '--json']);
    expect(code).toBe(0);
    expect(ndjsonLines(before).filter(({ finding }) => finding === 'relay')).toHaveLength(1);
  });

  test('a capture that breaks off does not count as read: 2, and 1 where something would be refused all the same', async () => {
    const cut = async (name: string, path: string): Promise<string> =>
      file(name, gzipSync(await readFile(path)).subarray(0, 1100));
    const [signed, refused] = [await cut('signed.gz', SIGNED), await cut('refused.gz', AT_CONNECT)];
    const { code, stdout, stderr } = await cli(['audit', signed]);
    expect(stderr).toMatch(/^error: .*signed\.gz frame \d+: unexpected end of file$/m);
    expect(stdout).toMatch(/^0 of 1 activation would be refused/m);
    expect(code).toBe(2);
    expect((await cli(['audit', SIGNED, signed])).code).toBe(2);
    expect((await cli(['audit', refused])).code).toBe(1);
  });

  test.each<[string, () => Promise<string[]>, RegExp]>([
    ['no file', async () => [join(folder, 'none.pcap')], /none\.pcap: no such file or directory/],
    ['a text', async () => [await file('text', 'hello')], /text: neither pcap nor pcapng/],
    ['a readable file with one that is not', async () => [SIGNED, await file('text', 'hello')], /text: neither pcap/],
    ['an invalid date', async () => [SIGNED, '--as-of', '2023-02-30'], /no such date/],
    ['a registry value that is none', async () => [SIGNED, '--registry', 'Foo=1'], /unknown registry value/],
    ['TAP and JSON at once', async () => [SIGNED, '--tap', '--json'], /cannot be used with/],
    ['a CSV that cannot be written', async () => [SIGNED, '--csv', join(folder, 'no/such.csv')], /cannot write/],
  ])('%s ends with 2 and says why', async (_, args, says) => {
    const { code, stderr } = await cli(['audit', ...(await args())]);
    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });
});

describe.skipIf(corpusMissing)(`audit of real traffic${corpusMissing ? `: skipped, ${corpusMissing}` : ''}`, () => {
  test('every capture alone and all in one run have the same activations', async () => {
    const all = await cli(['audit', corpusPath(''), corpusPath('known-key'), '--json']);
    expect(all.code).toBe(1);
    const together = ndjsonLines(all.stdout).filter(({ kind }) => kind === 'activation');
    const dcom = corpus.filter((each) => each.dcom).map(({ path }) => cli(['audit', path, '--json']));
    const alone = (await Promise.all(dcom)).map(({ stdout }) =>
      ndjsonLines(stdout).filter(({ kind }) => kind === 'activation'),
    );
    // What the KDC said in one capture names a client in another: the one thing that more captures add.
    const unnamed = ({ user: _, ...rest }: Record<string, unknown>) => rest;
    expect(alone.flat().map(unnamed)).toEqual(together.map(unnamed));
    const users = new Map(together.map(({ file, frame, user }) => [`${file} ${frame}`, user]));
    for (const { file, frame, user } of alone.flat().filter((each) => each.user !== null))
      expect(users.get(`${file} ${frame}`)).toBe(user);
    expect(together).toHaveLength(10);
  });
});

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines, RunningCli } from '../support/cli.js';
import { corpusMissing, corpusPath } from '../support/corpus.js';
import { captureOf, pduOf } from '../support/segments.js';
import { parseXml } from '../support/xml.js';

const CAPTURES = join(import.meta.dirname, '../../pcaps');
const AT_CONNECT = join(CAPTURES, 'activation-at-connect.pcapng');
const AT_INTEGRITY = join(CAPTURES, 'activation-at-pkt-integrity.pcapng');
const MMC20 = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const FAULT_5 = 'fault nca_s_fault_access_denied (0x00000005)';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('replay against a fresh simulated server', () => {
  test('ends with 0 where everything comes out as it was captured', async () => {
    const { code, stdout } = await cli(['replay', AT_CONNECT, '--as-of', '2021-05']);
    expect(code).toBe(0);
    expect(linesOf(stdout).at(-1)).toBe('1 passed, 0 failed, 0 skipped');
    expect(stdout).toMatch(/RemoteCreateInstance +MMC20\.Application +CONNECT +CONNECT +accepted +accepted$/m);
  });

  test('- is standard input', async () => {
    const { code, stdout } = await cli(['replay', '-', '--as-of', '2021-05'], await readFile(AT_CONNECT));
    expect(code).toBe(0);
    expect(stdout).toMatch(/^stdin +7 +RemoteCreateInstance /m);
    expect((await cli(['replay', 'activations', '--help'])).stdout).toMatch(/- for\s+stdin/);
  });

  test('ends with 1 where a call that was accepted is refused, and tells the event', async () => {
    const { code, stdout, stderr } = await cli(['replay', AT_CONNECT, '--as-of', '2022-06-14']);
    expect(code).toBe(1);
    expect(linesOf(stdout).at(-1)).toBe('0 passed, 1 failed, 0 skipped');
    expect(stdout).toContain(`accepted  ${FAULT_5}`);
    expect(stderr).toMatch(/DCOM 10036: activation by LAB\\replay /);
    expect(stderr).toContain('activation-at-connect.pcapng: 1 call left out: neither an activation nor ServerAlive');
  });

  test('--level sends at another level than was captured', async () => {
    const [raised, lowered] = await Promise.all([
      cli(['replay', AT_CONNECT, '--as-of', '2023-03-14', '--level', 'pkt_integrity', '--json']),
      cli(['replay', AT_INTEGRITY, '--as-of', '2023-03-14', '--level', 'pkt', '--json']),
    ]);
    expect([raised.code, lowered.code]).toEqual([0, 1]);
    expect(ndjsonLines(raised.stdout)).toMatchObject([{ kind: 'replayed', captured_level: 2, level: 5 }]);
    const [log, replayed] = ndjsonLines(lowered.stdout);
    expect(log).toMatchObject({ kind: 'log', id: 10036, data: { user: 'replay' } });
    expect(replayed).toMatchObject({ captured_level: 5, level: 4, replayed: { status: 5 }, outcome: 'fail' });
  });

  test('the registry disables the enforcement until March 2023, and not from then on', async () => {
    const value = ['--registry', 'RequireIntegrityActivationAuthenticationLevel=0'];
    const codes = await Promise.all(
      ['2022-06-14', '2022-11-08', '2023-03-14'].map(
        async (date) => (await cli(['replay', AT_CONNECT, '--as-of', date, ...value])).code,
      ),
    );
    expect(codes).toEqual([0, 0, 1]);
  });

  test('--timing keep waits as was captured, and changes no outcome', async () => {
    const { code, stdout } = await cli(['replay', CAPTURES, '--as-of', '2021-05', '--timing', 'keep', '--json']);
    expect(code).toBe(0);
    expect(ndjsonLines(stdout)).toMatchObject([{ outcome: 'pass' }, { outcome: 'pass' }]);
  });

  test('--auth spnego carries the same activation in SPNEGO', async () => {
    const { code, stdout } = await cli(['replay', AT_INTEGRITY, '--auth', 'spnego', '--json']);
    expect(code).toBe(0);
    expect(ndjsonLines(stdout)).toMatchObject([{ auth_type: 9, level: 5, replayed: { accepted: true } }]);
  });

  test('--user is the account that the server knows and the client logs on with', async () => {
    const args = ['--user', 'CORP\\someone:s3cr3t!', '--level', 'connect', '--json'];
    const { stdout } = await cli(['replay', AT_INTEGRITY, ...args]);
    expect(ndjsonLines(stdout)[0]).toMatchObject({ id: 10036, data: { domain: 'CORP', user: 'someone' } });
    expect(stdout).not.toContain('s3cr3t!');
  });

  test('--json has one record a call: what was captured, what came of it, and the verdict', async () => {
    const { stdout } = await cli(['replay', CAPTURES, '--as-of', '2021-05', '--json']);
    const accepted = { accepted: true, status: 0, text: 'accepted' };
    expect(ndjsonLines(stdout)).toEqual(
      [
        { file: 'activation-at-connect.pcapng', level: 2 },
        { file: 'activation-at-pkt-integrity.pcapng', level: 5 },
      ].map(({ file, level }) => ({
        kind: 'replayed',
        file,
        stream: 0,
        frame: 7,
        operation: 'RemoteCreateInstance',
        clsid: MMC20,
        captured_level: level,
        level,
        auth_type: 10,
        captured: accepted,
        replayed: accepted,
        outcome: 'pass',
      })),
    );
  });

  test('--tap prints TAP 14', async () => {
    const { code, stdout } = await cli(['replay', CAPTURES, '--as-of', '2022-06-14', '--tap']);
    expect(code).toBe(1);
    const lines = linesOf(stdout);
    expect(lines.slice(0, 2)).toEqual(['TAP version 14', '1..2']);
    expect(lines.filter((line) => /^(not )?ok /.test(line))).toEqual([
      `not ok 1 - replay.activation-at-connect.pcapng.7: frame 7: RemoteCreateInstance of ${MMC20} at CONNECT`,
      `ok 2 - replay.activation-at-pkt-integrity.pcapng.7: frame 7: RemoteCreateInstance of ${MMC20} at PKT_INTEGRITY`,
    ]);
  });

  test('--junit writes a file that is well-formed, with a failure for each call that failed', async () => {
    const file = join(folder, 'replay.xml');
    const { code } = await cli(['replay', CAPTURES, '--as-of', '2022-06-14', '--junit', file]);
    expect(code).toBe(1);
    const suites = parseXml(await readFile(file, 'utf8'));
    const [suite] = suites.children;
    expect(suite?.attributes).toMatchObject({ name: 'replay', tests: '2', failures: '1' });
    const cases = suite?.children.filter(({ name }) => name === 'testcase') ?? [];
    expect(cases.map(({ children }) => children.some(({ name }) => name === 'failure'))).toEqual([true, false]);
  });

  test.skipIf(corpusMissing)(
    'a capture of a real attack: accepted before the hardening, refused after it',
    async () => {
      const file = corpusPath('otrf__covenant_dcom_registerxll_2020-09-18145959.cap');
      const [before, after] = await Promise.all([
        cli(['replay', file, '--as-of', '2021-05', '--json']),
        cli(['replay', file, '--as-of', '2022-06-14', '--json']),
      ]);
      expect([before.code, after.code]).toEqual([0, 1]);
      const activations = (text: string) =>
        ndjsonLines(text).filter(({ operation }) => /Remote/.test(String(operation)));
      expect(activations(before.stdout)).toMatchObject([{ captured_level: 2, level: 2, replayed: { accepted: true } }]);
      expect(activations(after.stdout)).toMatchObject([{ captured_level: 2, level: 2, replayed: { status: 5 } }]);
      expect(ndjsonLines(after.stdout).filter(({ kind }) => kind === 'log')).toMatchObject([{ id: 10036 }]);
    },
  );
});

describe('replay against a server that runs', () => {
  const account = ['--user', 'LAB\\op:Pa55-replay'];
  let server: RunningCli;
  let target = '';
  beforeAll(async () => {
    server = new RunningCli(['serve', '--listen', '127.0.0.1:0', '--as-of', '2022-06-14', ...account, '--json']);
    target = `127.0.0.1:${(await server.record('listening')).port}`;
  });
  afterAll(() => server.stop());

  test('--target sends to it, with the account that is given', async () => {
    const [refused, accepted] = await Promise.all([
      cli(['replay', AT_CONNECT, '--target', target, ...account, '--json']),
      cli(['replay', AT_INTEGRITY, '--target', target, ...account, '--json']),
    ]);
    expect([refused.code, accepted.code]).toEqual([1, 0]);
    expect(ndjsonLines(refused.stdout)).toMatchObject([{ kind: 'replayed', replayed: { status: 5 } }]);
    const activation = await server.record('served-activation');
    expect(activation).toMatchObject({ user: 'LAB\\op', method: 'RemoteCreateInstance', clsid: MMC20 });
  });

  test('a wrong password is a failure of the authentication, not of the policy', async () => {
    const { code, stdout } = await cli([
      'replay',
      AT_INTEGRITY,
      '--target',
      target,
      '--user',
      'LAB\\op:wrong',
      '--json',
    ]);
    expect(code).toBe(1);
    expect(ndjsonLines(stdout)).toMatchObject([{ replayed: { accepted: false, refused_by: 'fault', status: 5 } }]);
    expect(await server.record('association', '"type":"authentication-failed"')).toMatchObject({
      auth_type: 10,
      level: 5,
    });
  });
});

describe('replay: what cannot be done ends with exit code 2 and one line', () => {
  test.each<{ name: string; args: () => Promise<string[]>; says: RegExp }>([
    {
      name: 'a target and a patch level',
      args: async () => [AT_CONNECT, '--target', '127.0.0.1:1', '--as-of', '2021-05'],
      says: /'--as-of <date>' cannot be used with option '--target <host:port>'/,
    },
    {
      name: 'a target and a registry',
      args: async () => [
        AT_CONNECT,
        '--target',
        '127.0.0.1:1',
        '--registry',
        'RequireIntegrityActivationAuthenticationLevel=0',
      ],
      says: /'--registry <name=value>' cannot be used with option '--target <host:port>'/,
    },
    { name: 'TAP and JSON at once', args: async () => [AT_CONNECT, '--tap', '--json'], says: /--tap.*--json/ },
    {
      name: 'no such file',
      args: async () => [join(folder, 'none.pcap')],
      says: /none\.pcap: no such file or directory/,
    },
    {
      name: 'a capture without activations',
      args: async () => {
        const file = join(folder, 'other.pcapng');
        await writeFile(file, captureOf({ flags: 'SYN', sequence: 0 }, { sequence: 1, data: pduOf({ type: 17 }) }));
        return [file];
      },
      says: /no activation that could be sent again was found/,
    },
    {
      name: 'a JUnit file that cannot be written',
      args: async () => [AT_CONNECT, '--junit', join(folder, 'no', 'such', 'folder.xml')],
      says: /cannot write .*folder\.xml/,
    },
    { name: 'an invalid date', args: async () => [AT_CONNECT, '--as-of', '2022-13-01'], says: /no such date/ },
  ])('$name', async ({ args, says }) => {
    const { code, stderr, stdout } = await cli(['replay', ...(await args())]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(linesOf(stderr).filter((line) => !/left out|DCOM 10036/.test(line))).toEqual([expect.stringMatching(says)]);
  });
});

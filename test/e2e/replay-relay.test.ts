import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf, ndjsonLines } from '../support/cli.js';
import { corpusMissing, corpusPath } from '../support/corpus.js';
import { shippedPath } from '../support/shipped.js';
import { parseXml } from '../support/xml.js';

const AT_CONNECT = shippedPath('activation-at-connect.pcapng');
const AT_INTEGRITY = shippedPath('activation-at-pkt-integrity.pcapng');

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('replay relay', () => {
  test('says of each activation what became of its relay then and now, and why', async () => {
    const { code, stdout } = await cli(['replay', 'relay', AT_CONNECT, AT_INTEGRITY]);
    expect(code).toBe(0);
    const rows = linesOf(stdout).filter((line) => /^activation-at-\S+ {2}/.test(line));
    expect(rows.map((row) => row.split(/ {2,}/).slice(3))).toEqual([
      ['MMC20.Application', 'ntlm', 'CONNECT', 'as-captured', 'relayed', 'stopped: activation policy'],
      ['MMC20.Application', 'ntlm', 'PKT_INTEGRITY', 'as-captured', 'stopped: signature', 'stopped: signature'],
      ['MMC20.Application', 'ntlm', 'PKT_INTEGRITY', 'connect', 'relayed', 'stopped: activation policy'],
    ]);
    expect(stdout).toMatch(/2023-03-14: stopped: activation policy: RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY/);
    expect(stdout).toMatch(/DCOM 10036: activation by LAB\\victim \(S-1-5-21-\S+\) from 192\.0\.2\.66 /);
    expect(stdout).toMatch(/2021-05-01: stopped: signature: the NTLM signature does not match/);
    // Of several captures, frame 7 alone would be any of them.
    expect(stdout).toMatch(/^activation-at-connect\.pcapng frame 7: as-captured, client at CONNECT: /m);
  });

  test('does not let a client that signs pass for protection, and says nothing of it where nobody signs', async () => {
    const [signed, unsigned] = await Promise.all([
      cli(['replay', 'relay', AT_INTEGRITY]),
      cli(['replay', 'relay', AT_CONNECT]),
    ]);
    const says = 'A client that signs does not by itself protect a server that is not hardened';
    expect(signed.stdout).toContain(says);
    expect(unsigned.stdout).not.toContain(says);
  });

  test('--json has one record for each variant and date', async () => {
    const dates = ['--as-of', '2021-05', '--as-of', '2022-06-14', '--as-of', '2023-03-14'];
    const { code, stdout } = await cli(['replay', 'relay', AT_CONNECT, ...dates, '--variant', 'connect', '--json']);
    expect(code).toBe(0);
    const policy = { outcome: 'stopped', refused_by: 'activation policy', expected: 'activation policy' };
    expect(ndjsonLines(stdout)).toMatchObject([
      { as_of: '2021-05-01', outcome: 'succeeded', refused_by: null, expected: 'succeeded', stage: 'invoked' },
      { as_of: '2022-06-14', ...policy, evidence: { status: 5, log: { id: 10036 } } },
      { as_of: '2023-03-14', ...policy, evidence: { status: 5, log: { id: 10036 } } },
    ]);
    for (const record of ndjsonLines(stdout))
      expect(record).toMatchObject({ kind: 'relay-what-if', frame: 7, variant: 'connect', profile: 'impacket' });
  });

  test('the same seed gives the same evidence', async () => {
    const run = async (...args: string[]) =>
      (await cli(['replay', 'relay', AT_CONNECT, '--variant', 'integrity-invented', '--json', ...args])).stdout;
    const [first, again] = await Promise.all([run('--seed', 'x'), run('--seed', 'x')]);
    expect(again).toBe(first);
  });

  test('ends with 1 where a relay succeeds on the newest date', async () => {
    const [alone, turnedOff, then] = await Promise.all([
      cli(['replay', 'relay', AT_CONNECT, '--as-of', '2021-05']),
      cli([
        ...['replay', 'relay', AT_CONNECT, '--as-of', '2022-06-14'],
        ...['--registry', 'RequireIntegrityActivationAuthenticationLevel=0'],
      ]),
      cli(['replay', 'relay', AT_CONNECT, '--as-of', '2023-03-14', '--as-of', '2021-05']),
    ]);
    expect([alone.code, turnedOff.code, then.code]).toEqual([1, 1, 0]);
  });

  test('--level tries the client at another level', async () => {
    const { stdout } = await cli(['replay', 'relay', AT_CONNECT, '--level', 'pkt_privacy', '--json']);
    const found = ndjsonLines(stdout).map(({ variant, as_of, refused_by }) => [variant, as_of, refused_by]);
    expect(found).toEqual([
      ['as-captured', '2021-05-01', 'signature'],
      ['as-captured', '2023-03-14', 'signature'],
      ['connect', '2021-05-01', null],
      ['connect', '2023-03-14', 'activation policy'],
    ]);
  });

  test('--tap has a point for each variant and date, and fails where the newest server is relayed to', async () => {
    const { code, stdout } = await cli(['replay', 'relay', AT_CONNECT, '--as-of', '2021-05', '--tap']);
    expect(code).toBe(1);
    const [point] = linesOf(stdout).filter((line) => /^(not )?ok /.test(line));
    expect(point).toMatch(/^not ok 1 - replay\.activation-at-connect\.pcapng\.7\.relay\.as-captured\.2021-05-01: /);
  });

  test('--junit writes a case for each', async () => {
    const file = join(folder, 'relay.xml');
    const { code } = await cli(['replay', 'relay', AT_INTEGRITY, '--junit', file]);
    expect(code).toBe(0);
    const [suite] = parseXml(await readFile(file, 'utf8')).children;
    expect(suite?.attributes).toMatchObject({ name: 'replay', tests: '4', failures: '0' });
  });

  test.skipIf(corpusMissing)('the row of a Kerberos client says that it goes by Kerberos', async () => {
    const { code, stdout } = await cli(['replay', 'relay', corpusPath('zeek__kerberos135_auth.pcapng')]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/WbemLevel1Login \(WMI\) +spnego \(Kerberos\) +CONNECT +as-captured +relayed +stopped/);
    expect(stdout).toContain('Note: its ticket is for the server, and its name led to the attacker (1 activation).');
  });
});

describe('replay relay: what cannot be done ends with exit code 2 and one line', () => {
  test.each([
    { args: ['--target', '127.0.0.1'], says: /unknown option '--target'/ },
    { args: ['--user', 'LAB\\op:secret'], says: /unknown option '--user'/ },
    { args: ['--timing', 'keep'], says: /unknown option '--timing'/ },
    { args: ['--variant', 'by-magic'], says: /no such variant: 'by-magic' \(see replay relay --help\)/ },
    { args: ['--variant', 'conect'], says: /no such variant: 'conect'; did you mean connect\?/ },
    { args: ['--variant', 'known-reference'], says: /activates nothing/ },
    { args: ['--as-of', '2021-13'], says: /no such date/ },
  ])('$args', async ({ args, says }) => {
    const { code, stdout, stderr } = await cli(['replay', 'relay', AT_CONNECT, ...args]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(linesOf(stderr)).toEqual([expect.stringMatching(says)]);
  });
});

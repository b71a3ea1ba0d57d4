import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, cli, linesOf, ndjsonLines } from '../support/cli.js';
import { parseXml, type XmlElement } from '../support/xml.js';

const folder = mkdtempSync(join(tmpdir(), 'lab-'));
const out = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

/** Every file of a folder, by its path. */
const tree = (path: string): Map<string, Buffer> =>
  new Map(
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(path, name)).isFile())
      .sort()
      .map((name) => [name, readFileSync(join(path, name))]),
  );

const testCases = ({ name, children }: XmlElement): number =>
  children.reduce((sum, child) => sum + testCases(child), name === 'testcase' ? 1 : 0);

const { scripts } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
  scripts: { start: string };
};

describe('the built-in lab, which npm start runs', () => {
  let first: CliResult;
  let again: CliResult;
  let other: CliResult;
  beforeAll(async () => {
    expect(scripts.start).toBe('node dist/cli/main.js lab --out out');
    first = await cli(['lab', '--out', out('first')]);
    again = await cli(['lab', '--out', out('again')]);
    other = await cli(['lab', '--out', out('other'), '--seed', 'another']);
  }, 300_000);

  test('ends with 0', () => expect([first.code, again.code, other.code]).toEqual([0, 0, 0]));

  test('prints the table of phases, clients and levels', () => {
    const rows = linesOf(first.stdout).filter((line) => /^20\d\d-\d\d-\d\d +(absent|0|1)/.test(line));
    const cells = (date: string, registry: string, client: string) =>
      rows
        .find((row) => row.startsWith(date) && row.includes(` ${registry} `) && row.includes(client))
        ?.split(/ {2,}/)
        .slice(3);
    // default, NONE, CONNECT, CALL, PKT, INTEGRITY, PRIVACY, anonymous
    const [open, refused] = [
      ['ok', 'access', 'ok', 'ok', 'ok', 'ok', 'ok', 'access'],
      ['10036', 'access', '10036', '10036', '10036', 'ok', 'ok', 'access'],
    ];
    expect(cells('2021-05-01', 'absent, 0, 1', 'node-dcom')).toEqual(open);
    expect(cells('2021-06-08', '1', 'node-dcom')).toEqual(refused.map((cell) => cell.replace('10036', 'policy')));
    expect(cells('2022-06-14', '0', 'node-dcom')).toEqual(open);
    expect(cells('2022-06-14', 'absent, 1', 'node-dcom')).toEqual(refused);
    expect(cells('2023-03-14', 'absent, 0, 1', 'node-dcom')).toEqual(refused);
    // From November 2022 on Windows raises every level, before only the default.
    const [june, november] = ['windows-2021-06', 'windows-2022-11'];
    expect(cells('2023-03-14', 'absent, 0, 1', june)).toEqual(['ok ↑', ...refused.slice(1)]);
    expect(cells('2023-03-14', 'absent, 0, 1', november)).toEqual([
      'ok ↑',
      'access',
      'ok ↑',
      'ok ↑',
      'ok ↑',
      'ok',
      'ok',
      'access',
    ]);
  });

  test('prints what stops the relay in each phase', () => {
    const row = (variant: string) =>
      linesOf(first.stdout)
        .find((line) => line.startsWith(`${variant} `))
        ?.split(/ {2,}/)
        .slice(1);
    const [open, policy] = ['SUCCEEDED', 'activation policy'];
    expect(row('connect')).toEqual([open, open, open, policy, policy, policy]);
    expect(row('integrity-invented')).toEqual(Array(6).fill('signature'));
    expect(row('upgrade')).toEqual(Array(6).fill('security context'));
    expect(row('known-reference')).toEqual(Array(6).fill(open));
  });

  test('prints the trace of one impacted application', () => {
    const at = first.stdout.indexOf('Which application does server refuse?');
    expect(linesOf(first.stdout.slice(at)).slice(0, 5)).toEqual([
      expect.stringContaining('refuse?'),
      expect.stringMatching(/1\. server refused LAB\\reporter from 10\.3\.0\.11/),
      expect.stringMatching(/2\. 10\.3\.0\.11 is desk \(Windows 10 1809\)/),
      expect.stringMatching(/3\. event 10037 of desk names C:\\Report\\report\.exe \(process 4312\)/),
      expect.stringContaining('RPC_C_AUTHN_LEVEL_CONNECT'),
    ]);
  });

  test('writes results, event logs and captures', () => {
    const files = [...tree(out('first')).keys()];
    expect(files).toEqual(
      expect.arrayContaining([
        'captures/timeline.pcapng',
        'captures/relay-history.pcapng',
        'events/troubleshooting/desk.xml',
        'events/troubleshooting/desk.json',
        'events/troubleshooting/all.txt',
        'report.txt',
        'results.json',
        'results.tap',
        'results.xml',
      ]),
    );
    const tap = readFileSync(join(out('first'), 'results.tap'), 'utf8');
    const points = linesOf(tap).filter((line) => line.startsWith('ok '));
    expect(points.length).toBeGreaterThan(1_800);
    expect(tap).not.toMatch(/^not ok/m);
    const xml = readFileSync(join(out('first'), 'results.xml'), 'utf8');
    expect(testCases(parseXml(xml))).toBe(points.length);
  });

  test('the same seed gives the same files, octet by octet', () => {
    const [a, b] = [tree(out('first')), tree(out('again'))];
    expect([...b.keys()]).toEqual([...a.keys()]);
    expect([...a].filter(([name, bytes]) => !b.get(name)?.equals(bytes)).map(([name]) => name)).toEqual([]);
    expect(again.stdout).toBe(first.stdout);
  });

  test('another seed gives other octets and the same verdicts', () => {
    const [a, b] = [tree(out('first')), tree(out('other'))];
    const captures = [...a].filter(([name]) => name.endsWith('.pcapng'));
    expect(captures.filter(([name, bytes]) => b.get(name)?.equals(bytes))).toEqual([]);
    for (const name of ['results.tap', 'report.txt']) expect(b.get(name)?.toString()).toBe(a.get(name)?.toString());
    expect(other.stdout).toBe(first.stdout);
  });
});

describe('lab on sockets', () => {
  test('the relay and the timeline have the verdicts of the simulated network', async () => {
    const names = ['timeline', 'relay-history'];
    const [sockets, simulated] = await Promise.all([
      cli(['lab', ...names, '--sockets', '--json']),
      cli(['lab', ...names, '--json']),
    ]);
    expect([sockets.code, simulated.code]).toEqual([0, 0]);
    const verdicts = ({ stdout }: CliResult) =>
      ndjsonLines(stdout).flatMap(({ kind, id, actual }) => (kind === 'lab-finding' ? [`${id}: ${actual}`] : []));
    expect(verdicts(sockets)).toEqual(verdicts(simulated));
    expect(verdicts(simulated).length).toBeGreaterThan(1_500);
  }, 300_000);

  test('what needs simulated time or links is said with its place', async () => {
    const { code, stderr } = await cli(['lab', 'lifetimes', '--sockets']);
    expect(code).toBe(2);
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(/^dcom-harness: .*lifetimes\.yaml:\d+:\d+: .*too long to wait/),
    ]);
  });
});

describe('a scenario of one’s own', () => {
  const own = (name: string, text: string): string => {
    const path = out(name);
    writeFileSync(path, text);
    return path;
  };
  const example = async (): Promise<string> => {
    const { stdout } = await cli(['lab', '--help']);
    const [, text = ''] = /A scenario of twenty lines:\n\n([\s\S]*?)\n\nExamples/.exec(stdout) ?? [];
    return text.replace(/^ {2}/gm, '');
  };

  test('that of --help runs as it stands', async () => {
    const { code, stdout } = await cli(['lab', own('my-gateway.yaml', await example())]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/refused by activation policy/);
    expect(stdout).toMatch(/\d+ passed, 0 failed, 0 skipped\n$/);
  });

  test('exits with 1 where something comes otherwise, and names it', async () => {
    const wrong = (await example()).replace('outcome: accepted', 'outcome: refused');
    const { code, stdout } = await cli(['lab', own('wrong.yaml', wrong)]);
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^my-gateway\.activate\.gateway\.server\.PKT_INTEGRITY\.outcome: .*expected refused; got accepted$/m,
    );
  });

  test('a mistake is named with file, line and column, in one line', async () => {
    const broken = (await example()).replace('on: server }', 'on: sever }');
    const path = own('broken.yaml', broken);
    const { code, stdout, stderr } = await cli(['lab', path]);
    expect([code, stdout]).toEqual([2, '']);
    expect(linesOf(stderr)).toEqual([
      `dcom-harness: ${path}:11:36: steps.0.activate.on: there is no host 'sever'; there are server, gateway`,
    ]);
  });

  test.each([
    [['lab', 'no-such-scenario'], /there is no scenario and no file named 'no-such-scenario'/],
    [['lab', 'timeline', '--out', '/dev/null/x'], /cannot write to/],
  ])('%j is bad usage', async (args, message) => {
    const { code, stderr } = await cli(args);
    expect([code, linesOf(stderr).length]).toEqual([2, 1]);
    expect(stderr).toMatch(message);
  });

  test('--schema is a JSON Schema, and --list names the scenarios', async () => {
    const [schema, list] = await Promise.all([cli(['lab', '--schema']), cli(['lab', '--list'])]);
    expect(JSON.parse(schema.stdout)).toMatchObject({
      type: 'object',
      required: expect.arrayContaining(['hosts', 'steps']),
    });
    expect(linesOf(list.stdout).map((line) => line.split(' ')[0])).toEqual(
      expect.arrayContaining(['timeline', 'workgroup']),
    );
  });
});

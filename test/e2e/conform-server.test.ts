import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DcomServer, startServer } from '../../src/server/server.js';
import { cli, linesOf, ndjsonLines } from '../support/cli.js';

const folder = mkdtempSync(join(tmpdir(), 'conform-'));
const file = (name: string): string => join(folder, name);
const USER = ['--user', 'LAB\\op:secret'];
let server: DcomServer;
let target: string;

beforeAll(async () => {
  server = await startServer({ listen: '127.0.0.1:0', accounts: ['LAB\\op:secret'], classes: ['wmi'] });
  target = `127.0.0.1:${server.address.port}`;
});
afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

const conform = (...args: string[]) => cli(['conform', 'server', ...args]);

describe('conform server', () => {
  test('says which checks passed, and its verdict on the hardening', async () => {
    const { code, stdout } = await conform(target, ...USER, '--only', 'rpce/bind', '--only', 'hardening/refused');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^rpce\/bind +15/m);
    expect(stdout).toMatch(/^Verdict: hardened\. /m);
  });

  test('counts an expected failure as none, and an expected failure that passes as one', async () => {
    writeFileSync(file('known.yaml'), 'rpce/3.3.3.5.2/falling-call-id: our clients count so\n');
    const only = ['--only', 'rpce/3.3.3.5.2', '--strict'];
    expect((await conform(target, ...only, '--expect', file('known.yaml'))).code).toBe(0);
    writeFileSync(file('outdated.yaml'), 'rpce/bind/twice: takes a second bind\n');
    const outdated = await conform(target, '--only', 'rpce/bind/twice', '--expect', file('outdated.yaml'));
    expect(outdated.code).toBe(1);
    expect(outdated.stdout).toContain('passes, against expectation');
  });

  test('writes JUnit, a report and a recording', async () => {
    const files = ['--junit', file('c.xml'), '--html', file('c.html'), '--pcap', file('c.pcapng')];
    const { code } = await conform(target, '--only', 'rpce/bind/twice', ...files);
    expect(code).toBe(0);
    const xml = readFileSync(file('c.xml'), 'utf8');
    expect(xml).toContain('name="rpce/bind/twice: A second bind on one connection is refused by a bind_nak."');
    expect(readFileSync(file('c.html'), 'utf8').includes('<title>dcom-harness conform server</title>')).toBe(true);
    const decoded = ndjsonLines((await cli(['decode', file('c.pcapng'), '--json'])).stdout);
    expect(decoded.filter(({ ptype }) => ptype === 'bind_nak')).toHaveLength(1);
  });

  test('has a record for each check, with every octet that went over the wire, and one for the verdict', async () => {
    const { stdout } = await conform(target, '--only', 'rpce/bind/twice', '--json');
    const records = ndjsonLines(stdout);
    expect(records.map(({ kind }) => kind)).toEqual(['result', 'result', 'result', 'verdict']);
    const { id, pdus } = records[1] as { id: string; pdus: { from: string; octets: string }[] };
    expect(id).toBe('rpce/bind/twice');
    expect(pdus.map(({ from, octets }) => [from, octets.slice(4, 6)])).toEqual([
      ['client', '0b'],
      ['server', '0c'],
      ['client', '0b'],
      ['server', '0d'],
    ]);
  });

  test('lists its checks without a target', async () => {
    const { code, stdout } = await conform('--list', '--only', 'rpce/bind', '--json');
    expect(code).toBe(0);
    expect(ndjsonLines(stdout)).toHaveLength(15);
  });

  test.each([
    ['no target', [], 'which server? give HOST or HOST:PORT'],
    ['a check that does not exist', ['127.0.0.1', '--only', 'rpce/nonsense'], 'no check has an id like rpce/nonsense'],
    ['expectations that are none', ['127.0.0.1', '--expect', join(folder, 'none.yaml')], 'cannot read'],
  ])('ends with 2 for %s', async (_name, args, says) => {
    const { code, stderr } = await conform(...args);
    expect(code).toBe(2);
    expect(linesOf(stderr).at(-1)).toContain(says);
  });

  test('ends with 2, and a report, where nobody listens: nothing was checked', async () => {
    const gone = await startServer({ listen: '127.0.0.1:0' });
    const { port } = gone.address;
    await gone.close();
    const { code, stdout } = await conform(`127.0.0.1:${port}`, '--only', 'rpce/bind');
    expect(code).toBe(2);
    expect(stdout).toContain('nothing listens there');
    expect(stdout).toContain('16  not run: the target fails the sanity check');
    expect(stdout).toContain('0 passed, 1 failed, 16 skipped');
  });

  test('runs from a program, as the example shows', async () => {
    const example = join(import.meta.dirname, '../../examples/conform-server.mjs');
    const { stdout } = await promisify(execFile)(process.execPath, [example]);
    expect(stdout).toMatch(/^(\d+) of \1 as expected; hardened$/m);
  });
});

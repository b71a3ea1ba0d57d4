import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, describe, expect, test } from 'vitest';
import { SOCKETS } from '../../src/net/network.js';
import { cli, linesOf, ndjsonLines, RunningCli } from '../support/cli.js';
import { isRunning } from '../support/processes.js';
import { parseXml } from '../support/xml.js';

const folder = mkdtempSync(join(tmpdir(), 'conform-client-'));
afterAll(() => rmSync(folder, { recursive: true }));
const file = (name: string): string => join(folder, name);

const CLIENT = join(import.meta.dirname, '../../examples/my-client.mjs');
const FREE = ['--listen', '127.0.0.1:0'];
const COMMAND = ['--', process.execPath, CLIENT, '{address}', '{port}', '{domain}', '{user}', '{password}'];
/** A check that a client passes by what it does, and one that it passes by what it does not do. */
const TWO = ['--only', 'kb5004442/default-activation-level', '--only', 'rpce/3.3.1.5.2.2/activation-bad-signature'];

const ACCOUNT = ['LAB', 'op', 'secret'];

/** A port that nobody has at the moment. */
async function freePort(): Promise<string> {
  const listener = await SOCKETS.listen({ host: '127.0.0.1', port: 0 }, () => ({ data() {}, closed() {} }));
  await listener.close();
  return String(listener.address.port);
}

const conform = (...args: string[]) => cli(['conform', 'client', ...args]);
const shell = (text: string): string[] => ['--', '/bin/sh', '-c', text];

describe('conform client', () => {
  test('runs a command for each check, and writes JUnit and a recording', async () => {
    const out = ['--junit', file('client.xml'), '--pcap', file('client.pcapng')];
    const { code, stdout } = await conform(...FREE, '--jobs', '2', ...TWO, ...out, ...COMMAND);
    expect(stdout).toContain('4 passed, 0 failed, 0 skipped');
    expect(code).toBe(0);
    const { attributes, children } = parseXml(readFileSync(file('client.xml'), 'utf8'));
    expect(children[0]?.attributes.file).toBe('my-client');
    expect(attributes).toMatchObject({ name: 'conform client', tests: '4', failures: '0' });
    const recorded = await cli(['decode', file('client.pcapng'), '--json']);
    expect(ndjsonLines(recorded.stdout).length).toBeGreaterThan(20);
  });

  test('a client that does not come through the plain server is told so, with what it did', async () => {
    const { code, stdout } = await conform(...FREE, ...TWO, '--json', ...shell('echo no such host >&2; exit 3'));
    expect(code).toBe(2);
    const [first, second] = ndjsonLines(stdout);
    expect(first).toMatchObject({ outcome: 'fail', actual: 'it did not connect; exit code 3: no such host' });
    const reason = 'not run: the client does not come through with the plain server';
    expect(second).toMatchObject({ outcome: 'skip', reason });
  });

  test('a client that hangs is ended, with all that it has started, and the report is finished', async () => {
    const left = `sleep 300 & echo $! > ${file('pid')}; wait`;
    const { code, stdout } = await conform(...FREE, ...TWO, '--timeout', '1', '--json', ...shell(left));
    expect(code).toBe(2);
    expect(ndjsonLines(stdout)[0]?.actual).toBe('it did not connect; it did not end within 1000 ms');
    await expect.poll(() => isRunning(readFileSync(file('pid'), 'utf8').trim()), { timeout: 60_000 }).toBe(false);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends the client that runs, and then itself', async (signal) => {
    const [pid, left] = [file(`${signal}.pid`), `sleep 300 & echo $! > ${file(`${signal}.pid`)}; wait`];
    const command = new RunningCli(['conform', 'client', ...FREE, ...TWO, '--timeout', '120', ...shell(left)]);
    while (!existsSync(pid) || readFileSync(pid, 'utf8').trim() === '') await sleep(20);
    // Ended by a signal, so that there is no exit code.
    expect(await command.stop(signal)).toBe(null);
    // It was killed before; the system may take its time to bury it.
    await expect.poll(() => isRunning(readFileSync(pid, 'utf8').trim()), { timeout: 60_000 }).toBe(false);
  });

  test('a secret is in no report', async () => {
    const account = ['--user', 'LAB\\op:Hunter2'];
    const { stdout, stderr } = await conform(
      ...FREE,
      ...account,
      ...TWO,
      ...shell('echo the password is {password}; exit 1'),
    );
    expect(stdout).toContain('the password is ***');
    expect(stdout + stderr).not.toContain('Hunter2');
  });

  test('with --wait a client that connects by itself is judged by the wire alone', async () => {
    const port = await freePort();
    const only = ['--only', 'kb5004442/default-activation-level', '--json'];
    let over = false;
    const ended = conform('--wait', '--listen', `127.0.0.1:${port}`, ...only).finally(() => {
      over = true;
    });
    // Between two attempts, longer than it takes until one counts as over.
    for (; !over; await sleep(2_000)) {
      await promisify(execFile)(process.execPath, [CLIENT, '127.0.0.1', port, ...ACCOUNT]).catch(() => {});
    }
    const { code, stdout } = await ended;
    expect(ndjsonLines(stdout).filter(({ kind }) => kind === 'result')).toMatchObject([
      { outcome: 'pass' },
      { id: 'kb5004442/default-activation-level', outcome: 'pass' },
      { outcome: 'pass' },
    ]);
    expect(code).toBe(0);
  });

  test.each([
    ['no command', [], 'which client? give its command after --, or --wait'],
    ['a command that is not there', ['--', '/no/such/client'], 'cannot start /no/such/client'],
    ['a command beside --wait', ['--wait', '--', 'true'], '--wait: the client connects by itself'],
    ['an address that is not here', ['--listen', '192.0.2.1:135', '--', 'true'], 'cannot listen on 192.0.2.1:135'],
    ['a check that is not there', ['--only', 'rpce/9', '--', 'true'], 'no check has an id like rpce/9'],
    [
      'an account without a password',
      ['--user', `op:${'0'.repeat(32)}:${'1'.repeat(32)}`, '--', 'true'],
      'a hash is none',
    ],
    ['--jobs elsewhere', ['--jobs', '2', '--listen', '192.0.2.1', '--', 'true'], 'an address of 127.0.0.0/8'],
  ])('%s is one line, and exit code 2', async (_what, args, line) => {
    const { code, stderr } = await conform('--listen', '127.0.0.1:0', ...args);
    expect(linesOf(stderr)).toEqual([expect.stringContaining(line)]);
    expect(code).toBe(2);
  });
});

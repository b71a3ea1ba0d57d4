import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, ndjsonLines, RunningCli } from '../support/cli.js';
import { isRunning } from '../support/processes.js';
import { recordFaults } from '../support/records.js';
import { parseXml } from '../support/xml.js';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const CLASS = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const USER = 'LAB\\op:secret';
const SERVER = ['--listen', '127.0.0.1:0', '--user', USER, '--as-of', '2023-03-14'];
const client = (level: string): string[] => [
  ...[process.execPath, MAIN, 'activate', '{endpoint}', '--clsid', CLASS],
  ...['--user', USER, '--level', level],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('test', () => {
  test('passes a client whose activations a hardened server accepts, and writes JUnit', async () => {
    const file = join(folder, 'pass.xml');
    const { code, stdout } = await cli(['test', ...SERVER, '--junit', file, '--', ...client('pkt_integrity')]);
    expect(stdout).toContain('2 passed, 0 failed, 0 skipped');
    expect(code).toBe(0);
    expect(parseXml(await readFile(file, 'utf8')).attributes).toMatchObject({
      name: 'main',
      tests: '2',
      failures: '0',
    });
  });

  test('fails a client whose activation is refused, and says by what', async () => {
    const { code, stdout } = await cli(['test', ...SERVER, '--json', '--', ...client('connect')]);
    expect(code).toBe(1);
    expect(ndjsonLines(stdout).flatMap(recordFaults)).toEqual([]);
    const results = ndjsonLines(stdout).filter(({ kind }) => kind === 'result');
    expect(results).toMatchObject([
      { id: 'test.client', outcome: 'fail', actual: 'exit code 1' },
      { id: 'serve.activation.1', outcome: 'fail', actual: expect.stringContaining('refused by activation policy') },
    ]);
  });

  test('judges by what is expected, from the command line and from a file', async () => {
    const file = join(folder, 'expected.txt');
    await writeFile(file, '# a client that is not ready\nevent=10036\nrefused=1\n');
    const args = ['test', ...SERVER, '--ignore-exit', '--tap', '--expect', file, '--expect', 'level>=pkt_integrity'];
    const { code, stdout } = await cli([...args, '--', ...client('connect')]);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^TAP version 14\n1\.\.3\n/);
    expect(stdout.match(/^(not )?ok .*$/gm)).toEqual([
      'ok 1 - serve.expect.event: event=10036',
      'ok 2 - serve.expect.refused: refused=1',
      'not ok 3 - serve.expect.level: level>=pkt_integrity',
    ]);
  });

  test.each([
    ['a client that asks for nothing', [process.execPath, '-e', '0'], /nothing was tested/],
    ['a client that cannot be started', ['/no/such/client'], /cannot start \/no\/such\/client/],
  ])('%s ends with 2', async (_name, command, says) => {
    const { code, stderr } = await cli(['test', ...SERVER, '--', ...command]);
    expect(stderr).toMatch(says);
    expect(code).toBe(2);
  });

  test('a client that asks for nothing is a failure in JUnit too', async () => {
    const junit = join(folder, 'nothing.xml');
    await cli(['test', ...SERVER, '--junit', junit, '--', process.execPath, '-e', '0']);
    expect(await readFile(junit, 'utf8')).toMatch(/the client asks for an activation[\s\S]*<failure/);
  });

  test('a client that is refused its logon is told so where nothing was tested', async () => {
    const wrong = client('pkt_integrity').map((each) => (each === USER ? 'LAB\\op:wrong' : each));
    const { code, stdout, stderr } = await cli(['test', ...SERVER, '--json', '--', ...wrong]);
    const refused = /^none, and its logon was refused \(.*password.*\)$/;
    expect(ndjsonLines(stdout)).toContainEqual(
      expect.objectContaining({ id: 'test.activations', actual: expect.stringMatching(refused) }),
    );
    expect(stderr).toMatch(/nothing was tested: the client asked for no activation, and its logon was refused/);
    expect(code).toBe(2);
  });

  test('a client that does not end in time is ended, and fails', async () => {
    const idle = [process.execPath, '-e', 'setInterval(() => {}, 1000)'];
    const args = ['test', ...SERVER, '--for', '1s', '--expect', 'activations=0', '--json', '--', ...idle];
    const { code, stdout, stderr } = await cli(args);
    expect(ndjsonLines(stdout)).toContainEqual(
      expect.objectContaining({ id: 'test.client', actual: 'it did not end in time' }),
    );
    expect(stderr).toMatch(/^note: \S+ has not ended yet; it is ended after 1 s in all \(--for\)$/m);
    expect(code).toBe(1);
  });

  test('a client that does not end in time is ended with all that it has started, which would keep stderr open', async () => {
    const pid = join(folder, 'left.pid');
    const shell = ['/bin/sh', '-c', `sleep 300 & echo $! > ${pid}; wait`];
    const { code } = await cli(['test', ...SERVER, '--for', '1s', '--expect', 'activations=0', '--', ...shell]);
    expect(code).toBe(1);
    expect(isRunning((await readFile(pid, 'utf8')).trim())).toBe(false);
  });

  test('an invalid expectation is refused', async () => {
    const { code, stderr } = await cli(['test', ...SERVER, '--expect', 'weather=fine', '--', 'true']);
    expect(stderr).toContain('--expect: weather=fine: there is no key weather; there are activations, accepted, ');
    expect(code).toBe(2);
  });
});

describe('serve ends', () => {
  const activate = (port: unknown) =>
    cli(['activate', `127.0.0.1:${port}`, '--clsid', CLASS, '--user', USER, '--level', 'pkt_integrity']);

  test.each([
    ['--once', ['--once']],
    ['--until activations=1', ['--until', 'activations=1']],
  ])('by itself with %s, and judges with --expect', async (_name, ending) => {
    const ready = join(folder, 'ready.json');
    const server = new RunningCli([
      'serve',
      ...SERVER,
      ...ending,
      '--expect',
      'accepted=1',
      '--ready-file',
      ready,
      '--json',
    ]);
    const { port } = await server.record('listening');
    expect((await activate(port)).code).toBe(0);
    expect(await server.ended).toBe(0);
    expect(server.json.at(-1)).toMatchObject({ kind: 'result', outcome: 'pass' });
    expect(existsSync(ready)).toBe(false);
  });

  test.each(['SIGTERM', 'SIGHUP'] as const)('on %s, with 2 where nobody called and it was to judge', async (signal) => {
    const server = new RunningCli(['serve', ...SERVER, '--junit', join(folder, 'none.xml'), '--json']);
    await server.record('listening');
    expect(await server.stop(signal)).toBe(2);
    expect(server.stderr).toContain('nothing was tested: no client asked for an activation');
  });

  test.skipIf(process.platform === 'win32')('with the shell that started it, where asked', async () => {
    const ready = join(folder, 'parent.json');
    const serve = [process.execPath, MAIN, 'serve', ...SERVER, '--end-with', 'parent', '--ready-file', ready];
    const command = serve.map((word) => `'${word}'`).join(' ');
    await promisify(execFile)('sh', ['-c', `${command} >/dev/null 2>&1 & until [ -f '${ready}' ]; do sleep 0.1; done`]);
    await expect.poll(() => existsSync(ready), { timeout: 20_000 }).toBe(false);
  });

  test('with stdin where asked, and after a time', async () => {
    const [stdin, time] = await Promise.all([
      cli(['serve', ...SERVER, '--end-with', 'stdin']),
      cli(['serve', ...SERVER, '--for', '200ms']),
    ]);
    expect([stdin.code, time.code]).toEqual([0, 0]);
  });
});

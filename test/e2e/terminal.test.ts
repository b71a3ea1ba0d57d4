import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { cli, linesOf, RunningCli } from '../support/cli.js';
import { shippedPath } from '../support/shipped.js';

const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');
const CAPTURE = shippedPath('activation-at-connect.pcapng');
const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const NO_RESULT = 'dcom-harness: stdout is not read any more: this ends without a result';

/** A command in a shell, with whatever becomes of its stdout. */
function shell(line: string): Promise<{ code: number | null; stderr: string; stdout: string }> {
  const child = spawn('bash', ['-c', `set -o pipefail; ${line}`], {
    env: { ...process.env, HARNESS: `${process.execPath} ${MAIN}`, CAPTURE, FOLDER: folder },
  });
  let [stderr, stdout] = ['', ''];
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  return once(child, 'close').then(([code]) => ({ code: code as number | null, stderr, stdout }));
}

describe('stdout that takes nothing more', () => {
  test('because the disk is full is one line, and exit code 2', async () => {
    const says = 'dcom-harness: cannot write to stdout: no space left on device';
    for (const command of ['explain 5', 'decode --json $CAPTURE', 'audit $CAPTURE']) {
      const { code, stderr } = await shell(`$HARNESS ${command} >/dev/full`);
      expect({ command, code, lines: linesOf(stderr) }).toEqual({ command, code: 2, lines: [says] });
    }
  });

  test('because its reader has enough is no failure, and files are written to their end', async () => {
    const { code } = await shell('$HARNESS decode --json $CAPTURE $CAPTURE | head -c 1 >/dev/null');
    expect(code).toBe(0);
    await shell('$HARNESS audit $CAPTURE --csv $FOLDER/cut.csv | head -c 1');
    await shell('$HARNESS audit $CAPTURE --csv $FOLDER/whole.csv');
    expect(readFileSync(join(folder, 'cut.csv'))).toEqual(readFileSync(join(folder, 'whole.csv')));
  });

  test.each([
    ['decode --json $CAPTURE', 0, []],
    ['audit --json $CAPTURE', 2, [NO_RESULT]],
    ['audit --partial - $CAPTURE', 2, [NO_RESULT]],
    ['test --listen 127.0.0.1:0 --json -- true', 2, [NO_RESULT]],
  ])('because its reader has gone: %s', async (command, code, says) => {
    const gone = 'rm -f $FOLDER/gone; mkfifo $FOLDER/gone; exec 3<>$FOLDER/gone 4>$FOLDER/gone 3<&-';
    const result = await shell(`${gone}; $HARNESS ${command} >&4`);
    expect({ code: result.code, says: linesOf(result.stderr).filter((line) => !/^note: /.test(line)) }).toEqual({
      code,
      says,
    });
  });

  test('because its reader stands still keeps no server from ending', async () => {
    const child = spawn(process.execPath, [MAIN, 'serve', '--listen', '127.0.0.1:0', '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const [line] = (await once(child.stdout, 'data')) as [Buffer];
    child.stdout.pause();
    const { port } = JSON.parse(line.toString()) as { port: number };
    await flood(port, 1_500);
    child.kill('SIGTERM');
    const [code] = (await once(child, 'exit')) as [number];
    expect(code).toBe(0);
    child.stdout.destroy();
  });
});

describe('stderr that nobody reads', () => {
  test.each([
    ['decode $FOLDER/none.pcap', 2, ''],
    ["serve --listen 127.0.0.1:0 --user 'LAB\\op:' --for 100ms", 0, 'listening on'],
  ])('changes neither results nor the exit code: %s', async (command, code, says) => {
    const gone = 'rm -f $FOLDER/gone; mkfifo $FOLDER/gone; exec 3<>$FOLDER/gone 4>$FOLDER/gone 3<&-';
    const result = await shell(`${gone}; $HARNESS ${command} 2>&4`);
    expect(result).toMatchObject({ code, stdout: expect.stringContaining(says) });
  });
});

/** Connections that are each refused with a line of the log. */
async function flood(port: number, connections: number): Promise<void> {
  const nak = Buffer.concat([Buffer.from([5, 0, 99, 3, 16, 0, 0, 0, 16, 0, 0, 0, 1, 0, 0, 0])]);
  for (let batch = 0; batch < connections / 100; batch++)
    await Promise.all(
      Array.from(
        { length: 100 },
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(port, '127.0.0.1');
            socket.on('error', () => {}).on('close', () => resolve());
            socket.resume().end(nak);
          }),
      ),
    );
}

describe('a file that cannot be written', () => {
  test.each([
    ['--csv', 'audit $CAPTURE --csv /dev/full'],
    ['--junit', 'audit $CAPTURE --junit /dev/full'],
    ['--html', 'decode $CAPTURE --html /dev/full'],
  ])('by %s is one line and exit code 2', async (_, command) => {
    const { code, stderr } = await shell(`$HARNESS ${command}`);
    expect({ code, last: linesOf(stderr).at(-1) }).toEqual({
      code: 2,
      last: 'dcom-harness: cannot write /dev/full: no space left on device',
    });
  });

  test('by serve --pcap ends the recording, and the exit code says so', async () => {
    const { code, stderr } = await cli(['serve', '--listen', '127.0.0.1:0', '--pcap', '/dev/full', '--for', '100ms']);
    expect(code).toBe(2);
    expect(stderr).toContain('the recording ends here: cannot write /dev/full: no space left on device');
  });

  test('by serve --ready-file ends the server too', async () => {
    const file = join(folder, 'nowhere', 'ready');
    const { code, stderr } = await cli(['serve', '--listen', '127.0.0.1:0', '--ready-file', file, '--for', '1h']);
    expect({ code, last: linesOf(stderr).at(-1) }).toEqual({
      code: 2,
      last: `dcom-harness: --ready-file: cannot write ${file}: no such file or directory`,
    });
  });
});

describe('input that gives nothing', () => {
  test('because its first block is broken ends with 2', async () => {
    const file = join(folder, 'broken.pcapng');
    writeFileSync(file, Buffer.concat([readFileSync(CAPTURE).subarray(0, 28), Buffer.alloc(64, 0xff)]));
    const { code, stderr } = await cli(['decode', file]);
    expect(code).toBe(2);
    expect(linesOf(stderr)).toEqual([
      expect.stringMatching(/^dcom-harness: .*broken\.pcapng: a block with an impossible length/),
    ]);
  });

  test('because nobody writes to its pipe yet says that it waits', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    const waiting = new RunningCli(['decode', '--summary', pipe]);
    await waiting.note((line) => line === `note: ${pipe} is a pipe; what is written to it is read`);
    writeFileSync(pipe, readFileSync(CAPTURE));
    expect(await waiting.ended).toBe(0);
  });

  test('because two dates are given for one server is bad usage', async () => {
    for (const command of ['audit', 'replay']) {
      const { code, stderr } = await cli([command, CAPTURE, '--as-of', '2021-05', '--as-of', '2023-03-14']);
      expect({ code, lines: linesOf(stderr) }).toEqual({
        code: 2,
        lines: ['dcom-harness: --as-of is given twice, 2021-05-01 and 2023-03-14; a server has one patch level'],
      });
    }
  });
});

test('Ctrl-C in lab leaves the results of the scenarios that were run', async () => {
  const out = join(folder, 'lab');
  const lab = new RunningCli(['lab', '--out', out, '--json']);
  await lab.record('lab-finding');
  expect(await lab.stop('SIGINT')).toBe(2);
  const [, count] = /^interrupted: (\d+) of \d+ scenarios were run$/m.exec(lab.stderr) ?? [];
  const runs = JSON.parse(readFileSync(join(out, 'results.json'), 'utf8')) as unknown[];
  expect(runs).toHaveLength(Number(count));
});

import { execFile } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RunningCli } from '../support/cli.js';
import { SHIPPED, shippedPath } from '../support/shipped.js';

const CAPTURE = shippedPath(SHIPPED[0]);
const ACTIVATION =
  /^\d{4}-.*Z 127\.0\.0\.1 > 127\.0\.0\.2, LAB\\op: RemoteCreateInstance of MMC20\.Application at CONNECT, accepted; as of 2023-03-14: refused, event 10036$/;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'audit-live-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('--follow prints an activation when its answer is written, and the summary when it is interrupted', async () => {
  const file = join(folder, 'growing.pcapng');
  const octets = readFileSync(CAPTURE);
  writeFileSync(file, octets.subarray(0, octets.length / 2));
  const audit = new RunningCli(['audit', '--follow', file]);
  appendFileSync(file, octets.subarray(octets.length / 2));
  await audit.line((line) => ACTIVATION.test(line));
  expect(audit.stdout.some((line) => line.startsWith('Who must change what'))).toBe(false);
  expect(await audit.stop('SIGINT')).toBe(1);
  expect(audit.stdout).toContain('Who must change what');
  expect(audit.stdout.join('\n')).toContain('(first: growing.pcapng frame 7)');
});

test('on stdin that another program holds open likewise, when it is interrupted', async () => {
  const audit = new RunningCli(['audit', '-']);
  audit.write(readFileSync(CAPTURE));
  await audit.line((line) => ACTIVATION.test(line));
  expect(await audit.stop('SIGINT')).toBe(1);
  expect(audit.stdout).toContain('Who must change what');
});

test('on stdin behind a pipe likewise, to its end', async () => {
  const run = promisify(execFile);
  const command = `cat '${CAPTURE}' | '${process.execPath}' dist/cli/main.js audit -`;
  const { stdout } = await run('sh', ['-c', command], { env: { ...process.env, NO_COLOR: '1' } }).catch(
    (error) => error,
  );
  expect(stdout.split('\n')[0]).toMatch(ACTIVATION);
  expect(stdout).toContain('(first: stdin frame 7)');
});

import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, ndjsonLines, wrongIn } from '../support/cli.js';
import { shippedPath } from '../support/shipped.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  await symlink('loop.pcap', join(folder, 'loop.pcap'));
  await writeFile(join(folder, 'file'), 'hello');
  await mkdir(join(folder, 'closed'), { mode: 0o000 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const PATHS: readonly [reason: string, path: () => string][] = [
  ['too many symbolic links encountered', () => join(folder, 'loop.pcap')],
  ['not a directory', () => join(folder, 'file', 'in.pcap')],
  ['name too long', () => join(folder, `${'x'.repeat(300)}.pcap`)],
  ...(process.getuid?.() === 0
    ? []
    : ([['permission denied', () => join(folder, 'closed')]] as [string, () => string][])),
];

test('of a folder regular files alone are read, and what cannot be looked at is named', async () => {
  const mixed = join(folder, 'mixed');
  await mkdir(join(mixed, 'folder.pcap'), { recursive: true });
  execFileSync('mkfifo', [join(mixed, 'pipe.pcap')]);
  await copyFile(shippedPath('activation-at-connect.pcapng'), join(folder, 'elsewhere'));
  await symlink('../elsewhere', join(mixed, 'link.pcap'));
  await symlink('nowhere', join(mixed, 'broken.pcap'));
  const { stdout, stderr } = await cli(['decode', '--summary', '--json', mixed]);
  expect(ndjsonLines(stdout)).toMatchObject([{ file: 'link.pcap', pdus: 10 }]);
  expect(wrongIn(stderr)).toEqual([expect.stringMatching(/broken\.pcap: no such file or directory/)]);
});

test('decode --follow of a pipe is refused at once', async () => {
  const pipe = join(folder, 'pipe');
  execFileSync('mkfifo', [pipe]);
  const { code, stderr } = await cli(['decode', '--follow', pipe]);
  expect({ code, lines: wrongIn(stderr) }).toEqual({
    code: 2,
    lines: [`dcom-harness: ${pipe}: is no regular file, and cannot be followed; decode reads a pipe without --follow`],
  });
});

describe.each(['decode', 'audit', 'replay'])('%s of a path that leads nowhere', (command) => {
  test.each(PATHS)('%s is one line and exit code 2', async (reason, path) => {
    const result = await cli([command, path()]);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
    expect(wrongIn(result.stderr)).toEqual([expect.stringMatching(`^dcom-harness: .*: ${reason}$`)]);
  });
});

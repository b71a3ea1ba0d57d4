import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cli, linesOf } from '../support/cli.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  await symlink('loop.pcap', join(folder, 'loop.pcap'));
  await writeFile(join(folder, 'file'), 'hello');
  await mkdir(join(folder, 'closed'), { mode: 0o000 });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const PATHS: readonly [code: string, path: () => string][] = [
  ['ELOOP', () => join(folder, 'loop.pcap')],
  ['ENOTDIR', () => join(folder, 'file', 'in.pcap')],
  ['ENAMETOOLONG', () => join(folder, `${'x'.repeat(300)}.pcap`)],
  ...(process.getuid?.() === 0 ? [] : ([['EACCES', () => join(folder, 'closed')]] as [string, () => string][])),
];

describe.each(['decode', 'audit', 'replay'])('%s of a path that leads nowhere', (command) => {
  test.each(PATHS)('%s is one line and exit code 2', async (code, path) => {
    const result = await cli([command, path()]);
    expect({ code: result.code, stdout: result.stdout }).toEqual({ code: 2, stdout: '' });
    expect(linesOf(result.stderr)).toEqual([expect.stringMatching(`^dcom-harness: .*${code}`)]);
  });
});

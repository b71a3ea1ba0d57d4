import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { requireNotAmong } from '../../../src/cli/files.js';
import { removeWritten } from '../../../src/cli/output-file.js';

const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
afterAll(() => rmSync(folder, { recursive: true }));
const there = join(folder, 'there');
writeFileSync(there, '');

test.each([
  ['that is not there yet', join(folder, 'new'), join(folder, '.', 'new')],
  ['that is there', there, there],
])('two results are not written over each other in one file %s', (_, first, second) => {
  expect(() => requireNotAmong([first, undefined, second], [])).toThrow(/two results are meant for it/);
});

test('a result is not written over an input; a device takes any number of them', () => {
  expect(() => requireNotAmong([there], [there])).toThrow(/one of the files to read/);
  expect(() => requireNotAmong(['/dev/null', '/dev/null', join(folder, 'new')], [there])).not.toThrow();
});

test('a file that was written is taken away; a pipe, a link and what it leads to stay, and nothing there is no error', () => {
  const own = mkdtempSync(join(folder, 'own-'));
  const [file, pipe, link] = [join(own, 'file'), join(own, 'pipe'), join(own, 'link')];
  writeFileSync(file, '');
  execFileSync('mkfifo', [pipe]);
  symlinkSync(there, link);
  for (const path of [file, pipe, link, join(own, 'nothing')]) removeWritten(path);
  expect(readdirSync(own)).toEqual(['link', 'pipe']);
  expect(existsSync(there)).toBe(true);
});

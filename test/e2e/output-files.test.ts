import { existsSync } from 'node:fs';
import { copyFile, link, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { cli, linesOf } from '../support/cli.js';
import { shippedPath } from '../support/shipped.js';

const CAPTURE = shippedPath('activation-at-connect.pcapng');

let folder = '';
let input = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
  input = join(folder, 'in.pcapng');
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(() => copyFile(CAPTURE, input));

describe('a file for results that is one of those to read', () => {
  const junit = (): string => join(folder, 'results.xml');

  test.each<[string, () => string[]]>([
    ['audit --csv', () => ['audit', input, '--csv', input]],
    ['audit --junit', () => ['audit', input, '--junit', input]],
    ['audit of a folder', () => ['audit', folder, '--csv', input]],
    ['audit --csv, where --junit is another file', () => ['audit', input, '--junit', junit(), '--csv', input]],
    ['replay --junit', () => ['replay', input, '--junit', input]],
    ['replay conversations --junit', () => ['replay', 'conversations', input, '--junit', input]],
    ['replay relay --junit', () => ['replay', 'relay', input, '--junit', input]],
    ['replay server --pcap', () => ['replay', 'server', input, '--pcap', input]],
    ['replay server --junit', () => ['replay', 'server', input, '--junit', input]],
    ['serve --pcap', () => ['serve', '--listen', '127.0.0.1:0', '--access', input, '--pcap', input]],
  ])('%s is bad usage, and nothing is written', async (name, args) => {
    if (name.startsWith('serve')) await writeFile(input, '{}');
    const before = await readFile(input);
    await writeFile(junit(), 'results of before');
    const { code, stdout, stderr } = await cli(args());
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(linesOf(stderr)).toEqual([`dcom-harness: cannot write ${input}: it is one of the files to read`]);
    expect(await readFile(input)).toEqual(before);
    expect(await readFile(junit(), 'utf8')).toBe('results of before');
  });

  test('is known by what it is, not by its name', async () => {
    const [hard, soft] = [join(folder, 'hard.csv'), join(folder, 'soft.csv')];
    await Promise.all([link(input, hard), symlink(input, soft)]);
    for (const csv of [hard, soft]) {
      const { code, stderr } = await cli(['audit', input, '--csv', csv]);
      expect(code).toBe(2);
      expect(stderr).toContain('it is one of the files to read');
    }
    expect(await readFile(input)).toEqual(await readFile(CAPTURE));
  });

  test('a device is written to, wherever stdin comes from', async () => {
    expect((await cli(['audit', input, '--csv', '/dev/null'])).code).toBe(1);
  });
});

test('a run that breaks off before it has a result leaves no empty file in its place', async () => {
  const [junit, link] = [join(folder, 'none.xml'), join(folder, 'link.xml')];
  await Promise.all([writeFile(junit, 'results of before'), symlink(junit, link)]);
  const run = (file: string) =>
    cli(['test', '--listen', '127.0.0.1:0', '--user', 'LAB\\op:secret', '--junit', file, '--', './no-such-client']);
  expect(await run(link)).toMatchObject({ code: 2 });
  expect(await readFile(link, 'utf8')).toBe('');
  expect(await run(junit)).toMatchObject({ code: 2 });
  expect(existsSync(junit)).toBe(false);
});

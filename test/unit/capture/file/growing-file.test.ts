import { execFileSync } from 'node:child_process';
import { appendFile, mkdtemp, rename, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptureError } from '../../../../src/capture/file/error.js';
import { growingFile } from '../../../../src/capture/file/growing-file.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dcom-harness-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function started(name: string, content: string) {
  const path = join(folder, name);
  await writeFile(path, content);
  const stop = new AbortController();
  const pieces = growingFile(path, stop.signal);
  const next = async (): Promise<string | undefined> => {
    const { value, done } = await pieces.next();
    return done ? undefined : Buffer.from(value).toString();
  };
  return { path, stop, next };
}

describe('a file that grows', () => {
  test('is given as it grows, from an empty file on, and ends with the signal', async () => {
    const { path, stop, next } = await started('grows', '');
    const first = next();
    await appendFile(path, 'one');
    expect(await first).toBe('one');
    await appendFile(path, 'two');
    expect(await next()).toBe('two');
    const last = next();
    stop.abort();
    expect(await last).toBeUndefined();
  });

  test('that becomes shorter is said to, as what follows would be read from a wrong place', async () => {
    const { path, next } = await started('shorter', 'twelve octets');
    await next();
    await truncate(path, 3);
    await expect(next()).rejects.toThrow(/shorter: became shorter: 3 octets, of which 13 were read/);
  });

  test('that gives way to another file under its name is said to, after all that it had', async () => {
    const { path, next } = await started('rotated', 'old');
    expect(await next()).toBe('old');
    await rename(path, `${path}.1`);
    await appendFile(`${path}.1`, ' to its end');
    expect(await next()).toBe(' to its end');
    const afterwards = next();
    await writeFile(path, 'new');
    await expect(afterwards).rejects.toThrow(/rotated: was replaced by another file/);
  });

  test('that is a pipe or a folder is refused at once, and nothing is waited for', async () => {
    const pipe = join(folder, 'pipe');
    execFileSync('mkfifo', [pipe]);
    for (const path of [pipe, folder])
      await expect(growingFile(path, new AbortController().signal).next()).rejects.toThrow(/is no regular file/);
  });

  test('and is not there is a CaptureError', async () => {
    const pieces = growingFile(join(folder, 'none'), new AbortController().signal);
    await expect(pieces.next()).rejects.toThrow(CaptureError);
  });
});

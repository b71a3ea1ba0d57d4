import { appendFile, mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CaptureError } from '../../../src/capture/error.js';
import { growingFile } from '../../../src/capture/growing-file.js';

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

  test('and is not there is a CaptureError', async () => {
    const pieces = growingFile(join(folder, 'none'), new AbortController().signal);
    await expect(pieces.next()).rejects.toThrow(CaptureError);
  });
});

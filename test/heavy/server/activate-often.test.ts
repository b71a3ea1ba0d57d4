import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';

const COUNT = 100_000;
const MEBIBYTE = 1024 * 1024;

test('100,000 activations and releases leave no object behind, and a flat heap', async () => {
  const script = join(import.meta.dirname, '../../support/activate-often.mjs');
  const child = spawn(process.execPath, ['--expose-gc', script, String(COUNT)]);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  expect(stderr).toBe('');
  const { heap, objects } = JSON.parse(stdout) as { heap: number[]; objects: number };
  expect(objects).toBe(0);
  // After the first tenth the log of 10,000 activations is full.
  const [full = 0, ...later] = heap;
  expect(later).toHaveLength(9);
  for (const size of later) expect(size).toBeLessThan(full + MEBIBYTE);
});

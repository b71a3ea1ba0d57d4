import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test('the example of the client suite in vitest runs as it stands, and every check passes', () => {
  const arguments_ = ['vitest', 'run', '--config', 'examples/vitest.config.mjs', '--reporter', 'json'];
  const { stdout, stderr, status } = spawnSync('npx', arguments_, { cwd: root, encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const { numPassedTests, numTotalTests } = JSON.parse(stdout.slice(stdout.indexOf('{')));
  expect(numTotalTests).toBeGreaterThan(30);
  expect(numPassedTests).toBe(numTotalTests);
});

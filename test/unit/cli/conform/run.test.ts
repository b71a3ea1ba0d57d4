import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { runSuite } from '../../../../src/cli/conform/run.js';
import { printer } from '../../../../src/cli/io.js';
import type { CheckResult } from '../../../../src/conform/core/index.js';
import { hardeningVerdict } from '../../../../src/conform/server/verdict.js';

const REFUSED: CheckResult = {
  id: 'hardening/refused/connect',
  section: 'KB5004442',
  level: 'WINDOWS',
  requirement: 'An activation below PKT_INTEGRITY is refused.',
  needs: [],
  stimulus: 'an activation at CONNECT',
  outcome: { outcome: 'failed', expected: 'a fault', actual: 'an object' },
  wire: [],
  pdus: [],
  time: 0,
  seconds: 0,
};

test('JUnit of a server’s suite says the verdict, as a property and as output', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dcom-conform-'));
  const code = process.exitCode;
  onTestFinished(() => {
    rmSync(folder, { recursive: true });
    process.exitCode = code;
  });
  const junit = join(folder, 'conform.xml');
  const found = hardeningVerdict([REFUSED]);
  const verdict = { title: 'not hardened', tone: 'bad' as const, text: found?.text ?? '' };
  const options = { tap: false, json: true, allowNone: false, junit };
  const silent = { ...printer({ json: true, colour: false, width: undefined }, () => {}), note: () => {} };
  await runSuite(silent as never, options as never, { suite: 'conform server', title: 'x' }, async () => ({
    results: [REFUSED],
    verdict,
  }));
  const xml = readFileSync(junit, 'utf8');
  const text = 'not hardened. Activations below PKT_INTEGRITY are accepted, by every method: this is CVE-2021-26414';
  expect(xml).toContain(`<property name="verdict" value="${text}`);
  expect(xml).toContain(`<system-out>Verdict: ${text}`);
  expect(xml).toMatch(/<testsuite name="conform server"/);
});

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

const silent = { ...printer({ json: true, colour: false, width: undefined }, () => {}), note: () => {} };
const judging = { suite: 'conform server', title: 'x' };

/** The exit code of a run with these results. */
async function exitCodeOf(results: readonly CheckResult[], allowNone = false): Promise<unknown> {
  const code = process.exitCode;
  try {
    const options = { tap: false, json: true, allowNone };
    await runSuite(silent as never, options as never, judging, async () => ({ results }));
    return process.exitCode;
  } finally {
    process.exitCode = code;
  }
}

const sanity = (outcome: CheckResult['outcome']): CheckResult => ({ ...REFUSED, id: 'sanity/answers-first', outcome });
const PASSED = { outcome: 'passed' } as const;
const NOT_RUN = { outcome: 'not run', reason: 'the target fails the sanity check' } as const;

test.each([
  [0, 'a check passed', [sanity(PASSED), { ...REFUSED, outcome: PASSED }]],
  [1, 'a check failed', [sanity(PASSED), REFUSED]],
  [1, 'a check failed, and others were not run', [sanity(PASSED), REFUSED, { ...REFUSED, outcome: NOT_RUN }]],
  [2, 'no check was run', [sanity(REFUSED.outcome), { ...REFUSED, outcome: NOT_RUN }]],
  [2, 'no check applies', [sanity(PASSED), { ...REFUSED, outcome: { outcome: 'not applicable', reason: 'no' } }]],
] satisfies [number, string, CheckResult[]][])('the exit code is %i where %s', async (code, _what, results) => {
  expect(await exitCodeOf(results)).toBe(code);
});

test.each([
  [0, 'no check applies', [sanity(PASSED), { ...REFUSED, outcome: { outcome: 'not applicable', reason: 'no' } }]],
  [1, 'the target fails the sanity check', [sanity(REFUSED.outcome), { ...REFUSED, outcome: NOT_RUN }]],
] satisfies [number, string, CheckResult[]][])(
  'with --allow-none the exit code is %i where %s',
  async (code, _what, results) => {
    expect(await exitCodeOf(results, true)).toBe(code);
  },
);

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
  await runSuite(silent as never, options as never, judging, async () => ({
    results: [REFUSED],
    verdict,
  }));
  const xml = readFileSync(junit, 'utf8');
  const text = 'not hardened. Activations below PKT_INTEGRITY are accepted, by every method: this is CVE-2021-26414';
  expect(xml).toContain(`<property name="verdict" value="${text}`);
  expect(xml).toContain(`<system-out>Verdict: ${text}`);
  expect(xml).toMatch(/<testsuite name="conform server"/);
});

import { type CheckResult, type Expectations, expectedToFail } from '../../conform/core/index.js';
import type { Result } from '../result.js';

/** How the results of a suite are judged. */
export interface Judging {
  /** What is known to fail of the target. */
  readonly expectations?: Expectations;
  /** Whether a recommendation that is not met counts as a failure; false where absent. */
  readonly strict?: boolean;
  /** What was tested, as a report names it. */
  readonly target?: string;
}

/** What came of the checks of a suite, in the model of all results. */
export const conformResults = (checks: readonly CheckResult[], judging: Judging = {}): Result[] =>
  checks.map((check) => conformResult(check, judging));

/** One of them. */
export function conformResult(check: CheckResult, { expectations = {}, strict = false, target }: Judging): Result {
  const { id, requirement: title, section, level, outcome, pdus, time, seconds } = check;
  const known = expectedToFail(expectations, id);
  const base = { id, title, section, level, pdus, time, seconds, ...(target !== undefined && { file: target }) };
  if (outcome.outcome === 'not applicable')
    return { ...base, outcome: 'skip', expected: '', actual: '', reason: outcome.reason };
  if (outcome.outcome === 'not run')
    return { ...base, outcome: 'skip', expected: '', actual: '', reason: `not run: ${outcome.reason}` };
  if (outcome.outcome === 'passed') {
    const held = { expected: title, actual: 'it does' };
    if (known === undefined) return { ...base, ...held, outcome: 'pass' };
    return {
      ...base,
      ...held,
      expected: `a failure: ${known}`,
      outcome: 'fail',
      reason: 'passes, against expectation',
    };
  }
  const found =
    outcome.outcome === 'failed'
      ? { expected: outcome.expected, actual: outcome.actual }
      : { expected: title, actual: outcome.message };
  if (known !== undefined) return { ...base, ...found, outcome: 'xfail', reason: known };
  if (level === 'SHOULD' && !strict && outcome.outcome === 'failed')
    return { ...base, ...found, outcome: 'skip', reason: `${id} is only recommended, and not met: ${found.actual}` };
  return { ...base, ...found, outcome: 'fail' };
}

import type { Environment } from '../../net/environment.js';
import type { Milliseconds } from '../../security/index.js';
import { type Check, type CheckInfo, type CheckOutcome, Mismatch, NotApplicable } from './check.js';
import { type Facts, missingFact } from './facts.js';
import { Wire, type WirePiece } from './wire.js';

/** A check with what came of it. */
export interface CheckResult extends CheckInfo {
  readonly outcome: CheckOutcome;
  /** What went over the wire; nothing where it was not run. */
  readonly wire: readonly WirePiece[];
  /** The same in one line each. */
  readonly pdus: readonly string[];
  /** When it began, in milliseconds since 1970-01-01 UTC, and how many seconds it took. */
  readonly time: Milliseconds;
  readonly seconds: number;
}

/** What one check works with, and how that is given back. */
export interface Attempt<C> {
  readonly context: C;
  /** Ends every connection that the check has left open. */
  close(): void | Promise<void>;
}

export interface RunOptions<C> extends Pick<Environment, 'timers' | 'clock' | 'monotonic'> {
  readonly checks: readonly Check<C>[];
  /** Asked first, last, and after each check that fails: whether the target still does the simplest thing. */
  readonly sanity: Check<C>;
  /** What the target has, and why it lacks the rest. */
  readonly facts: Facts;
  /** What a check works with: a fresh one for each. */
  readonly attempt: (wire: Wire, check: CheckInfo) => Attempt<C>;
  /** How long one check may take, beside what it waits. */
  readonly checkMilliseconds: Milliseconds;
  /** Runs the checks that wait for minutes too; false where absent. */
  readonly slow?: boolean;
  /** Told of each result as it comes. */
  readonly told?: (result: CheckResult, place: { readonly index: number; readonly total: number }) => void;
}

const TRIES = 3;
const BETWEEN_TRIES: Milliseconds = 500;

/**
 * Runs checks one after the other. Whatever a check or the target does, the run goes on, and ends; where the target no
 * longer answers at all, the rest is not tried.
 */
export async function runChecks<C>(options: RunOptions<C>): Promise<CheckResult[]> {
  const { checks, sanity, facts, told } = options;
  const total = checks.length + 2;
  const results: CheckResult[] = [];
  const add = (result: CheckResult): void => {
    results.push(result);
    told?.(result, { index: results.length, total });
  };
  const first = await runCheck(named(sanity, 'first'), options);
  add(first);
  let gone = passed(first) ? undefined : 'the target fails the sanity check';
  for (const check of checks) {
    // Where nothing works, nobody knows what the target has.
    const lacking = passed(first) ? (missingFact(facts, check.needs) ?? missingTime(check, options)) : undefined;
    if (lacking !== undefined || gone !== undefined) {
      const outcome: CheckOutcome =
        lacking === undefined
          ? { outcome: 'not run', reason: gone as string }
          : { outcome: 'not applicable', reason: lacking };
      add(resultOf(check, outcome, new Wire(), options.clock(), 0));
      continue;
    }
    const result = await runCheck(check, options);
    add(result);
    if (!passed(result) && result.outcome.outcome !== 'not applicable' && !(await answers(options)))
      gone = `the target has not answered since ${check.id}`;
  }
  const last = named(sanity, 'last');
  add(
    gone === undefined
      ? await runCheck(last, options)
      : resultOf(last, { outcome: 'not run', reason: gone }, new Wire(), options.clock(), 0),
  );
  return results;
}

const missingTime = ({ waits }: CheckInfo, { slow = false }: { readonly slow?: boolean }): string | undefined =>
  waits === undefined || slow
    ? undefined
    : `it waits for ${Math.ceil(waits / 60_000)} minutes, which is to be asked for`;

const named = <C>(check: Check<C>, when: 'first' | 'last'): Check<C> => ({ ...check, id: `${check.id}-${when}` });

const passed = ({ outcome }: CheckResult): boolean => outcome.outcome === 'passed';

/** Whether the target still passes the sanity check, given a moment to recover. */
async function answers<C>(options: RunOptions<C>): Promise<boolean> {
  for (let tried = 0; tried < TRIES; tried++) {
    if (tried > 0) await new Promise<void>((resolve) => options.timers.after(BETWEEN_TRIES, resolve));
    if (passed(await runCheck(options.sanity, options))) return true;
  }
  return false;
}

/** Runs one check, within its time, with a fresh attempt. Never rejects. */
export async function runCheck<C>(
  check: Check<C>,
  options: Pick<RunOptions<C>, 'timers' | 'clock' | 'monotonic' | 'checkMilliseconds' | 'attempt'>,
): Promise<CheckResult> {
  const { clock, monotonic, timers } = options;
  const checkMilliseconds = options.checkMilliseconds + (check.waits ?? 0);
  const wire = new Wire();
  const began = clock();
  const start = monotonic();
  const attempt = options.attempt(wire, check);
  let stop: (() => void) | undefined;
  const late = new Promise<CheckOutcome>((resolve) => {
    const message = `took longer than ${checkMilliseconds} ms`;
    const timer = timers.after(checkMilliseconds, () => resolve({ outcome: 'error', message }));
    stop = () => timer.stop();
  });
  const ran = (async () => check.run(attempt.context))().then((): CheckOutcome => ({ outcome: 'passed' }), outcomeOf);
  const outcome = await Promise.race([ran, late]);
  stop?.();
  await attempt.close();
  return resultOf(check, outcome, wire, began, (monotonic() - start) / 1000);
}

function outcomeOf(error: unknown): CheckOutcome {
  if (error instanceof Mismatch) return { outcome: 'failed', expected: error.expected, actual: error.actual };
  if (error instanceof NotApplicable) return { outcome: 'not applicable', reason: error.message };
  return { outcome: 'error', message: error instanceof Error ? error.message : String(error) };
}

/** A check with what came of it, or why it was not run. */
export const resultOf = <C>(
  { id, section, requirement, level, needs, stimulus }: Check<C>,
  outcome: CheckOutcome,
  wire: Wire,
  time: Milliseconds,
  seconds: number,
): CheckResult => ({
  ...{ id, section, requirement, level, needs, stimulus, outcome },
  wire: wire.pieces,
  pdus: wire.lines,
  time,
  seconds,
});

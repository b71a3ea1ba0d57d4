import type { Milliseconds } from '../../security/index.js';

/** A requirement of a specification, what it only recommends, or what captures and KB5004442 show of Windows. */
export type CheckLevel = 'MUST' | 'SHOULD' | 'WINDOWS';

/** What a report says of a check, whether or not it was run. */
export interface CheckInfo {
  /** Stable, `topic/section/name`: such as `rpce/2.2.2.11/auth-pad-alignment`. */
  readonly id: string;
  /** `[MS-RPCE] 2.2.2.11`. */
  readonly section: string;
  /** One sentence in our own words. */
  readonly requirement: string;
  readonly level: CheckLevel;
  /** What the target must have for the check to mean anything, by the names of the suite's probe. */
  readonly needs: readonly string[];
  /** What is sent to the target, in a few words. */
  readonly stimulus: string;
  /** Milliseconds for which it lets time pass by itself. Such a check is run where the run has that time, and only there. */
  readonly waits?: Milliseconds;
}

/** One check of a suite; `C` is what the suite gives it to work with. */
export interface Check<C> extends CheckInfo {
  /** Settles where the target does as it should; else rejects with `Mismatch`, or with `NotApplicable`. */
  run(context: C): Promise<void>;
}

/** What came of a check. */
export type CheckOutcome =
  | { readonly outcome: 'passed' }
  | { readonly outcome: 'failed'; readonly expected: string; readonly actual: string }
  | { readonly outcome: 'not applicable'; readonly reason: string }
  /** Nobody tried it: the target does not do even the simplest thing, or has not answered since another check. */
  | { readonly outcome: 'not run'; readonly reason: string }
  /** The check could not be carried out: no connection, no answer where the stimulus needs one, a limit of the run. */
  | { readonly outcome: 'error'; readonly message: string };

/** The target does not do what the check asks for. */
export class Mismatch extends Error {
  readonly expected: string;
  readonly actual: string;

  constructor(expected: string, actual: string) {
    super(`expected ${expected}; got ${actual}`);
    this.name = 'Mismatch';
    this.expected = expected;
    this.actual = actual;
  }
}

/** The check turns out to say nothing about this target. */
export class NotApplicable extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotApplicable';
  }
}

/** Throws `Mismatch` where something does not hold. */
export function must(holds: boolean, expected: string, actual: string | (() => string)): asserts holds {
  if (!holds) throw new Mismatch(expected, typeof actual === 'string' ? actual : actual());
}

const ID = /^[a-z0-9]+(\/[a-z0-9.-]+){1,2}$/;

/** Checks of several topics in one list. Throws `TypeError` for an id that is used twice, or is none. */
export function composed<C>(...groups: readonly (readonly Check<C>[])[]): readonly Check<C>[] {
  const checks = groups.flat();
  const seen = new Set<string>();
  for (const { id } of checks) {
    if (!ID.test(id)) throw new TypeError(`no id of a check: ${id}`);
    if (seen.has(id)) throw new TypeError(`two checks have the id ${id}`);
    seen.add(id);
  }
  return checks;
}

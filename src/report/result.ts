import { recordTime } from './record.js';

/** One requirement, checked once: what lab, replay and conformance give, and what every report is made of. */
export interface Result {
  /** Stable, such as `rpce.bind.unknown-auth-type`; never a position. */
  readonly id: string;
  /** The requirement in one sentence. */
  readonly title: string;
  /** `[MS-RPCE] 2.2.2.11`, or `KB5004442`. */
  readonly section: string;
  readonly level: ResultLevel;
  readonly outcome: Outcome;
  readonly expected: string;
  readonly actual: string;
  /** One line for each PDU that matters, in the order of the wire. */
  readonly pdus: readonly string[];
  /** Why it was skipped, or is expected to fail. */
  readonly reason?: string;
  /** What it belongs to, where a report has several: a scenario. */
  readonly suite?: string;
  /** What it is about, or was read from: a scenario, a capture. */
  readonly file?: string;
  /** When it was decided, in milliseconds since 1970-01-01 UTC: by the clock of what was tested, or of the capture. */
  readonly time?: number;
  /** How long it took, in seconds by the same clock. */
  readonly seconds?: number;
}

/** A requirement, a recommendation, or what Windows does without a specification saying so. */
export type ResultLevel = 'MUST' | 'SHOULD' | 'WINDOWS';

/** `xfail`: it failed, as is known of this target. A known failure that passes is a `fail`, with a reason. */
export type Outcome = 'pass' | 'fail' | 'skip' | 'xfail';

/** A result for programs. */
export const resultRecord = ({ pdus: _, time, ...result }: Result) => ({
  ...result,
  ...(time === undefined ? {} : { time: recordTime(time) }),
});

/** Results whose ids would be the same get numbers: a report that is read by names must not take two for one. */
export function withDistinctIds(results: readonly Result[]): Result[] {
  const times = new Map<string, number>();
  return results.map((result) => {
    const key = `${result.suite ?? ''} ${result.id}`;
    const before = times.get(key) ?? 0;
    times.set(key, before + 1);
    return before === 0 ? result : { ...result, id: `${result.id}.${before + 1}` };
  });
}

export interface ResultsSummary extends Readonly<Record<Outcome, number>> {
  readonly total: number;
  /** Nothing failed unexpectedly; decides the exit code. */
  readonly ok: boolean;
  /** `3 passed, 1 failed, 0 skipped`, with `, 2 expected to fail` where there are any. */
  readonly text: string;
}

export function resultsSummary(results: readonly Result[]): ResultsSummary {
  const count = (outcome: Outcome): number => results.filter((result) => result.outcome === outcome).length;
  const [pass, fail, skip, xfail] = [count('pass'), count('fail'), count('skip'), count('xfail')];
  const known = xfail === 0 ? '' : `, ${xfail} expected to fail`;
  return {
    total: results.length,
    pass,
    fail,
    skip,
    xfail,
    ok: fail === 0,
    text: `${pass} passed, ${fail} failed, ${skip} skipped${known}`,
  };
}

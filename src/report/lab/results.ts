import type { LabRun } from '../../lab/index.js';
import type { Result } from '../result.js';

/** What a lab found, in the model of all results. */
export const labResults = (runs: readonly LabRun[]): Result[] =>
  runs.flatMap(({ scenario, file, start, findings }) =>
    findings.map(
      ({ id, title, section, expected, actual, ok, time }, index): Result => ({
        id,
        title,
        section,
        level: 'WINDOWS',
        outcome: ok ? 'pass' : 'fail',
        expected,
        actual,
        pdus: [],
        suite: scenario,
        file,
        time,
        // By the clock of the lab: since the finding before.
        seconds: (time - (findings[index - 1]?.time ?? start)) / 1000,
      }),
    ),
  );

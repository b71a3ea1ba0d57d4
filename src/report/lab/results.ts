import type { LabRun } from '../../lab/index.js';
import type { Result } from '../result.js';

/** What a lab found, in the model of all results. */
export const labResults = (runs: readonly LabRun[]): Result[] =>
  runs.flatMap(({ findings }) =>
    findings.map(
      ({ id, title, section, expected, actual, ok }): Result => ({
        id,
        title,
        section,
        level: 'WINDOWS',
        outcome: ok ? 'pass' : 'fail',
        expected,
        actual,
        pdus: [],
      }),
    ),
  );

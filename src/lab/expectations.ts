import type { Lab } from './lab.js';
import type { Expectation } from './scenario.js';
import type { Path } from './scenario-file.js';

/** Where a step stands, and what has to come of it. */
export interface StepContext {
  readonly path: Path;
  readonly title: string | undefined;
  readonly expect: Expectation;
}

/** Section of what the hosts' own model of the hardening expects: the same rules decide in the servers and clients. */
export const MODEL = 'KB5004442, as modelled';

/** What has to come of a step, or what it can tell, by the names of what a scenario can expect. */
export type Observed = Partial<Record<keyof Expectation, unknown>>;

/** One finding for each thing that the scenario expects. */
export function compare(lab: Lab, id: string, title: string, expect: Observed, observed: Observed): void {
  for (const [key, expected] of Object.entries(expect)) {
    const known = key in observed;
    lab.found({
      id: `${id}.${key}`,
      title: `${title}: ${key}`,
      section: 'scenario',
      expected: text(expected),
      actual: known ? text(observed[key as keyof Expectation]) : 'this step cannot tell',
    });
  }
}

const text = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));

import type { Lab } from './lab.js';

/** Section of what the hosts' own model of the hardening expects: the same rules decide in the servers and clients. */
export const MODEL = 'KB5004442, as modelled';

/** What has to come of a step, or what it can tell, by the names of what a scenario can expect. */
export type Observed = Readonly<Record<string, unknown>>;

/** One finding for each thing that the scenario expects. */
export function compare(lab: Lab, id: string, title: string, expect: Observed, observed: Observed): void {
  for (const [key, expected] of Object.entries(expect)) {
    lab.found({
      id: `${id}.${key}`,
      title: `${title}: ${key}`,
      section: 'scenario',
      expected: text(expected),
      actual: text(observed[key]),
    });
  }
}

const text = (value: unknown): string => (Array.isArray(value) ? `[${value.join(', ')}]` : String(value));

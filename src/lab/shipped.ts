import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readScenario, type Scenario } from './scenario-file.js';

const FOLDER = fileURLToPath(new URL('../../scenarios/', import.meta.url));
const SUFFIX = '.yaml';
/** What everybody wants to see first. */
const FIRST = ['timeline', 'relay-history', 'troubleshooting'];

/** The names of the scenarios that come with this program. */
export const shippedScenarios = (): string[] => {
  const names = readdirSync(FOLDER)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
  return [...FIRST, ...names.filter((name) => !FIRST.includes(name))];
};

/** One of them. Undefined if there is none of that name. */
export const shippedScenario = (name: string): Scenario | undefined =>
  shippedScenarios().includes(name)
    ? readScenario(`${FOLDER}${name}${SUFFIX}`, `scenarios/${name}${SUFFIX}`)
    : undefined;

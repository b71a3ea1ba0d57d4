import { readFileSync } from 'node:fs';
import { isNode, LineCounter, parseDocument } from 'yaml';
import { references } from './references.js';
import { type ScenarioData, scenarioSchema } from './scenario.js';
import { ScenarioError } from './scenario-error.js';

/** Where something stands in a scenario: `['steps', 2, 'activate', 'on']`. */
export type Path = readonly (string | number)[];

/** A scenario that was read and checked. */
export interface Scenario {
  readonly data: ScenarioData;
  readonly file: string;
  /** A mistake that shows only when it runs. */
  error(path: Path, why: string): ScenarioError;
}

/** Throws `ScenarioError` where the text is no scenario, or names hosts, applications and objects that are not there. */
export function parseScenario(text: string, file = 'scenario'): Scenario {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const placeOf = (path: Path) => {
    // What is missing has no place of its own; what it is missing from has.
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return at(0);
  };
  const error = (path: Path, why: string): ScenarioError =>
    new ScenarioError(placeOf(path), path.length === 0 ? why : `${path.join('.')}: ${why}`);

  const [broken] = document.errors;
  if (broken !== undefined) throw new ScenarioError(at(broken.pos[0]), broken.message);
  const result = scenarioSchema.safeParse(document.toJS() ?? {});
  if (!result.success) {
    const [issue] = result.error.issues;
    const path = [...(issue?.path ?? [])] as (string | number)[];
    if (issue?.code === 'unrecognized_keys' && issue.keys[0] !== undefined) path.push(issue.keys[0]);
    throw error(path, issue?.message ?? 'not understood');
  }
  for (const { path, why } of references(result.data)) throw error(path, why);
  return { data: result.data, file, error };
}

/** Reads a scenario from a file. Throws as the system does where it cannot be read, and `ScenarioError`. */
export const readScenario = (file: string): Scenario => parseScenario(readFileSync(file, 'utf8'), file);

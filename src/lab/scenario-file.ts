import { readFileSync } from 'node:fs';
import type { z } from 'zod';
import { yamlDocument } from '../server/yaml-document.js';
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
  const document = yamlDocument(text, { mistake: (place, why) => new ScenarioError({ file, ...place }, why) });
  const error = (path: Path, why: string, place = document.placeOf(path)): ScenarioError =>
    new ScenarioError({ file, ...place }, path.length === 0 ? why : `${path.join('.')}: ${why}`);

  const result = scenarioSchema.safeParse(document.content);
  if (!result.success) {
    const { path, why, key } = worst(result.error);
    if (key === undefined) throw error(path, why);
    throw error([...path, key], why, document.placeOfKey(path, key));
  }
  for (const { path, why } of references(result.data)) throw error(path, why);
  return { data: result.data, file, error };
}

/** Of several mistakes a key that nobody knows: it may be what is missing elsewhere, misspelt. */
function worst({ issues }: z.ZodError): { path: Path; why: string; key?: string } {
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const path = [...(issue?.path ?? [])] as (string | number)[];
  if (issue?.code === 'unrecognized_keys')
    return {
      path,
      why: issue.message.startsWith('Unrecognized key') ? 'no such key' : issue.message,
      key: issue.keys[0] as string,
    };
  const message = issue?.message ?? 'not understood';
  return { path, why: message.endsWith('received undefined') ? 'it is missing' : message };
}

/** Reads a scenario from a file, which mistakes call `named`. Throws as the system does where it cannot be read, and `ScenarioError`. */
export const readScenario = (file: string, named = file): Scenario => parseScenario(readFileSync(file, 'utf8'), named);

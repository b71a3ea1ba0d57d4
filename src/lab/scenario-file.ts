import { readFileSync } from 'node:fs';
import { type Document, isAlias, isMap, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
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
    // A missing member has no place of its own; its parent has.
    for (let length = path.length; length >= 0; length--) {
      const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
      if (isNode(node) && node.range) return at(node.range[0]);
    }
    return at(0);
  };
  const error = (path: Path, why: string, place = placeOf(path)): ScenarioError =>
    new ScenarioError(place, path.length === 0 ? why : `${path.join('.')}: ${why}`);

  const [broken] = document.errors;
  if (broken !== undefined) throw new ScenarioError(at(broken.pos[0]), broken.message);
  const lost = lostAlias(document);
  if (lost !== undefined) throw new ScenarioError(at(lost.at), `nothing before is marked &${lost.name}`);
  const nameless = protoKey(document);
  if (nameless !== undefined) throw new ScenarioError(at(nameless), "nothing can be named '__proto__'");
  const result = scenarioSchema.safeParse(contentOf(document, (why) => new ScenarioError(at(0), why)));
  if (!result.success) {
    const { path, why, key } = worst(result.error);
    const keyAt = key === undefined ? undefined : keyOf(document, path, key);
    throw error(key === undefined ? path : [...path, key], why, keyAt === undefined ? undefined : at(keyAt));
  }
  for (const { path, why } of references(result.data)) throw error(path, why);
  return { data: result.data, file, error };
}

/** What the text means; more aliases than any scenario has are refused. */
function contentOf(document: Document, failed: (why: string) => ScenarioError): unknown {
  try {
    return document.toJS() ?? {};
  } catch (error) {
    throw failed((error as Error).message);
  }
}

/** An alias whose anchor is not there. */
function lostAlias(document: Document): { name: string; at: number } | undefined {
  let lost: { name: string; at: number } | undefined;
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) !== undefined) return undefined;
      lost = { name: node.source, at: node.range?.[0] ?? 0 };
      return visit.BREAK;
    },
  });
  return lost;
}

/** A key that means something to JavaScript: it would be left out without a word. */
function protoKey(document: Document): number | undefined {
  let found: number | undefined;
  visit(document, {
    Pair(_key, { key }) {
      if (!isScalar(key) || key.value !== '__proto__') return undefined;
      found = key.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  return found;
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

/** Where a key begins, which may be lines before its value. */
function keyOf(document: Document, path: Path, key: string): number | undefined {
  const found = path.length === 0 ? document.contents : document.getIn(path, true);
  const map = isAlias(found) ? found.resolve(document) : found;
  if (!isMap(map)) return undefined;
  const pair = map.items.find((item) => isScalar(item.key) && String(item.key.value) === key);
  return isScalar(pair?.key) ? pair.key.range?.[0] : undefined;
}

/** Reads a scenario from a file, which mistakes call `named`. Throws as the system does where it cannot be read, and `ScenarioError`. */
export const readScenario = (file: string, named = file): Scenario => parseScenario(readFileSync(file, 'utf8'), named);

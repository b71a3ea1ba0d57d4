import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { systemReason } from '../net/error.js';
import { UsageError } from './io.js';

/** Reads what a schema describes from a YAML or JSON file. Throws `UsageError`, with the line, for anything else. */
export function readYamlFile<S extends z.ZodType>(path: string, schema: S): z.output<S> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${systemReason(error)}`);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${place(error.pos[0])}: ${error.message}`);
  const result = schema.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = [...(issue?.path ?? [])] as (string | number)[];
  // A key that is not known stands in the message, and its map is what the path leads to.
  if (issue?.code === 'unrecognized_keys' && issue.keys[0] !== undefined) where.push(issue.keys[0]);
  const node = document.getIn(where, true) as { range?: readonly number[] } | undefined;
  const what = where.length === 0 ? '' : `${where.join('.')}: `;
  throw new UsageError(`${place(node?.range?.[0] ?? 0)}: ${what}${issue?.message ?? 'not understood'}`);
}

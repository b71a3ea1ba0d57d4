import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';

/**
 * A YAML or JSON text as a schema describes it. For any other it throws what `mistake` makes of one line, with file, line
 * and column.
 */
export function parseYaml<S extends z.ZodType>(
  text: string,
  file: string,
  schema: S,
  mistake: (line: string) => Error,
): z.output<S> {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false, merge: true });
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${file}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) throw mistake(`${place(error.pos[0])}: ${error.message}`);
  const result = schema.safeParse(document.toJS() ?? {}, { error: inWords });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = [...(issue?.path ?? [])] as (string | number)[];
  // A key that is not known is not in the path, which leads to its map.
  if (issue?.code === 'unrecognized_keys' && issue.keys[0] !== undefined) where.push(issue.keys[0]);
  const node = document.getIn(where, true) as { range?: readonly number[] } | undefined;
  const named = where.length === 0 ? '' : `${where.join('.')}: `;
  throw mistake(`${place(node?.range?.[0] ?? 0)}: ${named}${issue?.message ?? 'not understood'}`);
}

/** What a reader of YAML calls the types of zod. */
const KINDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  object: 'a map',
  record: 'a map',
  array: 'a list',
  tuple: 'a list',
};

/** A mistake in words of the file; undefined leaves it to the schema and to zod. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return 'no such key';
  if (issue.input === undefined) return 'it is missing';
  if (issue.code === 'invalid_value') return `expected ${issue.values?.join(' or ')}`;
  if (issue.code === 'invalid_type') return `expected ${KINDS[issue.expected ?? ''] ?? issue.expected}`;
  return undefined;
}

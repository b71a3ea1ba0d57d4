import type { z } from 'zod';
import { type YamlPlace, yamlDocument } from './yaml-document.js';

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
  const fail = ({ line, column }: YamlPlace, why: string): Error => mistake(`${file}:${line}:${column}: ${why}`);
  const document = yamlDocument(text, { merge: true, mistake: fail });
  const result = schema.safeParse(document.content, { error: inWords });
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = [...(issue?.path ?? [])] as (string | number)[];
  // A key that is not known is not in the path, which leads to its map.
  const key = issue?.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const place = key === undefined ? document.placeOf(path) : document.placeOfKey(path, key);
  const named = [...path, ...(key === undefined ? [] : [key])].join('.');
  const why = issue?.message ?? 'not understood';
  throw fail(place, named === '' ? why : `${named}: ${why}`);
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

const kindOf = (expected = ''): string => KINDS[expected] ?? expected;

/** A mistake in words of the file; undefined leaves it to the schema and to zod. */
function inWords(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === 'unrecognized_keys') return 'no such key';
  if (issue.input === undefined) return 'it is missing';
  if (issue.code === 'invalid_value') return `expected ${issue.values?.join(' or ')}`;
  if (issue.code === 'invalid_type') return `expected ${kindOf(issue.expected)}`;
  if (issue.code === 'invalid_union') return oneOf(issue.errors ?? []);
  return undefined;
}

/** What may stand there, where that is all that is wrong. */
function oneOf(ways: readonly (readonly z.core.$ZodIssue[])[]): string | undefined {
  const kinds = ways.map(([issue]) => (issue?.code === 'invalid_type' ? kindOf(issue.expected) : undefined));
  return kinds.length === 0 || kinds.includes(undefined) ? undefined : `expected ${[...new Set(kinds)].join(' or ')}`;
}

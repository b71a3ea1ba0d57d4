import { readFileSync } from 'node:fs';
import { LineCounter, parseDocument } from 'yaml';
import { z } from 'zod';
import { type AccessPermissions, DEFAULT_ACCESS } from '../../server/access.js';
import { UsageError } from '../io.js';

const trustee = z.string().min(1);
const entry = z.union([
  trustee.transform((name) => ({ trustee: name, allow: true })),
  z.strictObject({ allow: trustee }).transform(({ allow }) => ({ trustee: allow, allow: true })),
  z.strictObject({ deny: trustee }).transform(({ deny }) => ({ trustee: deny, allow: false })),
]);
const list = z.array(entry);
const byClass = z.record(z.guid(), list);

const permissions = z.strictObject({
  machineLaunch: list.default([...DEFAULT_ACCESS.machineLaunch]),
  machineAccess: list.default([...DEFAULT_ACCESS.machineAccess]),
  defaultLaunch: list.optional(),
  defaultAccess: list.optional(),
  launch: byClass.optional(),
  access: byClass.optional(),
});

/** Reads access permissions from a YAML or JSON file. Throws `UsageError`, with the line, for anything else. */
export function readAccessFile(path: string): AccessPermissions {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${(error as Error).message}`);
  }
  const lineCounter = new LineCounter();
  const document = parseDocument(text, { lineCounter, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lineCounter.linePos(offset);
    return `${path}:${line}:${col}`;
  };
  const [error] = document.errors;
  if (error !== undefined) throw new UsageError(`${place(error.pos[0])}: ${error.message}`);
  const result = permissions.safeParse(document.toJS() ?? {});
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = [...(issue?.path ?? [])] as (string | number)[];
  // A key that is not known stands in the message, and its map is what the path leads to.
  if (issue?.code === 'unrecognized_keys' && issue.keys[0] !== undefined) where.push(issue.keys[0]);
  const node = document.getIn(where, true) as { range?: readonly number[] } | undefined;
  throw new UsageError(`${place(node?.range?.[0] ?? 0)}: ${where.join('.')}: ${issue?.message ?? 'not understood'}`);
}

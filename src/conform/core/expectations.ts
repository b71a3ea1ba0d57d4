import { z } from 'zod';
import { matchesId } from './selection.js';

/** What is known to fail of a target: pattern of ids → reason. */
export type Expectations = Readonly<Record<string, string>>;

/** What a file of expectations holds. */
export const expectationsSchema = z.record(z.string().min(1), z.string().trim().min(1, 'a reason is missing'));

/** The expectations of a file that was read. Throws `TypeError` where it is none. */
export function expectationsOf(value: unknown): Expectations {
  const read = expectationsSchema.safeParse(value);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  const where = issue?.path.join('.') ?? '';
  throw new TypeError(`expected a map of ids to reasons${where === '' ? '' : `; ${where}`}: ${issue?.message ?? ''}`);
}

/** Why a check is expected to fail: the reason of the pattern that says most. Undefined where it is not. */
export function expectedToFail(expectations: Expectations, id: string): string | undefined {
  const patterns = Object.keys(expectations).filter((pattern) => matchesId(pattern, id));
  const [best] = patterns.sort((a, b) => b.length - a.length);
  return best === undefined ? undefined : expectations[best];
}

/** Patterns that mean no check of the suite, which are mistakes or out of date. */
export const unusedExpectations = (expectations: Expectations, ids: readonly string[]): string[] =>
  Object.keys(expectations).filter((pattern) => !ids.some((id) => matchesId(pattern, id)));

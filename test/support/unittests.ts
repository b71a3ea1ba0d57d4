import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { ndjsonLines } from './cli.js';

/** How one test of a Python suite of others ended. */
export interface Unittest {
  /** Its class and name: `TestDCERPC_BIND.test_alter_no_auth_ctx`. */
  readonly name: string;
  readonly outcome: 'ok' | 'failure' | 'error' | 'skip';
  /** The last line of what it says: the exception. */
  readonly text: string;
}

/** Runs unittest modules, classes or methods of a peer to their end. */
export async function unittests(
  python: string,
  names: readonly string[],
  { env = {}, cwd }: { readonly env?: Readonly<Record<string, string>>; readonly cwd?: string } = {},
): Promise<Unittest[]> {
  const child = spawn(python, [join(import.meta.dirname, 'run_unittests.py'), ...names], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', ...env },
    ...(cwd !== undefined && { cwd }),
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const lines = ndjsonLines(stdout) as unknown as { id: string; outcome: Unittest['outcome']; text: string }[];
  if (lines.length === 0) throw new Error(`no test ran: ${stderr.slice(-2000)}`);
  return lines.map(({ id, ...rest }) => ({ name: id.split('.').slice(-2).join('.'), ...rest }));
}

/** Tests that fail, by name, with why: the same reason for all that a pattern names. */
export type Expected = readonly (readonly [pattern: RegExp, reason: string])[];

/** What did not go as expected: a failure without a reason, a reason without a failure. Empty where all did. */
export function surprises(tests: readonly Unittest[], expected: Expected): string[] {
  const isExpected = (name: string): boolean => expected.some(([pattern]) => pattern.test(name));
  const failed = tests.filter(({ outcome }) => outcome === 'failure' || outcome === 'error');
  const unexplained = failed.filter(({ name }) => !isExpected(name)).map(({ name, text: why }) => `${name}: ${why}`);
  const unneeded = expected
    .filter(([pattern]) => !failed.some(({ name }) => pattern.test(name)))
    .map(([pattern]) => `${pattern}: nothing that it names fails`);
  return [...unexplained, ...unneeded];
}

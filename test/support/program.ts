import { spawn } from 'node:child_process';

/** What a program said until it ended; `code` is null where a signal ended it. */
export interface ProgramResult {
  readonly code: number | null;
  /** stdout and stderr, in the order in which they came. */
  readonly output: string;
}

/** Ends a peer that hangs; no peer that works comes near it, however busy the machine is. */
const TIMEOUT = 280_000;

/** Runs a program of a peer to its end, in plain English and without colours; kills it where it hangs. */
export function program(
  path: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ProgramResult> {
  const child = spawn(path, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', ...environment },
    timeout: TIMEOUT,
    killSignal: 'SIGKILL',
  });
  let output = '';
  const keep = (text: string): void => {
    output += text;
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

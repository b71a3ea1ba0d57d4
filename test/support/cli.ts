import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { RecordKind } from '../../src/report/record.js';

/** The built command line; `npm test` builds it before the tests run. */
const MAIN = join(import.meta.dirname, '../../dist/cli/main.js');

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(args: readonly string[], more: Readonly<Record<string, string>> = {}): ChildProcess {
  if (!existsSync(MAIN)) throw new Error('the command line is not built: npm run build');
  const { FORCE_COLOR: _, NO_COLOR: __, ...env } = process.env;
  return spawn(process.execPath, [MAIN, ...args], {
    env: { ...env, ...('FORCE_COLOR' in more ? {} : { NO_COLOR: '1' }), ...more },
    stdio: 'pipe',
  });
}

/** Runs one command to its end. `input` is what it finds on stdin, `env` what it finds in the environment besides. */
export function cli(
  args: readonly string[],
  input: Uint8Array | string = '',
  env: Readonly<Record<string, string>> = {},
): Promise<CliResult> {
  const child = start(args, env);
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  // A command that does not read stdin may be gone before it is written.
  child.stdin?.on('error', () => {});
  child.stdin?.end(input);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}

export type JsonLine = Readonly<Record<string, unknown>>;

/** NDJSON, strictly: throws where a line is no JSON object. */
export const ndjsonLines = (text: string): JsonLine[] =>
  text
    .split('\n')
    .filter((line, index, all) => index < all.length - 1 || line !== '')
    .map((line) => {
      const value: unknown = JSON.parse(line);
      if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error(`no object: ${line}`);
      return value as JsonLine;
    });

/** What a person reads on stderr, line by line. */
export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '');

/** What was wrong, without the closing statement of what was understood. */
export const wrongIn = (text: string): string[] =>
  linesOf(text).filter((line) => !/^(understood|passed over): /.test(line));

/** A command that stays until it is told to end, such as `serve`. */
export class RunningCli {
  readonly stdout: string[] = [];
  stderr = '';
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #waiting: (() => void)[] = [];

  constructor(args: readonly string[]) {
    this.#child = start(args);
    const wake = (): void => {
      for (const waiting of this.#waiting.splice(0)) waiting();
    };
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on('line', (line) => {
      this.stdout.push(line);
      wake();
    });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      wake();
    });
    // A test that fails before it stops it leaves nothing behind.
    const kill = (): void => void this.#child.kill('SIGKILL');
    process.once('exit', kill);
    this.#ended = new Promise((resolve) => {
      this.#child.once('close', (code) => {
        process.off('exit', kill);
        resolve(code);
        wake();
      });
    });
  }

  get json(): JsonLine[] {
    return this.stdout.map((line) => JSON.parse(line) as JsonLine);
  }

  /** The first line of stdout that fits; throws, with what there is, where the command ends without it. */
  line(fits: (line: string) => boolean): Promise<string> {
    return this.#find(() => this.stdout.find(fits));
  }

  /** The same of stderr, where what people read besides the results stands. */
  note(fits: (line: string) => boolean): Promise<string> {
    return this.#find(() => this.stderr.split('\n').slice(0, -1).find(fits));
  }

  async #find(find: () => string | undefined): Promise<string> {
    for (;;) {
      const found = find();
      if (found !== undefined) return found;
      if (this.#child.exitCode !== null)
        throw new Error(`ended with ${this.#child.exitCode} and without that line: ${this.stderr}`);
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
      });
    }
  }

  /** Waits for a record of this kind on stdout, with `more` in it. */
  async record(kind: RecordKind, more = ''): Promise<JsonLine> {
    return JSON.parse(
      await this.line((line) => line.startsWith(`{"kind":"${kind}"`) && line.includes(more)),
    ) as JsonLine;
  }

  /** The exit code of a command that ends by itself. */
  get ended(): Promise<number | null> {
    return this.#ended;
  }

  /** What it finds on stdin, which stays open. */
  write(octets: Uint8Array): void {
    this.#child.stdin?.write(octets);
  }

  /** Sends a signal, and gives the exit code. */
  async stop(signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP' = 'SIGINT'): Promise<number | null> {
    this.#child.kill(signal);
    return this.#ended;
  }
}

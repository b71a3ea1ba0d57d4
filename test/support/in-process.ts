import { execute } from '../../src/cli/execute.js';
import type { RecordKind } from '../../src/report/record.js';
import { type JsonLine, ndjsonLines } from './cli.js';

/** What commands that run in this process have printed so far. */
export class Printed {
  stdout = '';
  stderr = '';

  get records(): JsonLine[] {
    return ndjsonLines(this.stdout);
  }

  /** The first record that is a `kind`. Rejects where the command that is to print it ends without, as it does. */
  async record(kind: RecordKind, by: Promise<unknown> = new Promise(() => {})): Promise<JsonLine> {
    let over: unknown;
    const end = (why: unknown): void => {
      over = why;
    };
    by.then(() => end(new Error(`ended without a record ${kind}: ${this.stderr}`)), end);
    for (;;) {
      // What it prints at its end counts.
      const last = over;
      const whole = this.stdout.slice(0, this.stdout.lastIndexOf('\n') + 1);
      const found = ndjsonLines(whole).find((record) => record.kind === kind);
      if (found !== undefined) return found;
      if (last !== undefined) throw last;
      await new Promise((resolve) => {
        setTimeout(resolve, 2);
      });
    }
  }
}

type Write = typeof process.stdout.write;

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Takes away the listeners that come while `act` runs: a command keeps its own for as long as its process, which here is all tests'. */
async function keepingListeners(act: () => Promise<unknown>): Promise<void> {
  const before = SIGNALS.map((signal) => new Set(process.listeners(signal)));
  try {
    await act();
  } finally {
    for (const [index, signal] of SIGNALS.entries())
      for (const listener of process.listeners(signal))
        if (!before[index]?.has(listener)) process.off(signal, listener);
  }
}

/** Hears what is printed while `act` runs, whatever commands it runs by `execute`. */
export async function printedBy(act: (printed: Printed) => Promise<unknown>): Promise<Printed> {
  const printed = new Printed();
  const hear =
    (name: 'stdout' | 'stderr'): Write =>
    (data: string | Uint8Array, encoding?: unknown, done?: unknown): boolean => {
      printed[name] += typeof data === 'string' ? data : Buffer.from(data).toString();
      const called = typeof encoding === 'function' ? encoding : done;
      if (typeof called === 'function') queueMicrotask(() => called());
      return true;
    };
  const { stdout, stderr } = process;
  const before = [stdout.write, stderr.write] as const;
  const { exitCode } = process;
  [stdout.write, stderr.write] = [hear('stdout'), hear('stderr')];
  try {
    await keepingListeners(() => act(printed));
  } finally {
    [stdout.write, stderr.write] = before;
    process.exitCode = exitCode;
  }
  return printed;
}

/** One command, to its end, and its exit code. */
export async function inProcess(...args: readonly string[]): Promise<{ printed: Printed; code: number }> {
  let code = 0;
  const printed = await printedBy(async () => {
    process.exitCode = 0;
    await execute(args);
    code = Number(process.exitCode);
  });
  return { printed, code };
}

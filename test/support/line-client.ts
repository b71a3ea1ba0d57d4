import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { ClientUnderTest, Ended } from '../../src/conform/client/under-test.js';

/** A program that says `ready`, and then for each line that it is given runs once and says `ok`, or what went wrong. */
class LineProcess {
  readonly ready: Promise<string | undefined>;
  readonly #child: ChildProcessWithoutNullStreams;
  #said: (line: string | undefined) => void = () => undefined;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: 'pipe' });
    this.#child.stderr.resume();
    this.ready = this.#next();
    createInterface({ input: this.#child.stdout }).on('line', (line) => this.#said(line));
    this.#child.once('close', () => this.#said(undefined));
    this.#child.stdin.on('error', () => undefined);
  }

  /** Undefined where it ends instead. */
  ask(line: string): Promise<string | undefined> {
    const answer = this.#next();
    this.#child.stdin.write(`${line}\n`);
    return answer;
  }

  end(): void {
    this.#child.kill('SIGKILL');
  }

  #next(): Promise<string | undefined> {
    return new Promise((resolve) => {
      this.#said = resolve;
    });
  }
}

/** A client for the suite that is started once, not once for each run. `end` ends its processes. */
export async function lineClient(
  [command = '', ...args]: readonly string[],
  { atATime, takesLevel = false }: { readonly atATime: number; readonly takesLevel?: boolean },
) {
  const start = (): LineProcess => new LineProcess(command, args);
  const free = Array.from({ length: atATime }, start);
  await Promise.all(free.map(({ ready }) => ready));
  const client: ClientUnderTest = {
    takesLevel,
    async run({ address, domain, user, password, level }, signal): Promise<Ended> {
      const process = free.shift() ?? start();
      const stop = (): void => process.end();
      signal.addEventListener('abort', stop, { once: true });
      await process.ready;
      const words = [address, domain, user, password, ...(takesLevel ? [level ?? 'default'] : [])];
      const said = await process.ask(words.join(' '));
      signal.removeEventListener('abort', stop);
      free.push(said === undefined ? start() : process);
      return said === 'ok' ? { how: 'succeeded' } : { how: 'failed', text: said ?? 'it ended' };
    },
  };
  const end = (): void => {
    for (const process of free.splice(0)) process.end();
  };
  return { client, end };
}

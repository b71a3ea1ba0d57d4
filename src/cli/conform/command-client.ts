import { type ChildProcess, spawn } from 'node:child_process';
import type { ClientPlace, ClientUnderTest, Ended } from '../../conform/client/under-test.js';
import { formatEndpoint } from '../../net/channel.js';
import { SYSTEM_TIMERS } from '../../net/timers.js';
import { printable } from '../../report/printable.js';
import { UsageError } from '../io.js';

/** What is put in for `{name}` in the arguments of the command. */
const PLACEHOLDERS = ['address', 'port', 'endpoint', 'domain', 'user', 'password', 'level', 'check'] as const;
type Placeholder = (typeof PLACEHOLDERS)[number];
const PLACEHOLDER = new RegExp(`\\{(${PLACEHOLDERS.join('|')})\\}`, 'g');

/** Octets of what a client prints that are kept. */
const KEPT = 4_096;
/** How long a client has to end by itself once it was told to. */
const GRACE = 1_000;

/** A client that a command starts, without any shell, once for each run. */
export function commandClient(command: string, args: readonly string[]): ClientUnderTest {
  return {
    takesLevel: args.some((arg) => arg.includes('{level}')),
    run: (place, signal) => ranOnce(command, args, place, signal),
  };
}

const valuesOf = ({
  address,
  port,
  domain,
  user,
  password,
  check,
  level,
}: ClientPlace): Record<Placeholder, string> => ({
  ...{ address, domain, user, password, check, port: String(port), endpoint: formatEndpoint({ address, port }) },
  // What a client takes where it is told nothing.
  level: level === undefined ? 'default' : String(level),
});

async function ranOnce(
  command: string,
  args: readonly string[],
  place: ClientPlace,
  signal: AbortSignal,
): Promise<Ended> {
  const values = valuesOf(place);
  const environment = PLACEHOLDERS.map((name) => [`DCOM_HARNESS_${name.toUpperCase()}`, values[name]]);
  const child = spawn(
    command,
    args.map((arg) => arg.replace(PLACEHOLDER, (_all, name: Placeholder) => values[name])),
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...Object.fromEntries(environment) },
      // A group of its own, so that what the client starts ends with it.
      detached: true,
    },
  );
  const said = new LastWords(place.password);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => said.add(bytes));
  const end = new Promise<Ended>((resolve, reject) => {
    child.once('error', (error) => reject(new UsageError(`cannot start ${command}: ${error.message}`)));
    child.once('close', (code, by) => resolve(endedBy(code, by, said.line)));
  });
  const stop = (): void => {
    signalGroup(child, 'SIGTERM');
    const timer = SYSTEM_TIMERS.after(GRACE, () => signalGroup(child, 'SIGKILL'));
    void end.finally(() => timer.stop()).catch(() => undefined);
  };
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await end;
  } finally {
    signal.removeEventListener('abort', stop);
    // What the client has started and left behind.
    signalGroup(child, 'SIGKILL');
  }
}

function endedBy(code: number | null, by: string | null, line: string): Ended {
  if (code === 0) return { how: 'succeeded' };
  const how = code === null ? `ended by ${by}` : `exit code ${code}`;
  return { how: 'failed', text: line === '' ? how : `${how}: ${line}` };
}

function signalGroup({ pid }: ChildProcess, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** The last line that a client printed, without the password. */
class LastWords {
  readonly #secret: string;
  #text = '';

  constructor(secret: string) {
    this.#secret = secret;
  }

  add(bytes: Buffer): void {
    this.#text = (this.#text + bytes.toString('utf8')).slice(-KEPT);
  }

  get line(): string {
    const line = this.#text.trimEnd().split('\n').at(-1)?.trim() ?? '';
    return printable(this.#secret === '' ? line : line.replaceAll(this.#secret, '***')).slice(0, 200);
  }
}

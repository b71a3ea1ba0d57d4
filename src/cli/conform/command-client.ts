import { type ChildProcess, spawn } from 'node:child_process';
import type { ClientPlace, ClientUnderTest, Ended } from '../../conform/client/under-test.js';
import { formatEndpoint } from '../../net/channel.js';
import { SYSTEM_TIMERS } from '../../net/timers.js';
import { printable } from '../../report/printable.js';
import { UsageError } from '../io.js';
import { signalGroup } from '../process-group.js';

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
  // A client that is told no level takes its default.
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
  const child = groups.start(() =>
    spawn(
      command,
      args.map((arg) => arg.replace(PLACEHOLDER, (_all, name: Placeholder) => values[name])),
      {
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, ...Object.fromEntries(environment) },
        // A group of its own, so that what the client starts ends with it.
        detached: true,
      },
    ),
  );
  const said = new LastWords(place.password);
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (bytes: Buffer) => said.add(bytes));
  const end = new Promise<Ended>((resolve, reject) => {
    child.once('error', (error) => reject(new UsageError(`cannot start ${command}: ${error.message}`)));
    child.once('close', (code, by) => resolve(endedBy(code, by, said.line)));
  });
  child.once('exit', () => endRemains(child));
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
    groups.delete(child);
  }
}

/**
 * Processes that the client has left behind end with it: they may hold the pipes, which do not end before they do. A
 * process that has left the group is out of reach, so nothing more is read from it after a while.
 */
function endRemains(child: ChildProcess): void {
  signalGroup(child, 'SIGKILL');
  const timer = SYSTEM_TIMERS.after(GRACE, () => {
    child.stdout?.destroy();
    child.stderr?.destroy();
  });
  child.once('close', () => timer.stop());
}

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** The groups of clients that run. Ctrl-C at a terminal does not reach them, so they are ended before this program is. */
class RunningGroups {
  readonly #children = new Set<ChildProcess>();

  /** Listens before anything is started: a signal may come as soon as it runs. */
  start<C extends ChildProcess>(spawned: () => C): C {
    if (this.#children.size === 0) this.#listen();
    const child = spawned();
    this.#children.add(child);
    return child;
  }

  delete(child: ChildProcess): void {
    this.#children.delete(child);
    if (this.#children.size === 0) this.#ignore();
  }

  #listen(): void {
    process.once('exit', this.#endAll);
    for (const signal of SIGNALS) process.once(signal, this.#interrupted);
  }

  #ignore(): void {
    process.removeListener('exit', this.#endAll);
    for (const signal of SIGNALS) process.removeListener(signal, this.#interrupted);
  }

  readonly #endAll = (): void => {
    for (const child of this.#children) signalGroup(child, 'SIGKILL');
  };

  readonly #interrupted = (signal: NodeJS.Signals): void => {
    this.#endAll();
    this.#ignore();
    process.kill(process.pid, signal);
  };
}

const groups = new RunningGroups();

function endedBy(code: number | null, by: string | null, line: string): Ended {
  if (code === 0) return { how: 'succeeded' };
  const how = code === null ? `ended by ${by}` : `exit code ${code}`;
  return { how: 'failed', text: line === '' ? how : `${how}: ${line}` };
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

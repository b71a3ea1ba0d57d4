import { spawn } from 'node:child_process';
import { Argument, type Command } from 'commander';
import { formatEndpoint } from '../../net/channel.js';
import { SYSTEM_TIMERS } from '../../net/timers.js';
import type { Result } from '../../report/result.js';
import type { DcomServer } from '../../server/server.js';
import { clientName } from '../client-name.js';
import { Ending } from '../ending.js';
import { output, UsageError } from '../io.js';
import { Verdicts } from '../judged.js';
import { signalGroup } from '../process-group.js';
import { EXPECTATION_HELP } from '../serve/expectations.js';
import { beside, type ExpectOptions, expectOptions, forOption } from '../serve/judged.js';
import { judgeServer } from '../serve/results.js';
import { type ServerCommandOptions, serverOptions, startServing } from '../serve/server.js';

interface TestOptions extends ServerCommandOptions, ExpectOptions {
  readonly for?: number;
  readonly ignoreExit: boolean;
}

export const testCommand = (command: Command): Command =>
  expectOptions(serverOptions(command), 'the client')
    .addArgument(
      new Argument(
        '<command...>',
        'the client under test and its arguments, after --; {address}, {port} and {endpoint} are replaced',
      ),
    )
    .addOption(forOption('how long the client may take; 5m where absent'))
    .option('--ignore-exit', 'what the client ends with does not count: it may be meant to be refused', false)
    .addHelpText(
      'after',
      `
Starts a simulated server, runs the client under test against it, judges what it did, and ends with it. The client finds
the server in {address}, {port} and {endpoint} of its arguments, and in DCOM_HARNESS_ADDRESS and DCOM_HARNESS_PORT of its
environment; what it prints goes to stderr. Exit code 0: the client ended with 0, and all that is expected holds, which
is, without --expect, that each activation was accepted; 1: something does not; 2: nothing happened that is judged, as
where no activation was asked for, or the client could not be started. Calls of objects are judged with --expect
refused-calls=0 alone; without it, a note says how many were refused.

${EXPECTATION_HELP}

Examples:
  dcom-harness test --user 'LAB\\op:secret' --as-of 2023-03-14 --junit dcom.xml -- ./my-client {address}
  dcom-harness test --listen 127.0.0.1:0 --user 'LAB\\op:secret' --expect 'level>=pkt_integrity' -- \\
    dcom-harness activate {endpoint} --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user 'LAB\\op:secret' --level pkt_integrity`,
    )
    .action(test);

/** How long a client may take. */
const PATIENCE = 300_000;
/** How long nobody wonders what it waits for. */
const LONG = 10_000;
/** How long it has, once it is told to end, before it is ended. */
const GRACE = 5_000;

async function test([command = '', ...args]: string[], options: TestOptions): Promise<void> {
  const out = output({ json: options.json, live: true });
  const name = options.name ?? clientName(command, args);
  const verdicts = new Verdicts(out, options, { suite: name });
  const patience = options.for ?? PATIENCE;
  const ending = new Ending({ for: patience });
  const { server, close } = await startServing(beside(out, options), options, {
    activated: () => undefined,
    observers: [],
  }).catch((error: unknown) => {
    ending.stop();
    throw error;
  });
  const time = Date.now();
  const started = performance.now();
  const left = `note: ${name} has not ended yet; it is ended after ${patience / 1000} s in all (--for)`;
  const waiting = SYSTEM_TIMERS.after(Math.min(LONG, patience / 2), () => out.note(left));
  let ended: string;
  try {
    ended = await ranAgainst(server, command, args, ending);
  } finally {
    waiting.stop();
    ending.stop();
    await close();
  }
  const client: Result = {
    id: 'test.client',
    title: `${name} ends with exit code 0`,
    section: 'the client under test',
    level: 'MUST',
    outcome: ended === CLEAN ? 'pass' : 'fail',
    expected: CLEAN,
    actual: ended,
    pdus: [],
    time,
    seconds: (performance.now() - started) / 1000,
  };
  await judgeServer(out, verdicts, server, options, {
    before: options.ignoreExit ? [] : [client],
    untested: { ...NOTHING_ASKED, actual: `none${refusedLogons(server)}` },
    nothing: `the client asked for no activation${refusedLogons(server)}`,
  });
  await out.finish();
}

const CLEAN = 'exit code 0';

/** For readers who have only the artefacts: nothing of DCOM was tested. */
const NOTHING_ASKED: Omit<Result, 'actual'> = {
  id: 'test.activations',
  title: 'the client asks for an activation',
  section: 'the client under test',
  level: 'MUST',
  outcome: 'fail',
  expected: 'an activation',
  pdus: [],
};

/** Why a client that wanted one may not have come so far. */
function refusedLogons({ failedLogons }: DcomServer): string {
  const last = failedLogons.at(-1);
  if (last === undefined) return '';
  const logons = failedLogons.length === 1 ? 'its logon was' : `${failedLogons.length} of its logons were`;
  return `, and ${logons} refused (${last.reason})`;
}

/** What Node calls by the name of its system call. */
const whyNotStarted = ({ code, message }: NodeJS.ErrnoException): string =>
  ({ ENOENT: 'there is no such program', EACCES: 'it is no program, or may not be run' })[code ?? ''] ?? message;

/** Runs the client to its end, and says how it ended. Throws `UsageError` where it cannot be started. */
async function ranAgainst(
  server: DcomServer,
  command: string,
  args: readonly string[],
  ending: Ending,
): Promise<string> {
  const { address, port } = server.address;
  const values = { address, port: String(port), endpoint: formatEndpoint(server.address) };
  const filled = args.map((arg) =>
    arg.replace(/\{(address|port|endpoint)\}/g, (_all, name: keyof typeof values) => values[name]),
  );
  // A group of its own, so that what the client starts ends with it: but a terminal is read by the group in front alone.
  const hasGroup = !process.stdin.isTTY;
  const child = spawn(command, filled, {
    // Results go to stdout, so what the client prints stands beside them, on stderr.
    stdio: ['inherit', 2, 'inherit'],
    env: { ...process.env, DCOM_HARNESS_ADDRESS: address, DCOM_HARNESS_PORT: String(port) },
    detached: hasGroup,
  });
  const tell = (signal: NodeJS.Signals): void => {
    if (hasGroup) signalGroup(child, signal);
    else child.kill(signal);
  };
  const end = new Promise<string>((resolve, reject) => {
    child.once('error', (error) => reject(new UsageError(`cannot start ${command}: ${whyNotStarted(error)}`)));
    child.once('close', (code, signal) => resolve(code === null ? `ended by ${signal}` : `exit code ${code}`));
  });
  const first = await Promise.race([end, ending.ended.then((why) => ({ why }))]);
  if (typeof first === 'string') return first;
  tell('SIGTERM');
  const killed = SYSTEM_TIMERS.after(GRACE, () => tell('SIGKILL'));
  await end;
  killed.stop();
  if (hasGroup) tell('SIGKILL');
  return first.why === 'time' ? 'it did not end in time' : 'interrupted';
}

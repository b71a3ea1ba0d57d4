import { Argument, type Command, Option } from 'commander';
import type { ConformAccount } from '../../conform/client/attempt.js';
import { clientChecks, clientSuite } from '../../conform/client/suite.js';
import type { ClientUnderTest } from '../../conform/client/under-test.js';
import { formatEndpoint, parseEndpoint } from '../../net/channel.js';
import { TransportError } from '../../net/error.js';
import type { AccountEntry } from '../../security/index.js';
import { clientName } from '../client-name.js';
import { output, UsageError } from '../io.js';
import { listenOption, oneUserOption, parser } from '../options.js';
import { commandClient } from './command-client.js';
import { type ConformOptions, conformOptions, expectationsFor, listChecks, selectedChecks } from './options.js';
import { runSuite } from './run.js';
import { waitingClient } from './waiting-client.js';

interface Options extends ConformOptions {
  readonly user?: AccountEntry;
  readonly listen: string;
  readonly jobs: number;
  readonly wait: boolean;
}

const jobs = parser((text: string): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > 64) throw new Error('expected a number from 1 to 64');
  return value;
});

export const clientCommand = (command: Command): Command =>
  conformOptions(command, { means: 'that one run of the client may take', seconds: 10 })
    .usage('[options] -- <command> [arguments...]')
    .addArgument(new Argument('[command...]', 'the client under test and its arguments, after --'))
    .addOption(oneUserOption("account that the server knows, 'DOMAIN\\user:password'; LAB\\op:secret where absent"))
    .addOption(listenOption('where the servers listen, port 135 unless told').default('127.0.0.1:135'))
    .addOption(new Option('--jobs <n>', 'runs at a time, each on an address of its own').argParser(jobs).default(1))
    .option('--name <name>', 'what the client is called in results; its program or script where absent')
    .option('--wait', 'the client connects by itself, again and again: an attempt for each check', false)
    .addHelpText(
      'after',
      `
The client is run once for nearly every check, without a shell, against a server that behaves as the check says: this
project's simulated server, whose answers are changed on their way. These are replaced in its arguments, and stand in
its environment as DCOM_HARNESS_ADDRESS and so on: {address} {port} {endpoint} {domain} {user} {password} {check}, and
{level}, which is "default" for the client's own authentication level, or a number; without it, checks of a level that
the client is told do not apply. A secret in an argument can be seen by others on this machine; DCOM_HARNESS_PASSWORD
cannot.

The client should activate a class (any: the server has every class), call a method, release, and end with exit code 0,
or with another one where something went wrong. Nobody knows the client here: it is judged by what it does on the wire
(connections, binds, levels, calls, pings, releases) and by its exit code, where that tells a failure from a success,
which is tried out first. Where neither tells, a check does not apply, and says why. A client that takes longer than
--timeout is ended, with all that it has started.

Most clients insist on port 135, for which one has to be root; those that take {port} can do with --listen 127.0.0.1:0.
With --jobs, further servers listen on the addresses that follow.

Examples:
  dcom-harness conform client --junit client.xml -- ./my-client {address} '{domain}\\{user}' {password}
  dcom-harness conform client --jobs 4 --only rpce -- python3 query.py {address}
  dcom-harness conform client --wait --listen 192.0.2.1 --user 'LAB\\op:secret' --timeout 60
  dcom-harness conform client --listen 127.0.0.1:0 -- \\
    dcom-harness activate {endpoint} --clsid 49B2791A-B1AE-4C90-9B8E-E860BA07F889 --user '{domain}\\{user}:{password}'`,
    )
    .action(run);

async function run(command: readonly string[], options: Options): Promise<void> {
  const out = output(options);
  const checks = selectedChecks(clientChecks, options);
  if (options.list) {
    listChecks(out, checks);
    return;
  }
  const client = clientOf(command, options);
  const expectations = expectationsFor(clientChecks, options);
  const { only, skip, seed, strict, timeout } = options;
  const account = accountOf(options);
  const { host, port } = parseEndpoint(options.listen, 135) as { host: string; port: number };
  const [program = '', ...args] = command;
  const unnamed = options.wait ? `the client of ${formatEndpoint({ address: host, port })}` : clientName(program, args);
  const name = options.name ?? unnamed;
  const judging = { expectations, strict, target: name, suite: 'conform client', title: `Conformance of ${name}` };
  try {
    await runSuite(out, options, judging, async ({ record, told }) => {
      const { results, endTells, facts } = await clientSuite({
        ...{ client, seed, told, port, limit: timeout, addresses: addressesFrom(host, options.jobs) },
        ...(only && { only }),
        ...(skip && { skip }),
        ...(account && { account }),
        ...(record && { record }),
      });
      if (facts.activation === true && !endTells && !options.wait)
        out.note('the exit code of the client is the same after a failure: the wire alone was judged');
      return { results, more: { endTells } };
    });
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    throw new UsageError(`${error.message} (--listen 127.0.0.1:0 takes a free port, for clients that take {port})`);
  }
}

/** Throws `UsageError` for an account without a password, which is what the client is given. */
function accountOf({ user: given }: Options): ConformAccount | undefined {
  if (given === undefined) return undefined;
  const { domain = '', user, password } = given;
  if (password === undefined) throw new UsageError('--user: the client is given the password; a hash is none');
  return { domain, user, password };
}

function clientOf([command, ...args]: readonly string[], { wait, jobs: atATime }: Options): ClientUnderTest {
  if (wait && command !== undefined)
    throw new UsageError('--wait: the client connects by itself, so there is no command');
  if (wait && atATime > 1) throw new UsageError('--wait: one client connects to one address; --jobs has no meaning');
  if (wait) return waitingClient();
  if (command === undefined) throw new UsageError('which client? give its command after --, or --wait');
  return commandClient(command, args);
}

/** As many addresses as are needed, one after the other. Throws `UsageError` where they are not this machine's own. */
function addressesFrom(host: string, count: number): string[] {
  if (count === 1) return [host];
  const [, start, last] = /^(127\.\d+\.\d+\.)(\d+)$/.exec(host) ?? [];
  if (start === undefined || Number(last) + count > 255)
    throw new UsageError('--jobs: --listen has to be an address of 127.0.0.0/8, with as many behind it');
  return Array.from({ length: count }, (_, n) => `${start}${Number(last) + n}`);
}

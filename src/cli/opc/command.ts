import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { MethodCallRefused } from '../../client/may-call.js';
import { opcClass, opcServers } from '../../client/opc/servers.js';
import { members } from '../../report/record.js';
import {
  checkClient,
  checkMayCall,
  clientOf,
  clientOptions,
  exitCodeOf,
  failureKind,
  hintAt,
  noteRaise,
  profileOf,
  refusalOf,
  verdictOf,
} from '../client.js';
import { type Output, output, UsageError } from '../io.js';
import { endpointParser, jsonOption, listenOption } from '../options.js';
import { ACTIONS, type ActionName, type OpcContext, type OpcOptions } from './actions.js';

const positive = (text: string): number => {
  const number = Number(text);
  if (!(number > 0)) throw new InvalidArgumentError('expected a number above 0');
  return number;
};

export const opcCommand = (command: Command): Command =>
  clientOptions(withActions(command), {
    level: "authentication level; the profile's where absent",
    user: "account to log on with, which the server may also use to call back: 'DOMAIN\\user:password'",
  })
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Data Access 2.05a. Values are written on this machine only, to a simulated server; the other actions change nothing.
With subscribe, the server calls back over a connection of its own, so the client listens, and lets in the account of
--user. Exit code 1 if the server or an item refused, 2 if nobody could be asked, else 0.

Examples:
  dcom-harness opc 127.0.0.2 servers --user 'LAB\\op:secret'
  dcom-harness opc 127.0.0.2 browse --user 'LAB\\op:secret' --filter '*.Temp*'
  dcom-harness opc 127.0.0.2 read Boiler.Temperature Boiler.Setpoint --user 'LAB\\op:secret'
  dcom-harness opc 127.0.0.2 write Boiler.Setpoint=80 --user 'LAB\\op:secret'
  dcom-harness opc 127.0.0.2 subscribe Boiler.Temperature --rate 500 --user 'LAB\\op:secret' --json
  dcom-harness opc 127.0.0.2 status --user 'LAB\\op:secret' --level connect --as-of 2021-05
  dcom-harness opc plant.lab.example servers --auth kerberos --user 'LAB.EXAMPLE\\op:secret' --kdc dc1.lab.example`,
    )
    .action(run);

/** What to do, and with which items. */
const withActions = (command: Command): Command =>
  command
    .addArgument(
      new Argument('<host>', 'OPC server, as HOST or HOST:PORT (135 where absent)').argParser(endpointParser(135)),
    )
    .addArgument(new Argument('<action>', 'what to do').choices(Object.keys(ACTIONS)))
    .argument('[items...]', 'identifiers of items; for write ITEM=VALUE')
    .option('--server <name>', 'ProgID or CLSID; where absent, the only server that OpcEnum lists')
    .option('--branch <name>', 'of browse: only what is below this branch')
    .option('--filter <pattern>', 'of browse: only these names; * and ? are wildcards, # is a digit, [a-c] a set')
    .addOption(
      new Option('--source <where>', 'of read: where the values come from')
        .choices(['cache', 'device'])
        .default('device'),
    )
    .addOption(
      new Option('--rate <ms>', 'of subscribe: update rate in milliseconds').argParser(positive).default(1_000),
    )
    .addOption(
      new Option('--deadband <percent>', 'of subscribe: deadband, as a percentage of the range of an item').argParser(
        positive,
      ),
    )
    .addOption(new Option('--count <n>', 'of subscribe: end after this many changes').argParser(positive))
    .addOption(new Option('--for <seconds>', 'of subscribe: end after this time').argParser(positive))
    .addOption(listenOption('of subscribe: where the server calls back; a free port of this machine where absent'))
    .option('--advertise <host...>', 'of subscribe: the addresses that the server is told to call back');

async function run(
  target: { host: string; port: number },
  action: ActionName,
  items: readonly string[],
  options: OpcOptions,
): Promise<void> {
  const out = output({ json: options.json, live: action === 'subscribe' });
  const { takesItems, changes, run: act } = ACTIONS[action];
  if (takesItems && items.length === 0) throw new UsageError(`${action} needs items: ${action} HOST ITEM...`);
  if (!takesItems && items.length > 0) throw new UsageError(`${action} takes no items: ${items.join(' ')}`);
  checkClient(options);
  const profile = profileOf(options);
  noteRaise(out, profile, options);
  if (changes) await checkMayCall(target.host, action);
  const client = clientOf(target, profile, options);
  try {
    const context: OpcContext = { out, client, target, options, serverClass: () => classOf(context) };
    await act(context, items);
  } catch (error) {
    tell(out, action, error);
  } finally {
    await client.close();
  }
  await out.finish();
}

/** The server that is named, or the only one that there is. */
async function classOf({ client, options }: OpcContext): Promise<string> {
  if (options.server !== undefined) return opcClass(client, options.server);
  const servers = await opcServers(client);
  const [only] = servers;
  if (only !== undefined && servers.length === 1) return only.clsid;
  const names = servers.map(({ progId, clsid }) => progId ?? clsid).join(', ');
  throw new UsageError(
    only === undefined ? 'OpcEnum lists no server; name one with --server' : `--server: one of ${names}`,
  );
}

function tell(out: Output, action: string, error: unknown): void {
  if (error instanceof MethodCallRefused) throw new UsageError(`${action}: ${error.message}`);
  const { outcome, what } = refusalOf(error);
  if (out.json) out.record(failureKind(outcome), { action, ...members(outcome), what });
  else out.line(`${action}: ${verdictOf({ ...outcome, text: what })}`);
  hintAt(out, outcome, 'opc');
  process.exitCode = exitCodeOf(outcome);
}

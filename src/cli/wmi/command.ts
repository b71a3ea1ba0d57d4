import { Argument, type Command, InvalidArgumentError, Option } from 'commander';
import { WmiNamespace } from '../../client/wmi.js';
import type { CimValue } from '../../codec/wmi/index.js';
import { parseWql, WqlError } from '../../codec/wql/index.js';
import { members } from '../../report/record.js';
import {
  type ClientWish,
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
} from '../client.js';
import { type Output, output, UsageError } from '../io.js';
import { endpointParser, jsonOption } from '../options.js';
import { methodArguments, methodPath } from './arguments.js';
import { jsonValue, objectKind, objectRecord, printObject, printObjects } from './objects.js';

interface WmiOptions extends ClientWish {
  readonly namespace: string;
  readonly class?: string;
  readonly method?: string;
  readonly events: boolean;
  readonly plain: boolean;
  readonly page: number;
  readonly limit: number;
  readonly for?: number;
  readonly json: boolean;
}

const positive = (text: string): number => {
  const number = Number(text);
  if (!(Number.isInteger(number) && number > 0)) throw new InvalidArgumentError('expected a whole number above 0');
  return number;
};

export const wmiCommand = (command: Command): Command =>
  clientOptions(withQueries(command), {
    level: "authentication level of activation and calls; the profile's where absent",
    user: "account to log on with, 'DOMAIN\\user:password'",
  })
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Queries, classes and events change nothing, so they may go to any host. Methods are called on this machine only. In JSON,
integers that a number cannot hold are text. Exit code 1 if something was refused, 2 if nobody could be asked, else 0.

Examples:
  dcom-harness wmi 127.0.0.2 'SELECT Name, State FROM Win32_Service' --user 'LAB\\op:secret'
  dcom-harness wmi 127.0.0.2 'SELECT * FROM Win32_OperatingSystem' --user 'LAB\\op:secret' --json
  dcom-harness wmi 127.0.0.2 --class Win32_Process --user 'LAB\\op:secret'
  dcom-harness wmi 127.0.0.2 --method Win32_Process.Create CommandLine=notepad --user 'LAB\\op:secret'
  dcom-harness wmi 127.0.0.2 --events --for 60 --user 'LAB\\op:secret' \\
    "SELECT * FROM __InstanceCreationEvent WITHIN 1 WHERE TargetInstance ISA 'Win32_NTLogEvent'"
  dcom-harness wmi 127.0.0.2 'SELECT * FROM Win32_Tpm' --namespace 'root\\cimv2\\Security\\MicrosoftTpm' \\
    --level pkt_integrity --user 'LAB\\op:secret'
  dcom-harness wmi server.lab.example --class Win32_Service --auth kerberos --ccache /tmp/krb5cc_0`,
    )
    .action(run);

/** What to ask, and how it is fetched. */
const withQueries = (command: Command): Command =>
  command
    .addArgument(
      new Argument('<host>', 'WMI server, as HOST or HOST:PORT (135 where absent)').argParser(endpointParser(135)),
    )
    .argument('[query]', "the query in WQL, such as 'SELECT Name FROM Win32_Process'")
    .argument('[arguments...]', 'of --method: NAME=VALUE; a list is written as in JSON')
    .option('--namespace <path>', 'namespace to log in to', 'root\\cimv2')
    .option('--class <path>', 'show this class, or the instance of this path, instead of a query')
    .option('--method <path>', 'call CLASS.METHOD or PATH.METHOD with the arguments; on this machine only')
    .option('--events', 'wait for the events of a notification query', false)
    .option('--plain', 'fetch by IEnumWbemClassObject, not by the smart enumerator', false)
    .addOption(new Option('--page <n>', 'how many objects one call fetches').argParser(positive).default(100))
    .addOption(
      new Option('--limit <n>', 'end after this many objects')
        .argParser(positive)
        .default(Number.POSITIVE_INFINITY, 'none'),
    )
    .addOption(new Option('--for <seconds>', 'of --events: end if none came for this time').argParser(positive));

async function run(
  target: { host: string; port: number },
  query: string | undefined,
  more: readonly string[],
  options: WmiOptions,
): Promise<void> {
  const out = output({ json: options.json, live: options.events });
  const given = query === undefined ? [] : [query, ...more];
  check(given, options);
  if (options.method !== undefined) await checkMayCall(target.host, '--method');
  const profile = profileOf(options);
  noteRaise(out, profile, options);
  const client = clientOf(target, profile, options, {
    ...(options.events ? { timeout: 1_000 * (options.for ?? FOR_EVER) + GRACE } : {}),
  });
  try {
    const wmi = await WmiNamespace.connect(client, { namespace: options.namespace });
    try {
      await act(out, wmi, given, options);
    } finally {
      await wmi.close();
    }
  } catch (error) {
    tell(out, error);
  } finally {
    await client.close();
  }
  await out.finish();
}

/** As long as a timer can wait, nearly; and what an answer may take beyond the wait that was asked for. */
const FOR_EVER = 2_000_000;
const GRACE = 10_000;

function check(given: readonly string[], { class: shown, method, events, ...rest }: WmiOptions): void {
  checkClient(rest);
  if (shown !== undefined && (given.length > 0 || method !== undefined))
    throw new UsageError('--class shows one object; it takes no query and no method');
  if (rest.for !== undefined && !events) throw new UsageError('--for goes with --events');
  if (method !== undefined) methodPath(method);
  if (shown !== undefined || method !== undefined) return;
  const [query, ...others] = given;
  if (query === undefined) throw new UsageError('what to ask? give a query, or --class or --method');
  if (others.length > 0) throw new UsageError(`arguments are for --method: ${others.join(' ')}`);
  try {
    parseWql(query);
  } catch (error) {
    if (!(error instanceof WqlError)) throw error;
    throw new UsageError(`the query, ${error.message}`);
  }
}

async function act(out: Output, wmi: WmiNamespace, given: readonly string[], options: WmiOptions): Promise<void> {
  const { class: shown, method, events, plain, page, limit } = options;
  if (method !== undefined) return callMethod(out, wmi, method, given);
  if (shown !== undefined) {
    const object = await wmi.get(shown);
    if (out.json) out.record(objectKind(object), objectRecord(object));
    else printObject(out, object);
    return;
  }
  const [query = ''] = given;
  const timeout = options.for === undefined ? {} : { timeout: 1_000 * options.for };
  const found = events ? wmi.notifications(query, timeout) : wmi.query(query, { smart: !plain, page });
  const count = await printObjects(out, found, limit);
  if (!out.json && count === 0) out.note(events ? 'no event came' : 'nothing fits');
}

async function callMethod(out: Output, wmi: WmiNamespace, text: string, given: readonly string[]): Promise<void> {
  const { path, method } = methodPath(text);
  const parameters = methodArguments(await wmi.signature(path, method), given);
  const output = await wmi.execute(path, method, parameters);
  const values = Object.fromEntries(
    Object.entries(output).map(([name, value]) => [name, jsonValue(value as CimValue)]),
  );
  if (out.json) out.record('wmi-method', { path, method, values });
  else for (const [name, value] of Object.entries(values)) out.line(`${name} = ${JSON.stringify(value)}`);
}

function tell(out: Output, error: unknown): void {
  const { outcome, what } = refusalOf(error);
  if (out.json) out.record(failureKind(outcome), { ...members(outcome), what });
  else out.line(outcome.refusedBy === 'transport' ? what : `refused: ${what}`);
  hintAt(out, outcome, 'wmi');
  process.exitCode = exitCodeOf(outcome);
}

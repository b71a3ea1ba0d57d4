import { type Command, Option } from 'commander';
import { WHAT_IF_VARIANTS } from '../../capture/replay/relay.js';
import { patchLevel } from '../../hardening/timeline.js';
import { output } from '../io.js';
import { judgedOptions } from '../judged.js';
import { ccacheOption, clientKdcOption, keytabOption, realmOption, serviceOption } from '../kerberos.js';
import {
  asOfOption,
  authOption,
  capturesArgument,
  endpointParser,
  htmlOption,
  levelOption,
  listenOption,
  ntHashOption,
  oneUserOption,
  parser,
  passwordOption,
  registryOption,
} from '../options.js';
import { replayActivations } from './activations.js';
import { replayConversations } from './conversations.js';
import type { ClientSideOptions } from './files.js';
import { type ReplayRelayOptions, replayRelay } from './relay.js';
import { type ReplayServerOptions, replayServer } from './server.js';

/** Either side of a capture again, or a man in the middle: a sub-command each. */
export function replayCommand(command: Command): Command {
  activationsCommand(
    part(command, 'activations', 'each activation again, by itself; also where no part is named', true),
  );
  conversationsCommand(part(command, 'conversations', 'whole conversations with objects, over connections that stay'));
  relayCommand(part(command, 'relay', 'what a man in the middle makes of each activation, on a simulated network'));
  serverCommand(part(command, 'server', 'plays the captured server, for a client that connects; ends with Ctrl-C'));
  return command.addHelpText(
    'after',
    `
Each part takes captures (files, also gzipped; folders, without what is in folders inside; - for stdin), and has --help
with its options. Errors in a file are said on stderr; the rest of it, and of several files the others, are still
replayed. Exit code 0 where all came out as captured, 1 where something did not, 2 where nothing could be read or nobody
answered, or where a file could not be read to its end.

Examples:
  dcom-harness replay capture.pcapng --as-of 2021-05
  dcom-harness replay conversations capture.pcapng --as-of 2021-05
  dcom-harness replay relay capture.pcapng --as-of 2021-05 --as-of 2023-03-14
  dcom-harness replay server capture.pcapng --listen 127.0.0.2:135 --user 'LAB\\op:secret' --once`,
  );
}

/** What all parts take: captures, secrets to read them with, and how they print. */
const part = (command: Command, name: string, does: string, isDefault = false): Command =>
  judgedOptions(command.command(name, { isDefault }))
    .description(does)
    .addArgument(capturesArgument('<file...>'))
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(keytabOption('opens the captured Kerberos tickets of its services'))
    .addOption(ccacheOption('opens what was captured with the tickets of this cache file'));

/** Options of the parts that play the client. */
const clientSide = (command: Command): Command =>
  command
    .option(
      '--target <host:port>',
      'server to send to; a fresh simulated one on this machine where absent',
      endpointParser(135),
    )
    .addOption(asOfOption('patch level of the simulated server; the last one where absent').conflicts('target'))
    .addOption(registryOption().conflicts('target'))
    .addOption(
      oneUserOption("account to log on with, 'DOMAIN\\user:password'; one of its own for the simulated server"),
    )
    .addOption(levelOption('authentication level to send at; as captured where absent'))
    .addOption(authOption())
    .addOption(
      new Option(
        '--timing <what>',
        'the captured waits between calls: keep, none longer than 30 seconds, or drop; drop where absent',
      ).choices(['keep', 'drop']),
    )
    .addOption(clientKdcOption())
    .addOption(realmOption("realm of --user; where absent the account's domain, where that is a DNS name"))
    .addOption(serviceOption())
    .addOption(htmlOption());

const activationsCommand = (command: Command): Command =>
  clientSide(command)
    .addHelpText(
      'after',
      `
Every activation and ServerAlive is sent with its captured stub, on a new association at the captured authentication
type and level: a captured token cannot be used again, so an account must be given for a server of your own. Methods of
objects are not called, since a capture may hold an attack.

Examples:
  dcom-harness replay capture.pcapng --as-of 2021-05
  dcom-harness replay capture.pcapng --as-of 2023-03-14 --level pkt_integrity
  dcom-harness replay activations capture.pcapng --target 192.0.2.10 --user 'LAB\\op:secret' --junit replay.xml`,
    )
    .action((paths: string[], options: ClientSideOptions) => replayActivations(output(options), paths, options));

const conversationsCommand = (command: Command): Command =>
  clientSide(command)
    .addHelpText(
      'after',
      `
Methods of objects are called on this machine alone, where the simulated server has objects that answer what the captured
ones answered, and run nothing. Towards any other host they are left out, and listed so.

Examples:
  dcom-harness replay conversations capture.pcapng --as-of 2021-05
  dcom-harness replay conversations capture.pcapng --timing keep --json`,
    )
    .action((paths: string[], options: ClientSideOptions) => replayConversations(output(options), paths, options));

const relayCommand = (command: Command): Command =>
  command
    .addOption(
      new Option(
        '--as-of <date>',
        'patch level of the simulated server; may be given again; before the hardening and after where absent',
      ).argParser(datesParser),
    )
    .addOption(registryOption())
    .addOption(levelOption("the client's level; as captured where absent"))
    .addOption(authOption())
    .addOption(
      new Option('--variant <id>', 'how he relays, see below; may be given again').argParser(
        (text: string, before: string[] | undefined) => [...(before ?? []), text],
      ),
    )
    .option('--seed <text>', 'the same seed gives the same octets; 1 where absent')
    .addOption(htmlOption())
    .addHelpText(
      'after',
      `
The captured client is the victim of a man in the middle: it authenticates anew, as captured, and he takes that to a
simulated server of each date and asks for the captured class. Variants: as-captured, where he keeps the client's own
level, and, beside it for clients that sign, connect, where he does not; or those that are given:
${wrapped(WHAT_IF_VARIANTS)}
Exit code 1 where a relay succeeds on the newest date, or ends otherwise than KB5004442 and the specifications have it.

Examples:
  dcom-harness replay relay capture.pcapng
  dcom-harness replay relay capture.pcapng --as-of 2021-05 --as-of 2022-06-14 --as-of 2023-03-14 --variant connect`,
    )
    .action(
      (paths: string[], { asOf: dates, ...options }: ReplayRelayOptions & { asOf?: ReplayRelayOptions['dates'] }) =>
        replayRelay(output(options), paths, { ...options, ...(dates && { dates }) }),
    );

const datesParser = (text: string, before: ReplayRelayOptions['dates']): ReplayRelayOptions['dates'] => [
  ...(before ?? []),
  parser(patchLevel)(text),
];

const serverCommand = (command: Command): Command =>
  command
    .addOption(listenOption('where to listen; 127.0.0.1:135 where absent'))
    .addOption(asOfOption('patch level; where absent, no policy is in force but what was captured'))
    .addOption(registryOption())
    .addOption(oneUserOption("account that can log on, 'DOMAIN\\user:password'; nobody where absent"))
    .option('--once', 'ends when the first client has closed its connections', false)
    .option('--pcap <file>', 'record everything as pcapng')
    .addHelpText(
      'after',
      `
The objects of the capture are there for the account of --user, and answer each call as they did; a captured refusal is
answered as that refusal. Identifiers are new. The end says which captured calls were asked for; exit code 1 where
something was that the capture does not have, and with --once where none of them was.

Example:
  dcom-harness replay server capture.pcapng --listen 127.0.0.2:135 --user 'LAB\\op:secret' --once`,
    )
    .action((paths: string[], options: ReplayServerOptions) =>
      replayServer(output({ json: options.json, live: true }), paths, options),
    );

/** Words, in lines that a terminal has room for. */
const wrapped = (words: readonly string[]): string =>
  words
    .join(', ')
    .replaceAll(/(.{1,76})(?:, |$)/g, '  $1,\n')
    .slice(0, -2);

import { Argument, type Command, Option } from 'commander';
import { WHAT_IF_VARIANTS } from '../../capture/replay/relay.js';
import type { Ccache, KeytabEntry } from '../../codec/kerberos/index.js';
import type { Registry } from '../../hardening/registry.js';
import { type PatchLevel, patchLevel } from '../../hardening/timeline.js';
import type { AccountEntry, Secret } from '../../security/index.js';
import { output, UsageError } from '../io.js';
import {
  ccacheOption,
  clientKdcOption,
  type KerberosClientOptions,
  keytabOption,
  realmOption,
  serviceOption,
} from '../kerberos.js';
import {
  asOfOption,
  authOption,
  endpointParser,
  htmlOption,
  jsonOption,
  levelOption,
  listenOption,
  ntHashOption,
  oneUserOption,
  passwordOption,
  registryOption,
} from '../options.js';
import { replayActivations } from './activations.js';
import { replayConversations } from './conversations.js';
import { replayRelay } from './relay.js';
import { replayServer } from './server.js';

interface ReplayCommandOptions {
  readonly target?: { host: string; port: number };
  readonly asOf?: PatchLevel[];
  readonly registry?: Registry;
  readonly user?: AccountEntry;
  readonly level?: number;
  readonly auth?: string;
  readonly password?: string[];
  readonly nthash?: Secret[];
  readonly keytab?: readonly KeytabEntry[];
  readonly ccache?: Ccache;
  readonly kdc?: NonNullable<KerberosClientOptions['kdc']>;
  readonly realm?: string;
  readonly service?: string;
  readonly conversations: boolean;
  readonly relay: boolean;
  readonly variant?: string[];
  readonly seed?: string;
  readonly timing?: 'keep' | 'drop';
  readonly asServer: boolean;
  readonly listen?: string;
  readonly once: boolean;
  readonly pcap?: string;
  readonly tap: boolean;
  readonly junit?: string;
  readonly html?: string;
  readonly json: boolean;
}

export const replayCommand = (command: Command): Command =>
  command
    .addArgument(new Argument('<file...>', 'pcap or pcapng files, also gzipped; folders; - for stdin'))
    .option(
      '--target <host:port>',
      'server to send to; a fresh simulated one on this machine where absent',
      endpointParser(135),
    )
    .addOption(datesOption())
    .addOption(registryOption())
    .addOption(
      oneUserOption("account to log on with, 'DOMAIN\\user:password'; one of its own for the simulated server"),
    )
    .addOption(levelOption('authentication level to send at; as captured where absent'))
    .addOption(authOption())
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(keytabOption('opens the captured Kerberos tickets of its services'))
    .addOption(ccacheOption('opens what was captured with the tickets of this cache file, and authenticates with them'))
    .addOption(clientKdcOption())
    .addOption(realmOption("realm of --user; where absent the account's domain, where that is a DNS name"))
    .addOption(serviceOption())
    .addOption(
      new Option(
        '--conversations',
        'whole conversations with objects; method calls too, but only towards this machine',
      ).default(false),
    )
    .addOption(
      new Option(
        '--timing <what>',
        'the captured waits between calls: keep, none longer than 30 seconds, or drop; drop where absent',
      ).choices(['keep', 'drop']),
    )
    .addOption(
      new Option(
        '--relay',
        'what a man in the middle makes of each captured activation, on a simulated network',
      ).default(false),
    )
    .addOption(
      new Option('--variant <id>', 'with --relay: how he relays, see below; may be given again').argParser(
        (text: string, before: string[] | undefined) => [...(before ?? []), text],
      ),
    )
    .option('--seed <text>', 'with --relay: the same seed gives the same octets; 1 where absent')
    .addOption(
      new Option('--as-server', 'plays the captured server, for a client that connects; ends with Ctrl-C').default(
        false,
      ),
    )
    .addOption(listenOption('with --as-server: where to listen; 127.0.0.1:135 where absent'))
    .option('--once', 'with --as-server: ends when the first client has closed its connections', false)
    .option('--pcap <file>', 'with --as-server: record everything as pcapng')
    .addOption(new Option('--tap', 'TAP 14 on stdout').default(false).conflicts('json'))
    .option('--junit <file>', 'write JUnit')
    .addOption(htmlOption().conflicts('asServer'))
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Every activation and ServerAlive is sent with its captured stub, on a new association at the captured authentication
type and level: a captured token cannot be used again, so an account must be given for a server of your own. Methods of
objects are not called, since a capture may hold an attack; with --conversations they are, on this machine, where the
simulated server has objects that answer what the captured ones answered, and run nothing. Towards any other host they
are left out, and listed so.
What is wrong with a file is said on stderr; the rest of it, and of several files the others, are still sent.
Exit code 0 where all that was sent came out as captured, 1 where something did not, 2 where nothing could be read or
nobody answered.

With --relay the captured client is the victim of a man in the middle: it authenticates anew, as captured, and he takes
that to a simulated server of each date and asks for the captured class. Variants: as-captured, where he keeps the
client's own level, and, beside it for clients that sign, connect, where he does not; or those that are given:
${wrapped(WHAT_IF_VARIANTS)}
Exit code 1 where a relay succeeds on the newest date, or ends otherwise than KB5004442 and the specifications have it.

With --as-server the objects of the capture are there for the account of --user, and answer each call as they did; a
captured refusal is answered as that refusal. Identifiers are new. Without --as-of no policy is in force but what was
captured. The end says which captured calls were asked for; exit code 1 where something was that the capture does not
have, and with --once where none of them was.

Examples:
  dcom-harness replay capture.pcapng --as-of 2021-05
  dcom-harness replay capture.pcapng --as-of 2023-03-14 --level pkt_integrity
  dcom-harness replay capture.pcapng --as-of 2021-05 --conversations
  dcom-harness replay capture.pcapng --target 192.0.2.10 --user 'LAB\\op:secret' --junit replay.xml
  dcom-harness replay capture.pcapng --relay --as-of 2021-05 --as-of 2022-06-14 --as-of 2023-03-14
  dcom-harness replay capture.pcapng --as-server --listen 127.0.0.2:135 --user 'LAB\\op:secret' --once`,
    )
    .action(replay);

/** As for other commands, but given again for further dates. */
function datesOption(): Option {
  const option = asOfOption(
    'patch level of the simulated server; the last one where absent; with --relay it may be given again',
  );
  return option.argParser((text: string, before: PatchLevel[] | undefined) => [...(before ?? []), patchLevel(text)]);
}

/** Words, in lines that a terminal has room for. */
const wrapped = (words: readonly string[]): string =>
  words
    .join(', ')
    .replaceAll(/(.{1,110})(?:, |$)/g, '  $1,\n')
    .slice(0, -2);

async function replay(paths: string[], options: ReplayCommandOptions): Promise<void> {
  check(options);
  const out = output(options);
  const { asOf: dates, ...rest } = options;
  if (options.relay) return replayRelay(out, paths, { ...rest, ...(dates && { dates }) });
  if (options.asServer) return replayServer(out, paths, { ...rest, ...(dates?.[0] && { asOf: dates[0] }) });
  const side = { ...rest, ...(dates?.[0] && { asOf: dates[0] }) };
  return options.conversations ? replayConversations(out, paths, side) : replayActivations(out, paths, side);
}

/** What does not go together. */
function check(options: ReplayCommandOptions): void {
  const { target, asOf, registry, relay, conversations, user, variant, seed } = options;
  checkServer(options);
  if (options.timing !== undefined && (relay || options.asServer))
    throw new UsageError('--timing is for calls that are sent, not for --relay or --as-server');
  if (target !== undefined && relay)
    throw new UsageError('--relay works on a simulated network alone; there is no way to name a target');
  if (relay && (conversations || user !== undefined))
    throw new UsageError('--relay takes neither --conversations nor --user: the victim gets an account of its own');
  if (!relay && (variant !== undefined || seed !== undefined))
    throw new UsageError('--variant and --seed belong to --relay');
  if (target !== undefined && (asOf !== undefined || registry !== undefined))
    throw new UsageError('--as-of and --registry belong to the simulated server; --target names another one');
  if (!relay && (asOf?.length ?? 0) > 1) throw new UsageError('--as-of may be given again with --relay alone');
}

function checkServer(options: ReplayCommandOptions): void {
  const { asServer, target, relay, conversations, level, auth, listen, once, pcap } = options;
  if (asServer && (target !== undefined || relay || conversations))
    throw new UsageError('--as-server takes neither --target nor --relay nor --conversations');
  if (asServer && (level !== undefined || auth !== undefined))
    throw new UsageError('--level and --auth are for the client that connects to choose');
  if (!asServer && (listen !== undefined || once || pcap !== undefined))
    throw new UsageError('--listen, --once and --pcap belong to --as-server');
}

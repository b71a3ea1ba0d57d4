import { randomBytes } from 'node:crypto';
import { closeSync, writeFileSync } from 'node:fs';
import { Argument, Command, Option } from 'commander';
import { type ReplayedCall, type ReplayOptions, replayCall, whyNotReplayed } from '../capture/replay.js';
import { classOf, replayTitle, shortLevel } from '../capture/replay-result.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { eventJson, eventLine } from '../hardening/events.js';
import type { Registry } from '../hardening/registry.js';
import type { PatchLevel } from '../hardening/timeline.js';
import { junit } from '../report/junit.js';
import { type Result, resultsSummary } from '../report/result.js';
import type { Column } from '../report/table.js';
import { tap } from '../report/tap.js';
import type { AccountEntry, Secret } from '../security/index.js';
import { type DcomServer, startServer } from '../server/server.js';
import { openForWriting } from './files.js';
import { type Output, output, UsageError } from './io.js';
import {
  AUTH_TYPES,
  asOfOption,
  authOption,
  credentialsOf,
  endpointParser,
  jsonOption,
  levelOption,
  ntHashOption,
  oneUserOption,
  passwordOption,
  registryOption,
} from './options.js';
import { replayConversations } from './replay-conversations.js';
import { accountFor, NOBODY_THERE, replayEach, simulatedFor } from './replay-files.js';

interface ReplayCommandOptions {
  readonly target?: { host: string; port: number };
  readonly asOf?: PatchLevel;
  readonly registry?: Registry;
  readonly user?: AccountEntry;
  readonly level?: number;
  readonly auth?: string;
  readonly password?: string[];
  readonly nthash?: Secret[];
  readonly conversations: boolean;
  readonly tap: boolean;
  readonly junit?: string;
  readonly json: boolean;
}

export const replayCommand = (): Command =>
  new Command('replay')
    .description('sends the activations of a capture again, and compares what comes of them')
    .addArgument(new Argument('<file...>', 'pcap or pcapng files, also gzipped; folders'))
    .option(
      '--target <host:port>',
      'server to send to; a fresh simulated one on this machine where absent',
      endpointParser(135),
    )
    .addOption(asOfOption('patch level of the simulated server; the last one where absent'))
    .addOption(registryOption())
    .addOption(
      oneUserOption("account to log on with, 'DOMAIN\\user:password'; one of its own for the simulated server"),
    )
    .addOption(levelOption('authentication level to send at; as captured where absent'))
    .addOption(authOption())
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(
      new Option(
        '--conversations',
        'whole conversations with objects, method calls too; towards this machine only',
      ).default(false),
    )
    .addOption(new Option('--tap', 'TAP 14 on stdout').default(false).conflicts('json'))
    .option('--junit <file>', 'write JUnit')
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Every activation and ServerAlive is sent with its captured stub, on a new association at the captured authentication
type and level: a captured token cannot be used again, so an account must be given for a server of your own. Methods of
objects are not called, since a capture may hold an attack; with --conversations they are, on this machine, where the
simulated server has objects that answer what the captured ones answered, and run nothing.
Exit code 0 where all came out as captured, 1 where something did not, 2 where nothing could be read or
nobody answered.

Examples:
  dcom-harness replay capture.pcapng --as-of 2021-05
  dcom-harness replay capture.pcapng --as-of 2023-03-14 --level pkt_integrity
  dcom-harness replay capture.pcapng --as-of 2021-05 --conversations
  dcom-harness replay capture.pcapng --target 192.0.2.10 --user 'LAB\\op:secret' --junit replay.xml`,
    )
    .action(replay);

/** A call that was sent again, in the file that it comes from. */
interface Replayed extends ReplayedCall {
  readonly file: string;
}

async function replay(paths: string[], options: ReplayCommandOptions): Promise<void> {
  if (options.target !== undefined && (options.asOf !== undefined || options.registry !== undefined)) {
    throw new UsageError('--as-of and --registry belong to the simulated server; --target names another one');
  }
  const out = output(options);
  if (options.conversations) return replayConversations(out, paths, options);
  const report = options.junit === undefined ? undefined : openForWriting(options.junit);
  const server = options.target === undefined ? await simulated(out, options) : undefined;
  try {
    const target =
      server === undefined
        ? (options.target as { host: string; port: number })
        : { host: server.address.address, port: server.address.port };
    if (server === undefined && options.user === undefined)
      out.note('note: no --user; the server is sent a null session');
    const how = optionsFor(target, options, server);
    const done = await replayEach(out, paths, options, whyNotReplayed, async ({ file, calls }) => {
      const replayed: Replayed[] = [];
      for (const call of calls) replayed.push({ file, ...(await replayCall(call, how)) });
      return replayed;
    });
    if (done.length === 0) throw new UsageError('no activation that could be sent again was found');
    const results = done.map(resultOf);
    if (report !== undefined) writeFileSync(report, await junit(results, 'replay'));
    print(out, done, results, options);
    if (done.every(({ replayed }) => replayed.refusedAt === 'transport')) process.exitCode = NOBODY_THERE;
    else if (!resultsSummary(results).ok) process.exitCode = 1;
  } finally {
    if (report !== undefined) closeSync(report);
    await server?.close();
  }
}

function print(
  out: Output,
  done: readonly Replayed[],
  results: readonly Result[],
  options: ReplayCommandOptions,
): void {
  if (options.tap) out.text(tap(results));
  else if (options.json) for (const item of done) out.record(recordOf(item));
  else {
    out.table(done, COLUMNS);
    out.text(resultsSummary(results).text);
  }
}

const simulated = (out: Output, { asOf, registry, user }: ReplayCommandOptions): Promise<DcomServer> =>
  startServer({
    ...simulatedFor(user),
    ...(asOf === undefined ? {} : { asOf }),
    ...(registry === undefined ? {} : { registry }),
    onEvent: ({ event, at }) => {
      if (out.json) out.record({ ...eventJson(event, at), event: 'log', id: event.id });
      else out.note(eventLine(event, at));
    },
  });

function optionsFor(
  target: { host: string; port: number },
  options: ReplayCommandOptions,
  server: DcomServer | undefined,
): ReplayOptions {
  const account = accountFor(options.user, server !== undefined);
  return {
    ...target,
    ...(account === undefined ? {} : { credentials: credentialsOf(account) }),
    ...(options.level === undefined ? {} : { level: options.level }),
    ...(options.auth === undefined ? {} : { authType: AUTH_TYPES[options.auth] as number }),
    random: randomBytes,
  };
}

/** Nothing to compare with is no failure of the server. */
function resultOf(item: Replayed): Result {
  const { call, captured, replayed, file } = item;
  const outcome = captured === undefined ? 'skip' : captured.text === replayed.text ? 'pass' : 'fail';
  return {
    id: `replay.${file}.${call.frame}`,
    title: replayTitle(item),
    section: call.operation?.section ?? '[MS-DCOM] 3.1.2.5',
    level: 'WINDOWS',
    outcome,
    expected: captured?.text ?? 'not captured',
    actual: replayed.text,
    pdus: [],
    ...(captured === undefined ? { reason: 'the answer is not in the capture, or cannot be read' } : {}),
  };
}

const recordOf = (item: Replayed) => ({
  event: 'replayed',
  file: item.file,
  stream: item.call.stream,
  frame: item.call.frame,
  operation: item.call.operation?.name,
  clsid: classOf(item.call),
  captured_level: item.call.security.level,
  level: item.level,
  auth_type: item.authType,
  captured: item.captured,
  replayed: item.replayed,
  outcome: resultOf(item).outcome,
});

const COLUMNS: readonly Column<Replayed>[] = [
  { title: 'file', value: ({ file }) => file },
  { title: 'frame', value: ({ call }) => call.frame, align: 'right' },
  { title: 'call', value: ({ call }) => call.operation?.name ?? call.opnum },
  { title: 'class', value: ({ call }) => classOf(call) ?? '' },
  { title: 'captured at', value: ({ call }) => shortLevel(call.security.level ?? RPC_C_AUTHN_LEVEL.NONE) },
  { title: 'sent at', value: ({ level }) => shortLevel(level) },
  { title: 'captured', value: ({ captured }) => captured?.text ?? 'not captured' },
  {
    title: 'now',
    value: ({ replayed }) => replayed.text,
    style: ({ replayed }) => (replayed.accepted ? 'green' : 'red'),
  },
];

import { classOf } from '../../capture/decode/wanted-class.js';
import { type ReplayedCall, type ReplayOptions, replayCall, whyNotReplayed } from '../../capture/replay/replay.js';
import { OTHER_REFUSAL, refusalFits, replayTitle } from '../../capture/replay/result.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { shortAuthnLevelName } from '../../codec/status/authn.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import { eventLine } from '../../hardening/events.js';
import { logRecord } from '../../report/log.js';
import { members } from '../../report/record.js';
import type { Result } from '../../report/result.js';
import type { Column } from '../../report/table.js';
import { type DcomServer, startServer } from '../../server/server.js';
import { captureFiles } from '../files.js';
import { type Output, UsageError } from '../io.js';
import { Verdicts } from '../judged.js';
import { AUTH_TYPES } from '../options.js';
import type { SimulatedDomain } from './domain.js';
import {
  CAPTURED_COLUMN,
  type ClientSideOptions,
  classText,
  domainFor,
  logonFor,
  NOT_CAPTURED,
  PLACE_COLUMNS,
  pacingOf,
  placeRecord,
  refusalsOf,
  replayEach,
  simulatedFor,
  tellReplayed,
  whyNotCompared,
  writeReplayReport,
} from './files.js';

/** A call that was sent again, in the file that it comes from. */
interface Replayed extends ReplayedCall {
  readonly file: string;
  /** Which check of a simulated server refused it now; undefined where nobody tells. */
  readonly refusedBy: RefusedBy | undefined;
}

/** Sends the activations of captures again, each by itself, and compares what comes of them. */
export async function replayActivations(
  out: Output,
  paths: readonly string[],
  options: ClientSideOptions,
): Promise<void> {
  const verdicts = new Verdicts(out, options, { suite: 'replay', inputs: captureFiles(paths) });
  await using domain = options.target === undefined ? await domainFor(options) : undefined;
  await using server = domain && (await simulated(out, options, domain));
  const target =
    server === undefined
      ? (options.target as { host: string; port: number })
      : { host: server.address.address, port: server.address.port };
  if (server === undefined && options.user === undefined)
    out.note('note: no --user; the server is sent a null session');
  const how = optionsFor(target, options, domain);
  const refusedBy = server === undefined ? () => undefined : refusalsOf(server);
  const done = await replayEach(out, verdicts, paths, options, whyNotReplayed, async ({ file, calls }) => {
    const replayed: Replayed[] = [];
    const pacing = pacingOf(options);
    for (const call of calls) {
      await pacing?.due(call);
      const done = await replayCall(call, how);
      replayed.push({ file, ...done, refusedBy: refusedBy() });
    }
    return replayed;
  });
  if (done.length === 0) throw new UsageError('no activation that could be sent again was found');
  const results = done.map(resultOf);
  await tellReplayed(out, verdicts, results, {
    records: () => done.map((item) => ['replayed', recordOf(item)]),
    table: () => out.table(done, COLUMNS),
    nobodyThere: done.every(({ replayed }) => replayed.refusedBy === 'transport'),
  });
  await writeReplayReport(out, paths, options, results);
}

const simulated = (
  out: Output,
  { asOf, registry, user }: ClientSideOptions,
  domain: SimulatedDomain,
): Promise<DcomServer> =>
  startServer({
    ...simulatedFor(user, domain),
    ...(asOf === undefined ? {} : { asOf }),
    ...(registry === undefined ? {} : { registry }),
    onEvent: ({ event, at }) => {
      if (out.json) out.record('log', logRecord(event, at));
      else out.note(eventLine(event, at));
    },
  });

function optionsFor(
  target: { host: string; port: number },
  options: ClientSideOptions,
  domain: SimulatedDomain | undefined,
): ReplayOptions {
  return {
    ...target,
    ...logonFor(options, domain),
    ...(options.level === undefined ? {} : { level: options.level }),
    ...(options.auth === undefined ? {} : { authType: AUTH_TYPES[options.auth] as number }),
  };
}

/** Nothing to compare with is no failure of the server. */
function resultOf(item: Replayed): Result {
  const { call, captured, replayed, refusedBy, file } = item;
  const reason = whyNotCompared(item);
  const fits = refusalFits(call, refusedBy);
  const same = captured?.text === replayed.text && fits;
  return {
    id: `replay.${file}.${call.frame}`,
    title: replayTitle(item),
    section: call.operation?.section ?? '[MS-DCOM] 3.1.2.5',
    level: 'WINDOWS',
    outcome: reason === undefined ? (same ? 'pass' : 'fail') : 'skip',
    expected: captured?.text ?? NOT_CAPTURED,
    actual: fits ? replayed.text : `${replayed.text}; ${OTHER_REFUSAL}`,
    pdus: [],
    ...(reason === undefined ? {} : { reason }),
  };
}

const recordOf = (item: Replayed) => ({
  ...placeRecord(item),
  operation: item.call.operation?.name,
  clsid: classOf(item.call),
  captured_level: item.call.security.level,
  level: item.level,
  auth_type: item.authType,
  captured: item.captured && members(item.captured),
  replayed: members(item.replayed),
  refused_by: item.refusedBy,
  outcome: resultOf(item).outcome,
});

const COLUMNS: readonly Column<Replayed>[] = [
  ...PLACE_COLUMNS,
  { title: 'call', value: ({ call }) => call.operation?.name ?? call.opnum },
  { title: 'class', value: ({ call }) => classText(call) },
  { title: 'captured at', value: ({ call }) => shortAuthnLevelName(call.security.level ?? RPC_C_AUTHN_LEVEL.NONE) },
  { title: 'sent at', value: ({ level }) => shortAuthnLevelName(level) },
  CAPTURED_COLUMN,
  {
    title: 'now',
    value: ({ replayed }) => replayed.text,
    style: ({ replayed }) => (replayed.accepted ? 'green' : 'red'),
  },
];

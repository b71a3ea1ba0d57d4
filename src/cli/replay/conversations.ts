import type { CapturedCall } from '../../capture/decode/captured-call.js';
import { capturedAuthnHint, capturedClasses } from '../../capture/replay/captured-class.js';
import { type RepeatedCall, repeatConversation, whyNotRepeated } from '../../capture/replay/repeat.js';
import { OTHER_REFUSAL, refusalFits } from '../../capture/replay/result.js';
import { CLIENT_PROFILES } from '../../client/profiles.js';
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

interface Repeated extends RepeatedCall {
  readonly file: string;
}

/** Makes the calls of captured conversations again, methods of objects too where they may be called (design rule 10). */
export async function replayConversations(
  out: Output,
  paths: readonly string[],
  options: ClientSideOptions,
): Promise<void> {
  const verdicts = new Verdicts(out, options, { suite: 'replay', inputs: captureFiles(paths) });
  const done = await replayEach(
    out,
    verdicts,
    paths,
    options,
    whyNotRepeated,
    async ({ file, calls }): Promise<Repeated[]> => {
      const repeated = calls.length === 0 ? [] : await repeat(calls, options);
      return repeated.map((each) => ({ file, ...each }));
    },
  );
  if (done.length === 0) throw new UsageError('no conversation with objects was found');
  const sent = done.filter(({ notSent }) => notSent === undefined);
  const results = done.map(resultOf);
  await tellReplayed(out, verdicts, results, {
    records: () => done.map((item) => ['repeated', recordOf(item)]),
    table: () => out.table(done, COLUMNS),
    nobodyThere: sent.every(({ repeated }) => repeated?.refusedBy === 'transport'),
  });
  await writeReplayReport(out, paths, options, results);
}

/** The calls of one file, against the target, or a fresh simulated server whose objects answer as the captured ones. */
async function repeat(calls: readonly CapturedCall[], options: ClientSideOptions): Promise<readonly RepeatedCall[]> {
  const { target, level, auth } = options;
  await using domain = target === undefined ? await domainFor(options) : undefined;
  await using server = domain && (await simulated(calls, options, domain));
  const pacing = pacingOf(options);
  return await repeatConversation(calls, {
    host: server?.address.address ?? target?.host ?? '',
    port: server?.address.port ?? target?.port ?? 0,
    profile: CLIENT_PROFILES['windows-2023-03'],
    ...logonFor(options, domain),
    ...(level === undefined ? {} : { level }),
    ...(pacing && { pacing }),
    ...(server && { lastRefusal: refusalsOf(server) }),
    ...(auth === undefined ? {} : { authType: AUTH_TYPES[auth] as number }),
  });
}

const simulated = (
  calls: readonly CapturedCall[],
  { asOf, registry, user }: ClientSideOptions,
  domain: SimulatedDomain,
): Promise<DcomServer> => {
  const hint = capturedAuthnHint(calls);
  return startServer({
    ...simulatedFor(user, domain),
    classes: capturedClasses(calls),
    registry: { ...(hint === undefined ? {} : { LegacyAuthenticationLevel: hint }), ...registry },
    ...(asOf === undefined ? {} : { asOf }),
  });
};

function resultOf(item: Repeated): Result {
  const { call, captured, repeated, notSent, differences, refusedBy, file } = item;
  const fits = refusalFits(call, refusedBy);
  const same = captured?.text === repeated?.text && differences.length === 0 && fits;
  const reason = notSent ?? whyNotCompared(item);
  return {
    id: `replay.${file}.${call.frame}`,
    title: `frame ${call.frame}: ${nameOf(call)}`,
    section: call.operation?.section ?? '[MS-DCOM] 3.1',
    level: 'WINDOWS',
    outcome: reason === undefined ? (same ? 'pass' : 'fail') : 'skip',
    expected: captured?.text ?? NOT_CAPTURED,
    actual: [repeated?.text ?? 'not sent', ...(fits ? [] : [OTHER_REFUSAL]), ...differences].join('; '),
    pdus: [],
    ...(reason === undefined ? {} : { reason }),
  };
}

const nameOf = (call: CapturedCall): string => `${call.interface ?? ''}::${call.operation?.name ?? call.opnum}`;

const recordOf = (item: Repeated) => ({
  ...placeRecord(item),
  interface: item.call.interface,
  operation: item.call.operation?.name,
  captured: item.captured && members(item.captured),
  repeated: item.repeated && members(item.repeated),
  refused_by: item.refusedBy,
  not_sent: item.notSent,
  differences: item.differences,
  outcome: resultOf(item).outcome,
});

const COLUMNS: readonly Column<Repeated>[] = [
  ...PLACE_COLUMNS,
  { title: 'call', value: ({ call }) => nameOf(call) },
  CAPTURED_COLUMN,
  { title: 'now', value: ({ repeated, notSent }) => repeated?.text ?? notSent ?? '' },
  { title: 'differs in', value: ({ differences }) => differences.join(', ') },
];

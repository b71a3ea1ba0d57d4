import type { CapturedCall } from '../../capture/decode/captured-call.js';
import { capturedAuthnHint } from '../../capture/replay/captured-class.js';
import { type AskedCall, CapturedServer } from '../../capture/replay/captured-server.js';
import { whyNotRepeated } from '../../capture/replay/repeat.js';
import type { Registry } from '../../hardening/registry.js';
import { type PatchLevel, patchLevel } from '../../hardening/timeline.js';
import { type Endpoint, formatEndpoint } from '../../net/channel.js';
import { isLoopback } from '../../net/loopback.js';
import { members, type RecordParts } from '../../report/record.js';
import type { Result } from '../../report/result.js';
import type { Column } from '../../report/table.js';
import type { AccountEntry } from '../../security/index.js';
import { startServer } from '../../server/server.js';
import { Ending } from '../ending.js';
import { captureFiles, openForWriting } from '../files.js';
import { type Output, UsageError } from '../io.js';
import { type JudgedOptions, Verdicts } from '../judged.js';
import { recordTo } from '../output-file.js';
import { tellRefusedCall } from '../serve/report.js';
import { replayEach, type SecretsGiven } from './files.js';

export interface ReplayServerOptions extends SecretsGiven, JudgedOptions {
  readonly listen?: string;
  readonly once: boolean;
  readonly asOf?: PatchLevel;
  readonly registry?: Registry;
  readonly user?: AccountEntry;
  readonly pcap?: string;
}

/** Before the hardening: only what the captured server refused is refused. */
const NO_POLICY = '2021-05';

/** Plays the captured server until it is told to end, and says what was asked for. */
export async function replayServer(out: Output, paths: readonly string[], options: ReplayServerOptions): Promise<void> {
  const files = captureFiles(paths);
  const verdicts = new Verdicts(out, options, { suite: 'replay', inputs: files });
  const [recording] = openForWriting([options.pcap] as const, files);
  const calls = await replayEach(out, verdicts, paths, options, whyNotRepeated, async (read) => read.calls);
  if (calls.length === 0) throw new UsageError('no conversation with objects was found');
  const captured = new CapturedServer(calls, (what) => out.note(`not in the capture: ${what}`));
  const ending = new Ending(options);
  const server = await startServer({
    ...optionsOf(calls, captured, options),
    observers: [captured, ending],
    ...(recording === undefined ? {} : { record: recordTo(recording, out) }),
    onRefusedCall: (call) => tellRefusedCall(out, call),
  });
  tellListening(out, server.address, calls.length, options);
  await ending.ended;
  await server.close();
  recording?.close();
  const idle = options.once && captured.asked.every(({ times }) => times === 0);
  if (idle) out.note(NOTHING_ASKED);
  await verdicts.tell([...resultsOf(captured), ...(idle ? [nothingAsked] : [])], {
    records: () => recordsOf(captured),
    text: () => show(out, captured),
    nothing: NOTHING_ASKED,
  });
  await out.finish();
}

function optionsOf(
  calls: readonly CapturedCall[],
  captured: CapturedServer,
  { listen, asOf, registry, user }: ReplayServerOptions,
) {
  const hint = capturedAuthnHint(calls);
  return {
    ...(listen === undefined ? {} : { listen }),
    asOf: asOf ?? patchLevel(NO_POLICY),
    accounts: user === undefined ? [] : [user],
    names: { netbiosName: 'HARNESS', ...(user?.domain ? { netbiosDomain: user.domain } : {}) },
    dcom: { minorVersionsBelow7: 'taken' } as const,
    classes: captured.classes,
    allowAnonymous: captured.allowAnonymous,
    // The captured exporter's own least level, as its answers name it.
    registry: { ...(hint === undefined ? {} : { LegacyAuthenticationLevel: hint }), ...registry },
    onActivation: captured.onActivation,
  };
}

function tellListening(out: Output, at: Endpoint, calls: number, { user }: ReplayServerOptions): void {
  if (out.json) out.record('listening', { address: at.address, port: at.port, calls });
  else out.note(`listening on ${formatEndpoint(at)} as the server of ${calls} captured calls; Ctrl-C ends it`);
  if (user === undefined) out.note("note: nobody can log on; give --user 'DOMAIN\\user:password'");
  if (!isLoopback(at.address)) out.note('note: this address can be reached from other machines');
}

/** Nobody has to ask for everything; what is asked for has to be there. */
const resultsOf = ({ asked, notCaptured }: CapturedServer): Result[] => [
  ...asked.map(({ call, captured, times }): Result => {
    const answer = captured?.text ?? 'not captured';
    return {
      id: `replay.server.${call.stream}.${call.frame}`,
      title: `frame ${call.frame}: ${nameOf(call)}`,
      section: call.operation?.section ?? '[MS-DCOM] 3.1',
      level: 'WINDOWS',
      outcome: times > 0 ? 'pass' : 'skip',
      expected: answer,
      actual: times > 0 ? `asked for ${timesText(times)}` : 'not asked for',
      pdus: [],
      ...(times > 0 ? {} : { reason: 'no client asked for it' }),
    };
  }),
  ...[...notCaptured].map(
    ([what, times], index): Result => ({
      id: `replay.server.not-captured.${index + 1}`,
      title: what,
      section: '[MS-DCOM] 3.1',
      level: 'WINDOWS',
      outcome: 'fail',
      expected: 'only what the capture has',
      actual: `asked for ${timesText(times)}`,
      pdus: [],
    }),
  ),
];

const NOTHING_ASKED = 'no captured call was asked for';

/** With `--once` a single client is tested, and one that asks for nothing did not get anywhere. */
const nothingAsked: Result = {
  id: 'replay.server.nothing-asked',
  title: 'some captured call is asked for',
  section: '[MS-DCOM] 3.1',
  level: 'WINDOWS',
  outcome: 'fail',
  expected: 'a call of the capture',
  actual: NOTHING_ASKED,
  pdus: [],
};

const timesText = (times: number): string => (times === 1 ? 'once' : `${times} times`);
const nameOf = (call: CapturedCall): string => `${call.interface ?? ''}::${call.operation?.name ?? call.opnum}`;

const recordsOf = ({ asked, notCaptured }: CapturedServer): RecordParts[] => [
  ...asked.map(
    ({ call, captured, times }): RecordParts => [
      'captured-call',
      {
        stream: call.stream,
        frame: call.frame,
        interface: call.interface,
        operation: call.operation?.name,
        captured: captured && members(captured),
        asked: times,
      },
    ],
  ),
  ...[...notCaptured].map(([what, times]): RecordParts => ['not-captured', { what, asked: times }]),
];

function show(out: Output, { asked, notCaptured }: CapturedServer): void {
  out.table(asked, COLUMNS);
  const found = asked.filter(({ times }) => times > 0).length;
  out.line(
    `${found} of ${asked.length} captured calls were asked for, ${notCaptured.size} things that are not captured`,
  );
  for (const [what, times] of notCaptured) out.line(`not in the capture, asked for ${timesText(times)}: ${what}`);
}

const COLUMNS: readonly Column<AskedCall>[] = [
  { title: 'frame', value: ({ call }) => call.frame, align: 'right' },
  { title: 'call', value: ({ call }) => nameOf(call) },
  { title: 'captured', value: ({ captured }) => captured?.text ?? 'not captured' },
  {
    title: 'asked for',
    value: ({ times }) => (times === 0 ? 'no' : timesText(times)),
    style: ({ times }) => (times === 0 ? 'dim' : 'green'),
  },
];

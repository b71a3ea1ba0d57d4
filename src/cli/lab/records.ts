import type { LabRelay, LabRun, LabTrace, ServedActivation, TimelineCell } from '../../lab/index.js';
import { logRecord } from '../../report/log.js';
import { type RecordKind, type RecordParts, recordTime } from '../../report/record.js';
import { servedRecord } from '../../report/served.js';
import { relayRecord } from '../relay/record.js';

/** What came of a scenario, for programs: what was expected first, then what it is taken from. */
export const labRecords = (run: LabRun): RecordParts[] => {
  const of =
    <T>(kind: RecordKind, recordOf: (item: T) => object) =>
    (item: T): RecordParts => [kind, { scenario: run.scenario, ...recordOf(item) }];
  return [
    ...run.findings.map(of('lab-finding', ({ time, ...finding }) => ({ time: recordTime(time), ...finding }))),
    ...run.served.map(of('served-activation', servedAt)),
    ...run.relays.map(of('relay', relayOf)),
    ...run.timeline.map(of('timeline', cellRecord)),
    ...run.traces.map(of('trace', traceRecord)),
  ];
};

const servedAt = ({ server, serverAddress, activation }: ServedActivation) => ({
  server,
  server_address: serverAddress,
  ...servedRecord(activation),
});

const relayOf = ({ variant, server, asOf, outcome, expected }: LabRelay) => ({
  server,
  ...relayRecord(variant, asOf, outcome, expected),
});

const cellRecord = ({ phase, registry, client, asked, auth, activation }: TimelineCell) => ({
  time: recordTime(activation.time),
  server: activation.server,
  phase,
  registry: registry === 'absent' ? {} : { RequireIntegrityActivationAuthenticationLevel: registry },
  client,
  asked,
  ...(auth !== undefined && { auth, mechanism: activation.mechanism ?? null }),
  auth_type: activation.authType,
  level: activation.level,
  raised: activation.raised,
  outcome: activation.outcome,
  refused_by: activation.refusedBy ?? null,
  reason: activation.reason,
  event_id: activation.event?.id ?? null,
  client_event_id: activation.clientEvent?.id ?? null,
});

type Traced = LabTrace['trace']['candidates'][number];

const applicationRecord = ({ event, at, ...application }: Traced) => ({ ...application, log: logRecord(event, at) });

const traceRecord = ({ server, trace: { application, candidates, ...trace } }: LabTrace) => ({
  server,
  ...trace,
  ...(application && { application: applicationRecord(application) }),
  candidates: candidates.map(applicationRecord),
});

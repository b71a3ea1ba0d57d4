import { userName } from '../../capture/decode/record.js';
import type { LabRelay, LabRun, ServedActivation, TimelineCell } from '../../lab/index.js';
import { formatEndpoint } from '../../net/channel.js';
import { relayRecord } from '../relay/record.js';

/** What came of a scenario, for programs: what was expected first, then what it is taken from. */
export const labRecords = (run: LabRun): object[] => {
  const of =
    <T>(event: string, recordOf: (item: T) => object) =>
    (item: T): object => ({ event, scenario: run.scenario, ...recordOf(item) });
  return [
    ...run.findings.map(of('finding', ({ time, ...finding }) => ({ time: new Date(time).toISOString(), ...finding }))),
    ...run.served.map(of('activation', servedRecord)),
    ...run.relays.map(of('relay', relayOf)),
    ...run.timeline.map(of('timeline', cellRecord)),
    ...run.traces.map(of('trace', (trace) => trace)),
  ];
};

const servedRecord = ({ server, serverAddress, activation }: ServedActivation) => ({
  time: new Date(activation.time).toISOString(),
  server,
  server_address: serverAddress,
  client: formatEndpoint(activation.client),
  user: activation.identity === undefined ? null : userName(activation.identity),
  sid: activation.identity?.sid ?? null,
  method: activation.method,
  clsid: activation.clsid ?? null,
  iids: activation.iids,
  object_name: activation.objectName ?? null,
  auth_type: activation.authType,
  level: activation.level,
  outcome: activation.outcome,
  refused_by: activation.refusedBy ?? null,
  reason: activation.reason,
  form: activation.form,
  status: activation.status,
  event_id: activation.event?.id ?? null,
});

const relayOf = ({ variant, server, asOf, outcome, expected }: LabRelay) => ({
  server,
  ...relayRecord(variant, asOf, outcome, expected),
});

const cellRecord = ({ phase, registry, client, asked, auth, activation }: TimelineCell) => ({
  time: new Date(activation.time).toISOString(),
  server: activation.server,
  phase,
  RequireIntegrityActivationAuthenticationLevel: registry === 'absent' ? null : registry,
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

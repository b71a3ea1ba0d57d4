import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/constants.js';
import { effectiveAuthnLevel } from '../codec/status/authn.js';
import type { ClientEvent, Event10036, LoggedAt, LoggedEvent } from './events.js';
import {
  answersTo,
  hasAddress,
  isWindows,
  loggingSwitchedOff,
  type Machine,
  machineLogs,
  platformName,
} from './machine.js';
import { enforcementOf } from './machine-policy.js';
import { ADVICE, type TraceConclusion } from './trace-advice.js';

/** A machine and what its System log holds. */
export interface TracedHost {
  readonly machine: Machine;
  readonly entries: readonly LoggedEvent[];
}

/** A server and the hosts whose logs may say who called it. */
export interface TraceRequest {
  readonly server: TracedHost;
  /** The server's event to start from; absent where it logged none. */
  readonly event?: LoggedEvent<Event10036>;
  /** The machines whose logs can be read. The server counts as one of them without being named again. */
  readonly hosts: readonly TracedHost[];
  /** How far the clocks of two machines, and their entries, may be apart. */
  readonly windowMs?: number;
}

/** Five minutes, by which Kerberos lets clocks differ unless told otherwise. */
export const TRACE_WINDOW_MS = 300_000;

/** One step of a trace: what was looked for, and what was found. */
export interface TraceStep {
  /** The steps of the article: 1 the server's event, 2 the client's address, 3 the client's event. */
  readonly step: 1 | 2 | 3;
  readonly found: boolean;
  readonly text: string;
}

/** A process that a client's event names. */
export interface TracedApplication extends LoggedEvent<ClientEvent> {
  readonly computer: string;
  readonly path: string;
  readonly pid: number;
}

/** The way from an event 10036 of a server to the application that caused it. */
export interface Trace {
  readonly steps: readonly TraceStep[];
  readonly conclusion: TraceConclusion;
  readonly text: string;
  readonly advice: string;
  /** Where exactly one fits. */
  readonly application?: TracedApplication;
  /** Every application that fits, each once, the nearest in time first. */
  readonly candidates: readonly TracedApplication[];
}

/** From a server's event 10036, or from its absence, to the application that activates below PKT_INTEGRITY. */
export function trace(request: TraceRequest): Trace {
  return request.event === undefined ? withoutServerEvent(request) : fromServerEvent(request, request.event);
}

/** One trace for each event 10036 of the server; one of its absence where there is none. */
export function traceServer(request: Omit<TraceRequest, 'event'>): Trace[] {
  const events = request.server.entries.flatMap(({ event, at }) => (event.id === 10036 ? [{ event, at }] : []));
  return events.length === 0 ? [trace(request)] : events.map((event) => trace({ ...request, event }));
}

type ServerEntry = NonNullable<TraceRequest['event']>;

function fromServerEvent(request: TraceRequest, entry: ServerEntry): Trace {
  const { domain, user, clientAddress } = entry.event;
  const first = step(1, true, `${name(request.server)} refused ${domain}\\${user} from ${clientAddress}`);
  const clients = machines(request).filter(({ machine }) => hasAddress(machine, clientAddress));
  if (clients.length === 0) {
    const second = step(2, false, `no machine that is known here has the address ${clientAddress}`);
    return ended([first, second, step(3, false, 'no log to look into')], 'client address unknown', second.text);
  }

  const names = clients.map(({ machine }) => `${machine.name} (${platformName(machine)})`).join(', ');
  const second = step(2, true, `${clientAddress} is ${names}`);
  const candidates = applicationsOf(clients, ({ event, at }) => fits(request, entry, event, at), entry.at.time);
  const third = step(3, candidates.length > 0, thirdText(candidates, names));
  const steps = [first, second, third];
  if (candidates.length > 1) return ended(steps, 'several candidates', third.text, candidates);
  if (candidates.length === 1) return ended(steps, 'traced', third.text, candidates);
  return ended(steps, ...silence(clients));
}

/** Why the clients at an address have no event that fits. */
function silence(clients: readonly TracedHost[]): [TraceConclusion, string] {
  const windows = clients.filter(({ machine }) => isWindows(machine));
  const list = (hosts: readonly TracedHost[]) => hosts.map(named).join(', ');
  if (windows.length === 0) return ['client not Windows', `${list(clients)} is not Windows and has no such events`];
  const silent = windows.filter(({ machine }) => !machineLogs(machine));
  if (silent.length > 0) {
    return ['client does not log', silent.map(whySilent).join('; ')];
  }
  return ['client logged nothing', `${list(windows)} logs these events, and has none that fits`];
}

function withoutServerEvent(request: TraceRequest): Trace {
  const { server } = request;
  const first = step(1, false, `${name(server)} has no event 10036`);
  const second = step(2, false, 'no address to follow; the logs of all known machines are searched instead');
  const candidates = applicationsOf(
    machines(request),
    ({ event }) => weak(event) && answersTo(server.machine, event.target),
  );
  const third = step(3, candidates.length > 0, thirdText(candidates, 'the known machines'));
  const steps = [first, second, third];
  if (candidates.length > 0) {
    return ended(steps, 'client event only', `${third.text}, but ${why(server)}`, candidates);
  }
  return ended(steps, absence(server), why(server));
}

/** What it means that neither side logged anything; only a server that would log and refuse makes silence good news. */
function absence({ machine }: TracedHost): TraceConclusion {
  if (!isWindows(machine)) return 'server does not log';
  if (!enforcementOf(machine).enabled) return 'server does not enforce';
  return machineLogs(machine) ? 'clients work' : 'server does not log';
}

function why(server: TracedHost): string {
  const { machine } = server;
  if (!isWindows(machine)) return `${named(server)} is not Windows and has no such events`;
  const { enabled, why: because } = enforcementOf(machine);
  if (!enabled) return `${name(server)} refuses nothing: ${because}`;
  return machineLogs(machine)
    ? `${name(server)} enforces, logs what it refuses, and has no refusal in its log`
    : `${name(server)} enforces, but ${whySilent(server)}`;
}

const whySilent = (host: TracedHost): string =>
  loggingSwitchedOff(host.machine)
    ? `${named(host)} logs none of these events, since DisableAuthenticationLevelHardeningLog switches them off`
    : `${named(host)} does not log these events with its version and updates`;

function fits(request: TraceRequest, { event: server, at }: ServerEntry, event: ClientEvent, when: LoggedAt): boolean {
  const near = Math.abs(when.time - at.time) <= (request.windowMs ?? TRACE_WINDOW_MS);
  const sameUser = event.userSid === undefined || event.userSid === server.sid;
  return near && sameUser && weak(event) && answersTo(request.server.machine, event.target);
}

const weak = ({ level }: ClientEvent): boolean => effectiveAuthnLevel(level) < RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;

type ClientEntry = LoggedEvent<ClientEvent>;

/** The applications of the entries that pass, each once, nearest to a time first, or newest first without one. */
function applicationsOf(
  hosts: readonly TracedHost[],
  passes: (entry: ClientEntry) => boolean,
  time = Number.POSITIVE_INFINITY,
): TracedApplication[] {
  const distance = ({ at }: TracedApplication) => (Number.isFinite(time) ? Math.abs(at.time - time) : -at.time);
  const all = hosts.flatMap(({ machine, entries }) =>
    entries.flatMap(({ event, at }) =>
      event.id !== 10036 && passes({ event, at })
        ? [{ computer: machine.name, path: event.application, pid: event.pid, event, at }]
        : [],
    ),
  );
  const nearest = all.toSorted((a, b) => distance(a) - distance(b));
  const key = ({ computer, path, pid }: TracedApplication) => JSON.stringify([computer, path.toLowerCase(), pid]);
  return nearest.filter((one, index) => nearest.findIndex((other) => key(other) === key(one)) === index);
}

function thirdText(candidates: readonly TracedApplication[], where: string): string {
  if (candidates.length === 0) return `no event 10037 or 10038 of ${where} fits`;
  return candidates
    .map(({ computer, path, pid, event }) => `event ${event.id} of ${computer} names ${path} (process ${pid})`)
    .join('; ');
}

/** The hosts and the server, which can be its own client, each machine once. */
const machines = ({ server, hosts }: TraceRequest): readonly TracedHost[] => [
  ...hosts.filter(({ machine }) => machine.name !== server.machine.name),
  server,
];

function ended(
  steps: readonly TraceStep[],
  conclusion: TraceConclusion,
  text: string,
  candidates: readonly TracedApplication[] = [],
): Trace {
  const [only, ...others] = candidates;
  const application = only === undefined || others.length > 0 ? {} : { application: only };
  return { steps, conclusion, text, advice: ADVICE[conclusion], ...application, candidates };
}

const step = (number: TraceStep['step'], found: boolean, text: string): TraceStep => ({ step: number, found, text });

const name = ({ machine }: TracedHost): string => machine.name;
const named = ({ machine }: TracedHost): string => `${machine.name} (${platformName(machine)})`;

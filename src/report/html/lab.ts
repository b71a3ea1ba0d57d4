import { shortAuthnLevelName } from '../../codec/status/authn.js';
import { eventRows } from '../../hardening/event-log.js';
import { isWindows, type Machine, patchLevelOf, platformName } from '../../hardening/machine.js';
import { PHASES } from '../../hardening/timeline.js';
import type { LabActivation, LabRun } from '../../lab/index.js';
import { type RelayRow, relayColumns, relayRows } from '../lab/relays.js';
import { labResults } from '../lab/results.js';
import { TIMELINE_LEGEND, timelineColumns, timelineRows } from '../lab/timeline.js';
import type { Block, Cell, HostMark, ReportHead, Task } from './model.js';
import { checkFigures, checksBlock, figuresOf, notesOf, tableBlock } from './overview.js';
import type { ListedPdu, Rows } from './rows.js';

/** At most so many are told one by one; the list of PDUs has the rest. */
const MOST = 300;

/** The report of a lab: what came of its scenarios, with links into their captures. */
export function labHead(runs: readonly LabRun[], rows: Rows): ReportHead {
  const results = labResults(runs);
  const activations = runs.flatMap((run) => run.activations);
  const refused = activations.filter(({ outcome }) => outcome === 'refused').length;
  const relays = runs.flatMap((run) => run.relays);
  const events = runs.reduce((sum, { logs }) => sum + logs.reduce((of, { entries }) => of + entries.length, 0), 0);
  const succeeded = relays.filter(({ outcome }) => outcome.outcome === 'succeeded').length;
  return {
    title:
      runs.length === 1 ? (runs[0] as LabRun).title : 'What the hardening of DCOM refuses, and what stops the relay',
    subtitle: `dcom-harness lab, ${scenariosText(runs)}, seed ${runs[0]?.seed ?? ''}`,
    figures: [
      ...checkFigures(results),
      { label: 'activations', value: activations.length.toLocaleString('en') },
      { label: 'refused', value: refused.toLocaleString('en'), tone: refused > 0 ? 'warn' : 'none' },
      ...(relays.length > 0
        ? [
            { label: 'relays', value: relays.length.toLocaleString('en') },
            { label: 'relays that succeed', value: String(succeeded), tone: 'none' as const },
          ]
        : []),
      { label: 'events logged', value: events.toLocaleString('en') },
      ...figuresOf(rows).slice(0, 1),
    ],
    blocks: [
      ...runs.flatMap(matrixOf),
      ...tasksOf(runs),
      ...relaysOf(runs),
      ...runs.flatMap(tracesOf),
      ...timelineOf(runs),
      ...activationsOf(runs, rows),
      ...eventsOf(runs),
      checksBlock(results),
    ],
    notes: notesOf(rows),
  };
}

const scenariosText = (runs: readonly LabRun[]): string =>
  runs.length === 1 ? `scenario ${runs[0]?.scenario}` : `${runs.length} scenarios`;

/** The applications that logs lead to, and what to do about each. */
function tasksOf(runs: readonly LabRun[]): Block[] {
  const tasks = new Map<string, Task>();
  for (const { trace } of runs.flatMap((run) => run.traces)) {
    const { application, advice, text } = trace;
    if (application === undefined) continue;
    const who = `${application.computer}: ${application.path.replace(/^.*\\/, '')}`;
    tasks.set(who, { who, what: advice, why: text });
  }
  for (const [who, what] of refusedClients(runs)) if (!tasks.has(who)) tasks.set(who, { who, what });
  return tasks.size === 0 ? [] : [{ kind: 'tasks', title: 'Who must change what', tasks: [...tasks.values()] }];
}

/** Clients that a server refused by the policy, outside of the timeline, which tries what is to be refused. */
function refusedClients(runs: readonly LabRun[]): Map<string, string> {
  const found = new Map<string, string>();
  for (const { activations } of runs.filter(({ timeline }) => timeline.length === 0))
    for (const { client, server, level, refusedBy } of activations)
      if (refusedBy === 'activation policy')
        found.set(
          client,
          `activates at ${shortAuthnLevelName(level)}, which ${server} refuses: PKT_INTEGRITY or above is needed`,
        );
  return found;
}

const matrixOf = ({ title, timeline }: LabRun): Block[] =>
  timeline.length === 0
    ? []
    : [
        tableBlock('matrix', title, timelineRows(timeline), timelineColumns(timeline), {
          about: `${TIMELINE_LEGEND}.`,
        }),
      ];

/** Of one scenario with many variants a matrix of its own; those with one share another. */
function relaysOf(runs: readonly LabRun[]): Block[] {
  const variants = ({ relays }: LabRun): number => new Set(relays.map(({ variant }) => variant.id)).size;
  const many = runs
    .filter((run) => variants(run) > FEW)
    .map((run) => relayMatrix(`${run.title}, and what stops it`, [run]));
  const few = runs.filter((run) => variants(run) > 0 && variants(run) <= FEW);
  return [...many, ...(few.length === 0 ? [] : [relayMatrix('Each relay by itself, and what stops it', few)])];
}

/** A variant comes by NTLM and by SPNEGO. */
const FEW = 2;

function relayMatrix(title: string, runs: readonly LabRun[]): Block {
  const relays = runs.flatMap((run) => run.relays);
  const scenarioOf = new Map(runs.flatMap((run) => run.relays.map(({ variant }) => [variant.id, run.scenario])));
  const href = ({ variant }: RelayRow): string | undefined => {
    const scenario = scenarioOf.get(variant.replace(/ .*$/, ''));
    return scenario && `#/pdus?q=${encodeURIComponent(`file=${scenario}.pcapng`)}&as=diagram`;
  };
  const first = 'The attacker relays a victim\u2019s NTLM to the server; the columns are its patch levels.';
  return tableBlock('matrix', title, relayRows(relays), relayColumns(relays), { about: first, href });
}

const tracesOf = ({ traces }: LabRun): Block[] =>
  traces
    .filter(({ trace }) => trace.application !== undefined)
    .slice(0, 1)
    .map(({ server, trace }) => ({
      kind: 'trace',
      title: `Which application does ${server} refuse?`,
      steps: trace.steps.map(({ text, found }) => ({ text, found })),
      conclusion: trace.conclusion,
      advice: trace.advice,
    }));

function timelineOf(runs: readonly LabRun[]): Block[] {
  const machines = new Map<string, HostMark>();
  for (const { logs } of runs) for (const { machine } of logs) machines.set(markKey(machine), markOf(machine));
  if (machines.size === 0 || machines.size > MOST) return [];
  const phases = PHASES.map(({ from, title, server, client }) => ({ from, title, server, client }));
  return [{ kind: 'timeline', title: 'Where each host stands', phases, hosts: [...machines.values()] }];
}

const markKey = (machine: Machine): string => JSON.stringify(markOf(machine));

const markOf = (machine: Machine): HostMark => ({
  name: machine.name,
  what: platformName(machine),
  ...(isWindows(machine) && { date: patchLevelOf(machine).date }),
});

function activationsOf(runs: readonly LabRun[], rows: Rows): Block[] {
  const requests = activationRequests(rows);
  const listed = runs
    .filter(({ timeline }) => timeline.length === 0)
    .flatMap(({ scenario, activations }) => activations.map((activation) => ({ scenario, activation })))
    .slice(0, MOST);
  if (listed.length === 0) return [];
  return [
    {
      kind: 'table',
      title: 'Activations',
      columns: ['time', 'client', 'server', 'level', 'outcome', 'because'],
      rows: listed.map(({ scenario, activation }) =>
        activationRow(activation, requestOf(requests, rows, scenario, activation)),
      ),
    },
  ];
}

function activationRow(activation: LabActivation, request: number | undefined): Cell[] {
  const { time, client, server, level, raised, outcome, refusedBy, reason } = activation;
  return [
    {
      text: new Date(time).toISOString().slice(0, 19).replace('T', ' '),
      ...(request !== undefined && { href: `#/pdu/${request}` }),
    },
    { text: client },
    { text: server },
    { text: `${shortAuthnLevelName(level)}${raised ? ' ↑' : ''}` },
    {
      text: refusedBy === undefined ? outcome : `${outcome} by ${refusedBy}`,
      tone: outcome === 'accepted' ? 'good' : 'bad',
    },
    { text: reason },
  ];
}

const ACTIVATION = /::Remote(Activation|CreateInstance|GetClassObject)$/;

const activationRequests = (rows: Rows): ListedPdu[] =>
  [...rows.all()].filter(({ type, what }) => type === 'request' && ACTIVATION.test(what));

/** The request of an activation: the last one between the two hosts before the server decided. */
function requestOf(
  requests: readonly ListedPdu[],
  rows: Rows,
  scenario: string,
  { time, clientAddress, serverAddress }: LabActivation,
): number | undefined {
  const decided = (time - Date.parse(rows.epoch)) / 1000 + 0.001;
  const file = `${scenario}.pcapng`;
  return requests.findLast(
    (each) =>
      each.file === file && each.client === clientAddress && each.server === serverAddress && each.time <= decided,
  )?.row;
}

function eventsOf(runs: readonly LabRun[]): Block[] {
  const entries = runs
    .filter(({ timeline }) => timeline.length === 0)
    .flatMap(({ logs }) => logs.flatMap((log) => log.entries));
  if (entries.length === 0) return [];
  return [
    {
      kind: 'table',
      title: 'Event logs',
      columns: ['time', 'computer', 'event', 'what'],
      rows: eventRows(entries)
        .slice(0, MOST)
        .map(({ time, computer, event, what }) => [
          { text: time.slice(0, 19).replace('T', ' ') },
          { text: computer },
          { text: String(event), tone: event === 10036 ? 'bad' : 'warn' },
          { text: what },
        ]),
    },
  ];
}

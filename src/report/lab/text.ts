import { shortAuthnLevelName } from '../../codec/status/authn.js';
import { eventRows } from '../../hardening/event-log.js';
import { eventMessage } from '../../hardening/events.js';
import type { LabRun, LabTrace } from '../../lab/index.js';
import { eventTable } from '../event-table.js';
import { printable } from '../printable.js';
import { resultsSummary } from '../result.js';
import { type Column, table } from '../table.js';
import { relayColumns, relayRows } from './relays.js';
import { labResults } from './results.js';
import { TIMELINE_LEGEND, timelineColumns, timelineRows } from './timeline.js';

export interface TextOptions {
  readonly colour: boolean;
  readonly width?: number | undefined;
}

/** What came of scenarios, for people: the tables that they have, one trace each, and what was not as expected. */
export function labText(runs: readonly LabRun[], options: TextOptions): string {
  const parts = runs.flatMap((run) => sections(run, options, runs.length === 1));
  parts.push(...tracesOf(runs).map(traceText));
  if (runs.length > 1) parts.push(`Scenarios:\n\n${table(runs, { columns: SCENARIO_COLUMNS, ...options })}`);
  const failed = labResults(runs).filter(({ outcome }) => outcome === 'fail');
  for (const { id, title, expected, actual } of failed)
    parts.push(`${id}: ${printable(title)}: expected ${printable(expected)}; got ${printable(actual)}\n`);
  return `${parts.join('\n')}\n${resultsSummary(labResults(runs)).text}\n`;
}

/** All of a scenario by itself; of several the first that leads to an application. */
function tracesOf(runs: readonly LabRun[]): LabTrace[] {
  const traces = runs.flatMap((run) => run.traces);
  if (runs.length === 1) return traces;
  const impacted = traces.find(({ trace }) => trace.conclusion === 'traced');
  return impacted === undefined ? [] : [impacted];
}

/** The event logs of the hosts of a scenario as one table. */
export const labEvents = (run: LabRun, options: TextOptions): string =>
  eventTable(eventRows(run.logs.flatMap(({ entries }) => entries)), options);

/** Without a table of its own, a scenario among others is one line. */
function sections(run: LabRun, options: TextOptions, alone: boolean): string[] {
  const parts: string[] = [];
  if (run.timeline.length > 0) {
    const columns = timelineColumns(run.timeline);
    parts.push(`${run.title}:\n\n${table(timelineRows(run.timeline), { columns, ...options })}\n${TIMELINE_LEGEND}\n`);
  }
  const { relays } = run;
  if (relays.length > 0 && (alone || new Set(relays.map(({ variant }) => variant.id)).size > 2)) {
    const columns = relayColumns(relays);
    parts.push(`${run.title}, and what stops it:\n\n${table(relayRows(relays), { columns, ...options })}`);
  }
  if (alone && run.timeline.length === 0) {
    const events = run.logs.flatMap(({ entries }) => entries);
    if (run.activations.length > 0)
      parts.push(`Activations:\n\n${table(run.activations, { columns: ACTIVATION_COLUMNS, ...options })}`);
    if (events.length > 0) parts.push(`Events:\n\n${labEvents(run, options)}`);
  }
  return parts;
}

/** From the server's event to the application, step by step. */
export function traceText({ server, trace }: LabTrace): string {
  const steps = trace.steps.map(({ step, found, text }) => `  ${step}. ${found ? '' : 'not found: '}${text}`);
  const event = trace.application?.event;
  return [
    `Which application does ${server} refuse?\n`,
    ...steps,
    ...(event === undefined ? [] : [`     ${eventMessage(event)}`]),
    `  ${trace.conclusion}: ${trace.advice}`,
    '',
  ]
    .map(printableLine)
    .join('\n');
}

const printableLine = (text: string): string => text.split('\n').map(printable).join('\n');

const ok = ({ findings }: LabRun): boolean => findings.every((finding) => finding.ok);

const SCENARIO_COLUMNS: readonly Column<LabRun>[] = [
  { title: 'scenario', value: ({ scenario }) => scenario },
  {
    title: 'as expected',
    value: ({ findings }) => `${findings.filter((finding) => finding.ok).length} of ${findings.length}`,
    style: (run) => (ok(run) ? 'green' : 'red'),
  },
  { title: 'activations', value: ({ activations }) => activations.length, align: 'right' },
  { title: 'relays', value: ({ relays }) => relays.length, align: 'right' },
  { title: 'events', value: ({ logs }) => logs.reduce((sum, { entries }) => sum + entries.length, 0), align: 'right' },
  { title: 'about', value: ({ title }) => title },
];

const ACTIVATION_COLUMNS: readonly Column<LabRun['activations'][number]>[] = [
  { title: 'time', value: ({ time }) => new Date(time).toISOString().slice(0, 19).replace('T', ' ') },
  { title: 'client', value: ({ client }) => client },
  { title: 'server', value: ({ server }) => server },
  { title: 'level', value: ({ level, raised }) => `${shortAuthnLevelName(level)}${raised ? ' ↑' : ''}` },
  {
    title: 'outcome',
    value: ({ outcome, refusedBy }) => (refusedBy === undefined ? outcome : `${outcome} by ${refusedBy}`),
    style: ({ outcome }) => (outcome === 'accepted' ? 'green' : 'red'),
  },
  { title: 'because', value: ({ reason }) => reason },
];

import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { Command } from 'commander';
import type { CapturedCall } from '../../capture/decode/captured-call.js';
import { readCalls } from '../../capture/decode/captured-calls.js';
import { readDecoded } from '../../capture/decode/decode.js';
import { pduRecord } from '../../capture/decode/record.js';
import { replayCall, whyNotReplayed } from '../../capture/replay/replay.js';
import type { CallOutcome } from '../../client/outcome.js';
import { IObjectExporter } from '../../codec/dcom/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';
import { shortAuthnLevelName } from '../../codec/status/authn.js';
import { enforcement } from '../../hardening/decision.js';
import type { LoggedEvent } from '../../hardening/events.js';
import { eventMessage } from '../../hardening/events.js';
import type { Registry } from '../../hardening/registry.js';
import { patchLevel } from '../../hardening/timeline.js';
import { members } from '../../report/record.js';
import type { Column } from '../../report/table.js';
import { startServer } from '../../server/server.js';
import { pduLine } from '../decode/pdu-line.js';
import { TerminalLines } from '../decode/terminal-lines.js';
import { type Output, output } from '../io.js';
import { credentialsOf, jsonOption } from '../options.js';
import { observer } from '../secrets.js';

/** Recorded from this project's own server; pcaps/README.md says how. */
const CAPTURE = fileURLToPath(new URL('../../../pcaps/activation-at-connect.pcapng', import.meta.url));

/** One date in each phase of KB5004442. */
const DATES = ['2021-05', '2021-06-08', '2022-06-14', '2022-11-08', '2023-03-14'] as const;
const VALUES = [undefined, 0, 1] as const;
const LEVELS = [RPC_C_AUTHN_LEVEL.CONNECT, RPC_C_AUTHN_LEVEL.PKT_INTEGRITY] as const;
const ACCOUNT = { domain: 'LAB', user: 'op', password: randomBytes(12).toString('hex') };

export const demoCommand = (command: Command): Command =>
  command.addOption(jsonOption()).addHelpText('after', '\nExample:\n  dcom-harness demo --json').action(demo);

/** What one server made of the activation at one level. */
interface Cell {
  readonly level: number;
  readonly outcome: CallOutcome;
  readonly event: LoggedEvent | undefined;
  /** What KB5004442 says should have come of it. */
  readonly expected: 'accepted' | 'refused';
}

interface Row {
  readonly asOf: string;
  readonly value: number | undefined;
  readonly cells: readonly Cell[];
}

async function demo(options: { json: boolean }): Promise<void> {
  const out = output(options);
  if (!out.json) await showCapture(out);
  const { calls } = await readCalls(CAPTURE, whyNotReplayed, observer({}));
  const activation = calls.find(
    ({ presentation }) => presentation?.interface.uuid !== IObjectExporter.uuid,
  ) as CapturedCall;
  const rows: Row[] = [];
  for (const asOf of DATES) for (const value of VALUES) rows.push(await tryServer(activation, asOf, value));
  if (out.json) for (const row of rows) for (const cell of row.cells) out.record('demo', recordOf(row, cell));
  else showRows(out, rows);
  const surprises = rows.flatMap(({ cells }) => cells).filter((cell) => !asExpected(cell));
  if (surprises.length > 0) process.exitCode = 1;
}

async function showCapture(out: Output): Promise<void> {
  out.text('The captured conversation (pcaps/activation-at-connect.pcapng):\n');
  const terminal = out.width === undefined ? undefined : new TerminalLines(out.colour, out.width);
  for await (const decoded of readDecoded(CAPTURE, { observe: observer({}) })) {
    const record = pduRecord('', decoded);
    out.verbatim(terminal?.text(record) ?? pduLine(record, out.colour));
  }
}

/** A server of its own for each row, as each row is another machine. */
async function tryServer(activation: CapturedCall, asOf: string, value: number | undefined): Promise<Row> {
  const registry = registryOf(value);
  const server = await startServer({
    listen: '127.0.0.1:0',
    asOf,
    registry,
    accounts: [ACCOUNT],
    names: { netbiosName: 'HARNESS', netbiosDomain: ACCOUNT.domain },
  });
  try {
    const cells: Cell[] = [];
    for (const level of LEVELS) {
      const before = server.events.length;
      const { address: host, port } = server.address;
      const { replayed } = await replayCall(activation, {
        host,
        port,
        level,
        credentials: credentialsOf(ACCOUNT),
      });
      const enforced = enforcement({ asOf, registry }).enabled && level < RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;
      cells.push({
        level,
        outcome: replayed,
        event: server.events[before],
        expected: enforced ? 'refused' : 'accepted',
      });
    }
    return { asOf, value, cells };
  } finally {
    await server.close();
  }
}

const registryOf = (value: number | undefined): Registry =>
  value === undefined ? {} : { RequireIntegrityActivationAuthenticationLevel: value };

const asExpected = ({ outcome, expected }: Cell): boolean => outcome.accepted === (expected === 'accepted');

const recordOf = ({ asOf, value }: Row, { level, outcome, event, expected }: Cell) => ({
  as_of: patchLevel(asOf).date,
  registry: registryOf(value),
  level,
  expected,
  ...members(outcome),
  event_id: event?.event.id,
});

function showRows(out: Output, rows: readonly Row[]): void {
  out.text('\nIts activation, sent again over TCP with NTLMv2, to the server of each phase of KB5004442:\n');
  const column = (index: number): Column<Row> => ({
    title: `at ${shortAuthnLevelName(LEVELS[index] as number)}`,
    value: ({ cells }) => verdict(cells[index] as Cell),
    style: ({ cells }) => (cells[index]?.outcome.accepted ? 'green' : 'red'),
  });
  out.table(rows, [
    { title: 'as of', value: ({ asOf }) => asOf },
    { title: 'RequireIntegrity…', value: ({ value }) => value ?? 'absent' },
    column(0),
    column(1),
  ]);
  const outcomes = rows.flatMap(({ cells }) => cells.map(({ outcome }) => outcome));
  const faults = new Map(outcomes.filter(isFault).map(({ status, text }) => [status, text]));
  for (const [status, text] of faults)
    out.text(`\nfault ${status} is ${text.replace(/^fault /, '')}: dcom-harness explain ${status}`);
  out.text('\nEvents logged by the servers:\n');
  for (const line of eventLines(rows)) out.line(line);
  if (rows.some(({ cells }) => cells.some(({ outcome, event }) => outcome.accepted && event !== undefined)))
    out.text(
      '\nA server that the registry keeps from enforcing logs what it would refuse:\nno source confirms that (docs/policy.md).',
    );
  out.text('\nTry next: dcom-harness --help, serve --help, replay --help');
}

/** Events that differ only in time are said once, with the servers that logged them. */
function eventLines(rows: readonly Row[]): string[] {
  const servers = new Map<string, Map<string, string[]>>();
  for (const { asOf, value, cells } of rows)
    for (const { event } of cells) {
      if (event === undefined) continue;
      const { id } = event.event;
      const text = `${event.at.computer} DCOM ${id}: ${eventMessage(event.event)}`;
      const dates = servers.get(text) ?? new Map<string, string[]>();
      servers.set(text, dates.set(asOf, [...(dates.get(asOf) ?? []), String(value ?? 'absent')]));
    }
  return [...servers].flatMap(([text, dates]) => [
    text,
    `  logged as of ${[...dates].map(([asOf, values]) => `${asOf} (${values.join(', ')})`).join(', ')}`,
  ]);
}

const isFault = ({ refusedBy }: CallOutcome): boolean => refusedBy === 'fault';

/** In few characters: a row of the table is to be a line of 80 columns. */
function verdict(cell: Cell): string {
  const { outcome, event } = cell;
  const what = outcome.accepted
    ? 'accepted'
    : `refused: ${isFault(outcome) ? `fault ${outcome.status}` : outcome.text}`;
  const text = event === undefined ? what : `${what}, event ${event.event.id}`;
  return asExpected(cell) ? text : `${text} (KB5004442: ${cell.expected})`;
}

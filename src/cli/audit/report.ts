import { basename } from 'node:path';
import type { AuditItem } from '../../capture/audit/audit.js';
import { LAST_PHASE } from '../../capture/audit/audit.js';
import type { Problem } from '../../capture/file/error.js';
import { Understood, type UnderstoodState } from '../../capture/file/understood.js';
import type { Registry } from '../../hardening/registry.js';
import { type PatchLevel, patchLevel } from '../../hardening/timeline.js';
import { CSV_HEAD, csvLine } from '../../report/audit/csv.js';
import { AuditGroups } from '../../report/audit/groups.js';
import { auditResults } from '../../report/audit/results.js';
import { whatMustChange } from '../../report/audit/tasks.js';
import { activationColumns, activationLine, FINDING_COLUMNS } from '../../report/audit/text.js';
import { understoodLines, understoodRecord } from '../../report/understood.js';
import { addCaptures, type ReportFile, reportFile } from '../html.js';
import type { Output } from '../io.js';
import { type JudgedOptions, Verdicts } from '../judged.js';
import { ProblemNotes } from '../problems.js';
import { observer, type SecretOptions } from '../secrets.js';

/** How the result of an audit is judged, printed and written, whatever it is read from. */
export interface ReportOptions extends JudgedOptions {
  readonly asOf?: PatchLevel;
  readonly registry?: Registry;
  readonly csv?: string;
  readonly parquet?: string;
}

/** What is read for an audit. */
export interface AuditInput {
  /** Files that are read, which none of the results may overwrite. */
  readonly inputs: readonly string[];
  /** Units that are read, so that it can be told whether anything could be. */
  readonly units: number;
  /** Reads them and gives what is found, as it is found. */
  readonly read: (item: (item: AuditItem) => void) => Promise<Shortfall>;
  /** Activations are printed as they come, too. */
  readonly live?: boolean;
  /** Captures that can be read once more for the HTML report. */
  readonly html?: { readonly file: string; readonly captures: readonly string[]; readonly secrets: SecretOptions };
}

/** Of how many units nothing could be read, how many lost something on the way, such as their end; and what was understood. */
export interface Shortfall {
  readonly unread: number;
  readonly incomplete: number;
  readonly understood: Understood;
}

/** Counts what was read of units, and tells people what was not. */
export class Reading implements Shortfall {
  unread = 0;
  incomplete = 0;
  readonly understood = new Understood();

  /** Takes the problems of a unit, then its end, then those of the next one. */
  unit(note: (text: string) => void) {
    let lost = false;
    const problems = new ProblemNotes(note);
    return {
      problem: (problem: Problem): void => {
        lost ||= problem.severity === 'error';
        problems.tell(problem);
      },
      end: (end: UnitEnd): void => {
        const incomplete = lost;
        lost = false;
        problems.end();
        if ('message' in end) {
          note(`dcom-harness: ${end.message}`);
          this.unread++;
          return;
        }
        const { file, droppedFindings, understood } = end;
        this.understood.add(understood);
        if (droppedFindings > 0) note(`note: ${file}: ${droppedFindings} further findings are not listed`);
        if (incomplete) this.incomplete++;
      },
    };
  }
}

/** How a unit has ended: something was read of it, or nothing could be. */
type UnitEnd =
  | { readonly file: string; readonly droppedFindings: number; readonly understood: UnderstoodState }
  | { readonly message: string };

/** Reads, judges and prints: the one way to the result of an audit. */
export async function reportAudit(out: Output, options: ReportOptions, input: AuditInput): Promise<void> {
  const { inputs, units, html } = input;
  const verdicts = new Verdicts(out, options, {
    suite: 'audit',
    inputs,
    beside: [options.csv, options.parquet],
    ownTime: false,
  });
  const [csvFile, parquetFile] = verdicts.beside;
  const parquet = parquetFile && (await parquetTo((octets) => parquetFile.write(octets)));
  const report = html === undefined ? undefined : await reportFile(html.file, 'dcom-harness audit', html.captures);
  csvFile?.write(CSV_HEAD);
  const groups = new AuditGroups();
  const take = (item: AuditItem): void => {
    groups.add(item);
    if (out.json) tellItem(out, item);
    else if (input.live && !options.tap && item.kind === 'activation') out.line(activationLine(item));
    csvFile?.write(csvLine(item));
    parquet?.add(item);
  };
  const level = options.asOf ?? patchLevel(LAST_PHASE);
  if (level.note !== undefined) out.note(`note: ${level.note}`);
  const { unread, incomplete, understood } = await input.read(take);
  csvFile?.close();
  parquet?.end();
  parquetFile?.close();
  if (unread + incomplete > 0 || !understood.certain) verdicts.incomplete();
  await verdicts.tell(auditResults(groups), {
    text() {
      if (input.live && groups.total > 0) out.line('');
      if (unread < units) printReport(out, groups, level);
    },
    nothing: 'no activation in the captures',
    failed: groups.count('refused') > 0,
    tested: groups.activations.length > 0,
  });
  if (understood.packets > 0 || unread === 0) tellUnderstood(out, understood, groups.total, options);
  if (options.csv !== undefined) out.note(`activations and findings are in ${options.csv}`);
  if (options.junit !== undefined) out.note(`JUnit is in ${options.junit}`);
  if (report !== undefined && html !== undefined) await finishReport(out, report, groups, level, html);
}

/** Its module is loaded for a run that asks for it. */
async function parquetTo(write: (octets: Uint8Array) => void) {
  const { AuditParquet } = await import('../../report/audit/parquet.js');
  return new AuditParquet(write);
}

/** Reads the captures once more, for the PDUs behind what was found. */
async function finishReport(
  out: Output,
  report: ReportFile,
  groups: AuditGroups,
  level: PatchLevel,
  { file, captures, secrets }: NonNullable<AuditInput['html']>,
): Promise<void> {
  const { auditHead } = await import('../../report/html/index.js');
  await addCaptures(out, report.book, captures, observer(secrets));
  const names = captures.map((capture) => basename(capture));
  report.end(auditHead(groups, level, names, report.book.rows));
  out.note(`the report is in ${file}`);
}

function tellItem(out: Output, { kind, ...rest }: AuditItem): void {
  if (!('event' in rest)) return out.record(kind, rest);
  const { event, ...others } = rest;
  out.record(kind, { ...others, event_id: event });
}

/** The end of every audit: nothing that was found is nothing that is there only as far as this goes. */
function tellUnderstood(out: Output, understood: Understood, activations: number, { tap }: ReportOptions): void {
  if (out.json) {
    out.record('understood', { ...understoodRecord(understood), activations });
    return;
  }
  const lines = understoodLines(understood, [`${activations} ${activations === 1 ? 'activation' : 'activations'}`]);
  if (tap) for (const line of lines) out.note(line);
  else for (const line of ['', ...lines]) out.line(line);
  if (!understood.certain) out.note('warning: what was passed over may hold activations: the verdict is uncertain');
}

function printReport(out: Output, groups: AuditGroups, { date, phase }: PatchLevel): void {
  out.text(`A server as of ${date}: ${phase.title}.\n\n`);
  const tasks = whatMustChange(groups);
  if (tasks.length > 0) for (const line of ['Who must change what', ...tasks, '']) out.line(line);
  if (groups.activations.length > 0) {
    out.text('Activations');
    out.table(groups.activations, activationColumns(date));
  } else out.text('No activation in the captures.');
  if (groups.findings.length > 0) {
    out.text('\nFindings\n');
    out.table(groups.findings, FINDING_COLUMNS);
  }
  out.text(`\n${groups.summary}`);
}

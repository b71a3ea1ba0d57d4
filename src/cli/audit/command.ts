import { basename } from 'node:path';
import { Argument, type Command } from 'commander';
import { type AuditItem, Auditor, LAST_PHASE } from '../../capture/audit/audit.js';
import { CaptureError, type Problem } from '../../capture/file/error.js';
import { captureSets } from '../../capture/file/sets.js';
import { Understood } from '../../capture/file/understood.js';
import type { Ccache, KeytabEntry } from '../../codec/kerberos/index.js';
import type { Registry } from '../../hardening/registry.js';
import { type PatchLevel, patchLevel } from '../../hardening/timeline.js';
import { CSV_HEAD, csvLine } from '../../report/audit/csv.js';
import { AuditGroups } from '../../report/audit/groups.js';
import { auditResults } from '../../report/audit/results.js';
import { activationColumns, FINDING_COLUMNS, whatMustChange } from '../../report/audit/text.js';
import { understoodLines, understoodRecord } from '../../report/understood.js';
import type { AccountEntry, Secret } from '../../security/index.js';
import { captureFiles, tellWaiting } from '../files.js';
import { addCaptures, type ReportFile, reportFile } from '../html.js';
import { inputOf, titleOf } from '../input.js';
import { type Output, output, UsageError } from '../io.js';
import { type JudgedOptions, judgedOptions, UNUSABLE, Verdicts } from '../judged.js';
import { ccacheOption, keytabOption } from '../kerberos.js';
import { growHeapSlowly } from '../memory.js';
import { asOfOption, htmlOption, ntHashOption, passwordOption, registryOption, userOption } from '../options.js';
import { observer } from '../secrets.js';

interface AuditCommandOptions extends JudgedOptions {
  readonly asOf?: PatchLevel;
  readonly registry?: Registry;
  readonly user?: AccountEntry[];
  readonly password?: string[];
  readonly nthash?: Secret[];
  readonly keytab?: readonly KeytabEntry[];
  readonly ccache?: Ccache;
  readonly csv?: string;
  readonly html?: string;
}

export const auditCommand = (command: Command): Command =>
  judgedOptions(command)
    .addArgument(new Argument('<file...>', 'pcap or pcapng files, also gzipped; folders; - for stdin'))
    .addOption(asOfOption(`patch level of the server; ${LAST_PHASE} where absent`))
    .addOption(registryOption())
    .addOption(userOption("account whose NTLM is unsealed, 'DOMAIN\\user:password'; may be given again"))
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(keytabOption('opens the Kerberos tickets of its services: names their clients and unseals'))
    .addOption(ccacheOption('unseals what was done with the tickets of this cache file'))
    .option('--csv <file>', 'write every activation and finding as CSV')
    .addOption(htmlOption())
    .addHelpText(
      'after',
      `
Besides activations it finds calls of objects below PKT_INTEGRITY, NTLMv1, null sessions, MICs that are missing or, where
a secret is given, wrong, refused calls with their likely cause, and relays: one exchange of NTLM or Kerberos on two
connections, a challenge that was changed between them, and a target name that is not the server's.

It ends with what was understood and what was passed over. Files of one capture, as dumpcap -b and tcpdump -C
and -G write them, are read as one.

Exit code 0 where nothing would be refused, 1 where something would, 2 where nothing would as far as could be read, and
a file could not be read to its end or what was passed over may hold activations. Findings do not change it; in TAP and
JUnit the severe ones fail.

Examples:
  dcom-harness audit captures/
  dcom-harness audit capture.pcapng --as-of 2022-06-14 --registry RequireIntegrityActivationAuthenticationLevel=0
  dcom-harness audit capture.pcapng --password 'P4ssw0rd' --json
  dcom-harness audit captures/ --keytab server.keytab
  dcom-harness audit capture.pcapng --html audit.html
  dcom-harness audit captures/ --csv audit.csv --junit audit.xml`,
    )
    .action(audit);

async function audit(paths: string[], options: AuditCommandOptions): Promise<void> {
  growHeapSlowly();
  const out = output({ json: options.json, batched: true });
  try {
    await auditAll(out, paths, options);
  } finally {
    await out.flush();
  }
}

async function auditAll(out: Output, paths: string[], options: AuditCommandOptions): Promise<void> {
  const files = captureFiles(paths);
  if (files.length === 0) throw new UsageError('no capture to audit; give files, a folder or -');
  const verdicts = new Verdicts(out, options, { suite: 'audit', inputs: files, beside: [options.csv] });
  const [csvFile] = verdicts.beside;
  const report = options.html === undefined ? undefined : await reportFile(options.html, 'dcom-harness audit', files);
  csvFile?.write(CSV_HEAD);
  const groups = new AuditGroups();
  const take = (item: AuditItem): void => {
    groups.add(item);
    if (out.json) tellItem(out, item);
    csvFile?.write(csvLine(item));
  };
  const level = options.asOf ?? patchLevel(LAST_PHASE);
  if (level.note !== undefined) out.note(`note: ${level.note}`);
  const { unread, incomplete, understood } = await readAll(out, files, options, take);
  csvFile?.close();
  await verdicts.tell(auditResults(groups), {
    text: () => unread < files.length && printReport(out, groups, level),
    nothing: 'no activation in the captures',
    failed: groups.count('refused') > 0,
    tested: groups.activations.length > 0,
    otherwise: unread + incomplete > 0 || !understood.certain ? UNUSABLE : 0,
  });
  if (understood.packets > 0 || unread === 0) tellUnderstood(out, understood, groups.total, options);
  if (report !== undefined) await finishReport(out, report, { groups, level, files, options });
}

interface Audited {
  readonly groups: AuditGroups;
  readonly level: PatchLevel;
  readonly files: readonly string[];
  readonly options: AuditCommandOptions;
}

/** Reads the captures once more, for the PDUs behind what was found. */
async function finishReport(
  out: Output,
  report: ReportFile,
  { groups, level, files, options }: Audited,
): Promise<void> {
  const { auditHead } = await import('../../report/html/index.js');
  await addCaptures(out, report.book, files, observer(options));
  const names = files.map((file) => basename(file));
  report.end(auditHead(groups, level, names, report.book.rows));
  out.note(`the report is in ${options.html}`);
}

/** Of how many files nothing could be read, how many lost something on the way, such as their end; and what was understood. */
interface Shortfall {
  readonly unread: number;
  readonly incomplete: number;
  readonly understood: Understood;
}

async function readAll(
  out: Output,
  files: readonly string[],
  { asOf, registry, ...secrets }: AuditCommandOptions,
  item: (item: AuditItem) => void,
): Promise<Shortfall> {
  const auditor = new Auditor({
    observe: observer(secrets),
    ...(asOf && { asOf }),
    ...(registry && { registry }),
  });
  let unread = 0;
  let incomplete = 0;
  const understood = new Understood();
  for (const set of captureSets(files)) {
    tellWaiting(out, set);
    const { onRead, note, end } = inputOf(out, set, titleOf(set), { quiet: !out.json });
    let lost = false;
    const problem = (each: Problem): void => {
      lost ||= each.severity === 'error';
      tell(note, each);
    };
    try {
      const read = await auditor.file(set, { item, problem, onRead, pause: () => out.flush() });
      const { file: name, droppedFindings } = read;
      understood.add(read.understood);
      if (droppedFindings > 0) note(`note: ${name}: ${droppedFindings} further findings are not listed`);
      if (lost) incomplete++;
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      note(`dcom-harness: ${error.message}`);
      unread++;
    } finally {
      end();
    }
  }
  return { unread, incomplete, understood };
}

function tellItem(out: Output, { kind, ...rest }: AuditItem): void {
  if (!('event' in rest)) return out.record(kind, rest);
  const { event, ...others } = rest;
  out.record(kind, { ...others, event_id: event });
}

/** The end of every audit: nothing that was found is nothing that is there only as far as this goes. */
function tellUnderstood(out: Output, understood: Understood, activations: number, { tap }: AuditCommandOptions): void {
  if (out.json) {
    out.record('understood', { ...understoodRecord(understood), activations });
    return;
  }
  const lines = understoodLines(understood, [`${activations} ${activations === 1 ? 'activation' : 'activations'}`]);
  if (tap) for (const line of lines) out.note(line);
  else for (const line of ['', ...lines]) out.line(line);
  if (!understood.certain) out.note('warning: what was passed over may hold activations: the verdict is uncertain');
}

function tell(note: (text: string) => void, { severity, file, frame, message }: Problem): void {
  if (severity === 'info') return;
  note(`${severity}: ${file}${frame === undefined ? '' : ` frame ${frame}`}: ${message}`);
}

function printReport(out: Output, groups: AuditGroups, { date, phase }: PatchLevel): void {
  out.text(`A server as of ${date}: ${phase.title}.\n\n`);
  if (groups.activations.length > 0) out.table(groups.activations, activationColumns(date));
  else out.text('No activation in the captures.');
  const tasks = whatMustChange(groups);
  if (tasks.length > 0) for (const line of ['', 'Who must change what', ...tasks]) out.line(line);
  if (groups.findings.length > 0) {
    out.text('\nFindings\n');
    out.table(groups.findings, FINDING_COLUMNS);
  }
  out.text(`\n${groups.summary}`);
}

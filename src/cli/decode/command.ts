import { type Command, InvalidArgumentError, Option } from 'commander';
import { FILTER_HELP, FILTER_KEYS, whyNothingFits } from '../../capture/decode/filter.js';
import { CaptureError } from '../../capture/file/error.js';
import { captureSets } from '../../capture/file/sets.js';
import { Understood } from '../../capture/file/understood.js';
import { understoodLines } from '../../report/understood.js';
import type { Sniffer } from '../../security/index.js';
import { captureFiles, requireNotAmong } from '../files.js';
import { type Output, output, UsageError } from '../io.js';
import { inThreads, jobsOption } from '../jobs/option.js';
import { ccacheOption, keytabOption } from '../kerberos.js';
import { growHeapSlowly } from '../memory.js';
import { capturesArgument, htmlOption, jsonOption, ntHashOption, passwordOption, userOption } from '../options.js';
import { observer } from '../secrets.js';
import { decodeOctets, treeOfOctets } from './hex.js';
import { decodeInThreads } from './jobs.js';
import { fieldsOption, filterOption } from './options.js';
import { type All, decodeSet, type SetOptions } from './set.js';
import { CallStatistics, STATISTICS_COLUMNS } from './statistics.js';
import { SUMMARY_COLUMNS, type SummaryRow } from './summary.js';
import { Choice, Enough } from './view.js';
import { ChosenPackets } from './write/chosen-packets.js';
import { writePackets } from './write/write.js';

interface DecodeOptions extends SetOptions {
  readonly count?: number;
  readonly jobs: number;
  readonly hex?: string;
  readonly html?: string;
  readonly write?: string;
  readonly json: boolean;
  readonly allowNone: boolean;
}

export const decodeCommand = (command: Command): Command =>
  command
    .addArgument(capturesArgument('[file...]').default([]))
    .option('--summary', 'one line a file: PDUs by type, interfaces, authentication', false)
    .option(
      '-v, --verbose',
      'with every field of each PDU below its line: where it stands, its octets, name and value',
      false,
    )
    .addOption(
      new Option('--calls', 'one line a call: its request and answer, how long it took, how it ended')
        .default(false)
        .conflicts(['summary', 'verbose']),
    )
    .addOption(
      new Option('--statistics', 'one line an operation: its calls, how many failed, how long they took')
        .default(false)
        .conflicts(['summary', 'verbose', 'calls', 'fields', 'follow']),
    )
    .addOption(filterOption())
    .option('--allow-none', 'exit code 0 where nothing fits --filter, instead of 2', false)
    .addOption(new Option('-c, --count <n>', 'ends after so many PDUs, or calls, that fit').argParser(countOf))
    .addOption(fieldsOption())
    .addOption(
      new Option(
        '-w, --write <file>',
        'write the packets of what fits as well: pcap or pcapng by the name, else as the input; .gz packs it',
      ).conflicts(['follow', 'hex', 'html']),
    )
    .addOption(jobsOption())
    .option('-f, --follow', 'goes on while the file still grows, until it is interrupted', false)
    .option(
      '--hex <octets>',
      'decode one PDU, or token of NTLM, SPNEGO or Kerberos, in hexadecimal instead of a file; with -v as a tree',
    )
    .addOption(userOption("account whose NTLM is verified and unsealed, 'DOMAIN\\user:password'; may be given again"))
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(keytabOption('opens the Kerberos tickets of its services: names their clients, verifies and unseals'))
    .addOption(ccacheOption('verifies and unseals what was done with the tickets of this cache file'))
    .addOption(
      htmlOption().conflicts([
        'statistics',
        'count',
        'summary',
        'verbose',
        'calls',
        'follow',
        'hex',
        'fields',
        'filter',
        'json',
      ]),
    )
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
An answer says which frame asked and how long ago (<FRAME TIME; request_frame and elapsed of --json, in seconds).
Damage is named on stderr with file, frame and offset; the rest of the file, and the other files, are still decoded.
Exit code 0 where anything could be read, 2 where nothing could or nothing fits --filter. decode gives no verdict that a
passed-over part could change; audit does, and ends with 2 where it might.
${FILTER_HELP}
${FILTER_KEYS}

Examples:
  dcom-harness decode capture.pcapng
  dcom-harness decode --filter 'interface=IRemoteSCMActivator,IActivation' --filter 'level<=pkt' captures/
  dcom-harness decode --calls --filter 'elapsed>=0.5' capture.pcapng
  dcom-harness decode --calls --filter 'class=MMC20.*' -c 10 capture.pcapng
  dcom-harness decode --statistics --filter 'time>=2026-11-27T09:00:00Z' capture.pcapng
  dcom-harness decode --calls --filter 'status=failed' --follow growing.pcapng
  dcom-harness decode --fields frame,ptype,auth_level capture.pcapng
  dcom-harness decode --summary captures/
  dcom-harness decode --filter 'class=MMC20.*' -w mmc.pcapng captures/
  dcom-harness decode --jobs 4 --calls --json captures/
  dcom-harness decode capture.pcapng --password 'P4ssw0rd' --json
  dcom-harness decode capture.pcapng --keytab server.keytab
  dcom-harness decode capture.pcapng --html report.html
  dcom-harness decode --hex '05 00 0d 03 10 00 00 00 15 00 00 00 01 00 00 00 04 00 01 05 00'`,
    )
    .action(decode);

function countOf(text: string): number {
  const number = Number(text);
  if (!(Number.isInteger(number) && number > 0)) throw new InvalidArgumentError('expected a whole number above 0');
  return number;
}

async function decode(paths: string[], options: DecodeOptions): Promise<void> {
  growHeapSlowly();
  const out = output({ json: options.json, batched: true });
  try {
    await decodeAll(out, paths, options);
  } finally {
    await out.flush();
  }
}

async function decodeAll(out: Output, paths: string[], options: DecodeOptions): Promise<void> {
  if (options.hex !== undefined) return showHex(out, paths, options.hex, options);
  const files = filesOf(paths, options);
  const observe = observer(options);
  if (options.html !== undefined) {
    const { writeDecodeReport } = await import('./html.js');
    await writeDecodeReport(out, options.html, files, observe);
    return;
  }
  const all: All = {
    several: false,
    choice: new Choice(options.filter, options.count),
    packets:
      options.write === undefined ? undefined : new ChosenPackets({ calls: options.calls || options.statistics }),
    statistics: new CallStatistics(),
    understood: new Understood(),
  };
  const units = captureSets(files);
  // A count, sums of times, and a file with packets of all are made in the order of the captures.
  const threads =
    inThreads(options.jobs, units) && options.count === undefined && !options.statistics && options.write === undefined;
  const summaries = threads
    ? await decodeInThreads(out, units, options, all)
    : await decodeSets(out, units, options, all, observe);
  if (options.summary) printSummaries(out, summaries);
  if (options.statistics) printStatistics(out, all.statistics);
  sayNothing(out, options, all);
  if (options.write !== undefined && all.packets !== undefined)
    await writeChosen(out, options.write, files, all.packets);
  if (summaries.length > 0) for (const line of understoodLines(all.understood)) out.note(line);
  // Only where nothing could be read is there no result at all; a file that breaks off before its first packet is one.
  const read = all.choice.full || all.understood.packets > 0 || summaries.some(({ lost }) => !lost);
  if (!read) process.exitCode = 2;
}

/** Where filters were given and nothing fits them. */
function sayNothing(out: Output, { allowNone, calls, statistics }: DecodeOptions, { choice }: All): void {
  const nothing = choice.nothing(calls || statistics ? 'calls' : 'PDUs');
  if (nothing === undefined) return;
  out.note(`note: ${nothing}${allowNone ? '' : ' (--allow-none takes that for a success)'}`);
  if (!allowNone) process.exitCode = 2;
}

function showHex(out: Output, paths: readonly string[], hex: string, { verbose, json }: DecodeOptions): void {
  if (paths.length > 0) throw new UsageError('--hex takes the place of files; give one or the other');
  if (verbose && !json) for (const line of treeOfOctets(hex)) out.text(line);
  else out.record(...decodeOctets(hex));
}

/** Reads what can be read, up to as much as is wanted. */
async function decodeSets(
  out: Output,
  sets: readonly (readonly string[])[],
  options: DecodeOptions,
  all: All,
  observe: Sniffer,
): Promise<SummaryRow[]> {
  const summaries: SummaryRow[] = [];
  for (const set of sets) {
    try {
      summaries.push(await decodeSet(out, set, { ...all, several: sets.length > 1 }, options, observe));
    } catch (error) {
      if (error instanceof Enough) break;
      if (!(error instanceof CaptureError)) throw error;
      out.note(`dcom-harness: ${error.message}`);
    }
  }
  return summaries;
}

/** The files that are meant. Throws `UsageError` where the options do not fit them. */
function filesOf(paths: string[], options: DecodeOptions): string[] {
  const files = captureFiles(paths);
  if (files.length === 0) throw new UsageError('no capture to decode; give files, a folder, - or --hex');
  if (options.write !== undefined) {
    if (files.includes('-')) throw new UsageError('--write reads the files twice, so it takes no - for stdin');
    requireNotAmong([options.write], files);
  }
  if (options.follow && (files.length > 1 || files[0] !== paths[0] || files[0] === '-'))
    throw new UsageError('--follow takes one file; what comes on stdin is decoded as it comes without it');
  const pointless = whyNothingFits(options.filter ?? [], { calls: options.calls || options.statistics });
  if (pointless !== undefined) throw new UsageError(`--filter ${pointless}`);
  return files;
}

/** Without packets there is no file: nothing would be taken for something. */
async function writeChosen(out: Output, path: string, files: readonly string[], packets: ChosenPackets): Promise<void> {
  if (packets.count === 0) {
    out.note(`dcom-harness: nothing fits, so ${path} is not written`);
    process.exitCode = 2;
    return;
  }
  await writePackets(path, files, packets);
  out.note(`${packets.count} packets are in ${path}`);
  const { lacking } = packets;
  if (lacking > 0)
    out.note(`warning: ${path} lacks packets of ${lacking} that fit: there was too much to keep in mind`);
}

function printStatistics(out: Output, { rows }: CallStatistics): void {
  if (out.json) for (const row of rows) out.record('operation-times', row);
  else if (rows.length > 0) out.table(rows, STATISTICS_COLUMNS);
}

function printSummaries(out: Output, summaries: readonly SummaryRow[]): void {
  if (out.json) for (const summary of summaries) out.record('capture-summary', summary.record);
  else if (summaries.length > 0) out.table(summaries, SUMMARY_COLUMNS);
}

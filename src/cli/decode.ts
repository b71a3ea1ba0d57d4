import { basename } from 'node:path';
import { Argument, Command } from 'commander';
import { CaptureDecoder } from '../capture/decode.js';
import { CaptureError, type Problem } from '../capture/error.js';
import { CapturedPdu } from '../capture/pdu.js';
import { readBatches } from '../capture/pdus.js';
import { cutRecord, type PduRecord, pduRecord } from '../capture/record.js';
import { CodecError } from '../codec/error.js';
import { decodePdu } from '../codec/rpce/index.js';
import type { AccountEntry, PassiveContext, Secret } from '../security/index.js';
import { captureFiles } from './files.js';
import { type Output, output, UsageError } from './io.js';
import { jsonOption, ntHashOption, passwordOption, userOption } from './options.js';
import { pduLine, pduText } from './pdu-line.js';
import { observer } from './secrets.js';
import { FileSummary, SUMMARY_COLUMNS } from './summary.js';

interface DecodeOptions {
  readonly summary: boolean;
  readonly verbose: boolean;
  readonly hex?: string;
  readonly user?: AccountEntry[];
  readonly password?: string[];
  readonly nthash?: Secret[];
  readonly json: boolean;
}

export const decodeCommand = (): Command =>
  new Command('decode')
    .description('every DCE/RPC PDU of captures, with its call, its authentication level and its parameters')
    .addArgument(new Argument('[file...]', 'pcap or pcapng files, also gzipped; folders; - for stdin').default([]))
    .option('--summary', 'one line a file: PDUs by type, interfaces, authentication', false)
    .option('-v, --verbose', 'with the fields and parameters of each PDU below its line', false)
    .option('--hex <octets>', 'decode one PDU given in hexadecimal instead of a file')
    .addOption(userOption("account whose NTLM is verified and unsealed, 'DOMAIN\\user:password'; may be given again"))
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
What is wrong with a file is said on stderr with file, frame and offset; the rest of it is still decoded.

Examples:
  dcom-harness decode capture.pcapng
  dcom-harness decode --summary captures/
  dcom-harness decode capture.pcapng --password 'P4ssw0rd' --json
  dcom-harness decode --hex '05 00 0d 03 10 00 00 00 15 00 00 00 01 00 00 00 04 00 01 05 00'`,
    )
    .action(decode);

async function decode(paths: string[], options: DecodeOptions): Promise<void> {
  const out = output(options);
  if (options.hex !== undefined) {
    if (paths.length > 0) throw new UsageError('--hex takes the place of files; give one or the other');
    decodeHex(out, options.hex);
    return;
  }
  const files = captureFiles(paths);
  if (files.length === 0) throw new UsageError('no capture to decode; give files, a folder, - or --hex');
  const observe = observer(options);
  const summaries: FileSummary[] = [];
  for (const file of files) {
    try {
      summaries.push(await decodeFile(out, file, options, observe));
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      out.note(`dcom-harness: ${error.message}`);
    }
  }
  if (options.summary) printSummaries(out, summaries);
  // Only where nothing could be read is there no result at all.
  if (summaries.length === 0) process.exitCode = 2;
}

async function decodeFile(
  out: Output,
  file: string,
  options: DecodeOptions,
  observe: (authType: number) => PassiveContext | undefined,
): Promise<FileSummary> {
  const name = file === '-' ? 'stdin' : basename(file);
  const decoder = new CaptureDecoder({ observe });
  const summary = new FileSummary(name);
  const show = (record: PduRecord): void => {
    summary.add(record);
    if (record.error !== undefined) out.note(`warning: ${name} frame ${record.frame}: ${record.error}`);
    if (options.summary) return;
    if (out.json) out.record(record);
    else out.text(options.verbose ? pduText(record, out.colour) : pduLine(record, out.colour));
  };
  const secretsGiven = [options.user, options.password, options.nthash].some((given) => given !== undefined);
  const close = (stream: number): void => {
    const unopened = secretsGiven ? decoder.unopened(stream) : [];
    for (const who of unopened)
      out.note(`note: ${name} stream ${stream}: no secret that was given opens the session of ${who}`);
    decoder.end(stream);
  };
  for await (const batch of readBatches(file)) {
    for (const item of batch) {
      if (item instanceof CapturedPdu)
        show(item.kind === 'cut' ? cutRecord(name, item) : pduRecord(name, decoder.take(item)));
      else if (item.kind === 'end') close(item.stream);
      else tellProblem(out, name, item, summary);
    }
  }
  return summary;
}

function tellProblem(
  out: Output,
  name: string,
  { severity, frame, offset, message }: Problem,
  summary: FileSummary,
): void {
  summary.problem(severity);
  if (severity === 'info') return;
  const place = [frame === undefined ? '' : ` frame ${frame}`, offset === undefined ? '' : ` offset ${offset}`].join(
    '',
  );
  out.note(`${severity}: ${name}${place}: ${message}`);
}

function printSummaries(out: Output, summaries: readonly FileSummary[]): void {
  if (out.json) for (const summary of summaries) out.record(summary.record);
  else if (summaries.length > 0) out.table(summaries, SUMMARY_COLUMNS);
}

function decodeHex(out: Output, text: string): void {
  const digits = text.replace(/0x|[\s:,]+/g, '');
  if (!/^([0-9a-f]{2})+$/i.test(digits)) throw new UsageError('--hex takes an even number of hexadecimal digits');
  try {
    const pdu = decodePdu(Buffer.from(digits, 'hex'));
    out.record(pdu);
  } catch (error) {
    if (error instanceof CodecError) throw new UsageError(`no PDU: ${error.message}`);
    throw error;
  }
}

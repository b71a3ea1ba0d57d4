import { mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Command } from 'commander';
import { CaptureError, type Problem } from '../../capture/file/error.js';
import { fileOf, pieces } from '../../capture/file/source.js';
import { Pseudonyms } from '../../capture/sanitize/pseudonyms/pseudonyms.js';
import { Sanitizer } from '../../capture/sanitize/sanitizer.js';
import { systemReason } from '../../net/error.js';
import type { AccountEntry, Secret, Sniffer } from '../../security/index.js';
import { captureFiles, requireNotAmong, statOf } from '../files.js';
import { type Input, inputOf } from '../input.js';
import { type Output, output, UsageError } from '../io.js';
import { growHeapSlowly } from '../memory.js';
import { jsonOption, ntHashOption, passwordOption, secretSeedOption, userOption } from '../options.js';
import { ProblemNotes } from '../problems.js';
import { observer, secretsGiven } from '../secrets.js';
import { FileSpool } from './file-spool.js';
import { openMap, writeMap } from './map-file.js';
import { ResultFile } from './result-file.js';
import { Totals } from './totals.js';

interface SanitizeOptions {
  readonly map?: string;
  readonly seed?: string;
  readonly keepUuids: boolean;
  readonly user?: AccountEntry[];
  readonly password?: string[];
  readonly nthash?: Secret[];
  readonly json: boolean;
}

export const sanitizeCommand = (command: Command): Command =>
  command
    .argument('<in>', 'pcap or pcapng file, also gzipped; or a folder of them')
    .argument('<out>', 'the result: a file, or for a folder another folder')
    .option('--map <file>', 'keeps who became whom, and goes on with it where it is there: as secret as the captures')
    .addOption(secretSeedOption('the same seed gives the same pseudonyms, so it is a secret; a new one where absent'))
    .option('--keep-uuids', 'interfaces and classes that are not known here stay as well', false)
    .addOption(
      userOption("account whose NTLM is unsealed and signed anew, 'DOMAIN\\user:password'; may be given again"),
    )
    .addOption(passwordOption())
    .addOption(ntHashOption())
    .addOption(jsonOption())
    .addHelpText(
      'after',
      `
Names, addresses, SIDs, paths, responses, tickets and texts are replaced where they stand, each by one of the same length,
the same by the same one: in IP, ARP and ICMP, in RPC by the declarations of its operations, in NTLM, SPNEGO and Kerberos.
Whatever is not understood is zero. Lengths, times, flags, levels, statuses and the UUIDs of known interfaces and classes
stay, so that decode and audit tell the same of the result, but for the names. With a password, what is sealed is opened,
rewritten, sealed and signed anew under another password, which is printed; whose sessions none opens is said. See
docs/sanitize.md.

Exit code 0 where all was read, 1 where a part of a file was damaged and is missing in the result, 2 where nothing could
be read or written. The input is never written to; a file of the name of the result is replaced, once the result is
whole, and of one that fails nothing is left.

Examples:
  dcom-harness sanitize capture.pcapng clean.pcapng
  dcom-harness sanitize captures/ clean/ --map names.json
  dcom-harness sanitize capture.pcapng clean.pcapng --password env:PASSWORD`,
    )
    .action(sanitize);

async function sanitize(source: string, target: string, options: SanitizeOptions): Promise<void> {
  growHeapSlowly();
  const out = output({ json: options.json });
  const pairs = pairsOf(source, target);
  requireNotAmong(
    [...pairs.map(({ to }) => to), ...(options.map === undefined ? [] : [options.map])],
    pairs.map(({ from }) => from),
  );
  const map = openMap(options.map, options.seed);
  const names = new Pseudonyms(map, { keepUuids: options.keepUuids });
  const totals = new Totals(names, secretsGiven(options));
  let damaged = false;
  let done = 0;
  for (const { from, to } of pairs) {
    try {
      damaged = (await sanitizeFile(out, from, to, { names, observe: observer(options) }, totals)) || damaged;
      done++;
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      damaged = true;
      out.note(`dcom-harness: ${error.message}`);
    }
  }
  if (options.map !== undefined) writeMap(options.map, names.table);
  if (done > 0) totals.print(out);
  if (done === 0) process.exitCode = 2;
  else if (damaged) process.exitCode = 1;
}

interface Pair {
  readonly from: string;
  readonly to: string;
}

function pairsOf(source: string, target: string): Pair[] {
  if (source === '-' || target === '-') throw new UsageError('sanitize reads a file twice, so it takes no - for stdin');
  if (!statOf(source)?.isDirectory()) {
    const to = statOf(target)?.isDirectory() ? join(target, basename(source)) : target;
    return [{ from: source, to }];
  }
  const files = captureFiles([source]);
  if (files.length === 0) throw new UsageError(`no captures in ${source}`);
  try {
    mkdirSync(target, { recursive: true });
  } catch (error) {
    throw new UsageError(`cannot write ${target}: ${systemReason(error)}`);
  }
  return files.map((from) => ({ from, to: join(target, basename(from)) }));
}

/** True where a part of the file could not be read. */
async function sanitizeFile(
  out: Output,
  from: string,
  to: string,
  parts: { readonly names: Pseudonyms; readonly observe: Sniffer },
  totals: Totals,
): Promise<boolean> {
  const spool = new FileSpool();
  // Read twice; nothing is printed before the end.
  const input = inputOf(out, [from, from], fileOf(from), { quiet: true });
  let damaged = false;
  const problems = new ProblemNotes(input.note);
  const onProblem = (problem: Problem): void => {
    damaged ||= problem.severity !== 'info';
    problems.tell(problem);
  };
  try {
    const sanitizer = new Sanitizer({ ...parts, file: from, spool, onProblem });
    damaged = (await readTolerantly(input, from, (piece) => sanitizer.learn(piece))) || damaged;
    sanitizer.learned();
    problems.end();
    const result = new ResultFile(to);
    try {
      await readTolerantly({ ...input, note: () => {} }, from, (piece) => result.write(sanitizer.rewrite(piece)));
      await result.write(sanitizer.rewritten());
      await result.close();
    } catch (error) {
      result.remove();
      throw error;
    }
    totals.add(to, sanitizer);
  } finally {
    input.end();
    spool.close();
  }
  return damaged;
}

/** Reads what can be read; true where the file broke off, as a damaged gzip file does. */
async function readTolerantly(
  { onRead, note }: Pick<Input, 'onRead' | 'note'>,
  file: string,
  take: (piece: Uint8Array) => Promise<void> | void,
): Promise<boolean> {
  let some = false;
  try {
    for await (const piece of pieces(file, { onRead, reuse: false })) {
      await take(piece);
      some = true;
    }
    return false;
  } catch (error) {
    if (!(error instanceof CaptureError) || !some) throw error;
    note(`dcom-harness: ${error.message}`);
    return true;
  }
}

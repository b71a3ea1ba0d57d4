import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import type { LabRun } from '../../lab/index.js';
import { decodeHead, labHead, type PduBook, RecordsReport, type ReportHead } from '../../report/html/index.js';
import { parseAccount } from '../../security/index.js';
import { captureFiles, statOf } from '../files.js';
import { addCaptures } from '../html.js';
import { type Output, UsageError } from '../io.js';
import { readKeytab } from '../kerberos.js';
import { observer, type SecretOptions } from '../secrets.js';

/** Fills the book with what `paths` are: captures, the folder of a lab, or the records of a command. */
export async function readSources(
  out: Output,
  book: PduBook,
  paths: readonly string[],
  secrets: SecretOptions,
): Promise<ReportHead> {
  const [first = ''] = paths;
  if (paths.length === 1 && existsSync(join(first, 'results.json'))) return readLab(out, book, first, secrets);
  if (paths.length === 1 && /\.(nd)?jsonl?$/i.test(first)) return readRecords(book, first);
  const files = captureFiles(paths);
  if (files.length === 0) throw new UsageError('nothing to view; give captures, the folder of lab --out, or NDJSON');
  const read = await addCaptures(out, book, files, observer(secrets));
  if (read === 0) throw new UsageError('nothing could be read');
  return decodeHead(
    files.map((file) => basename(file)),
    book.rows,
  );
}

/** What `lab --out` left. */
async function readLab(out: Output, book: PduBook, folder: string, given: SecretOptions): Promise<ReportHead> {
  const runs = labRuns(join(folder, 'results.json'));
  for (const run of runs) {
    const file = join(folder, 'captures', `${run.scenario}.pcapng`);
    const observe = observer({ ...given, ...secretsBeside(file, given) });
    if (statOf(file)?.isFile()) await book.capture(file, { names: namesOf(run), observe });
    else out.note(`note: ${file} is not there`);
  }
  return labHead(runs, book.rows);
}

/** The secrets that lab --out has left to open a capture with, as far as they are there. */
function secretsBeside(capture: string, { user = [] }: SecretOptions): SecretOptions {
  const beside = (ending: string): string => capture.replace(/\.pcapng$/, ending);
  const [passwords, keytab] = [beside('.passwords'), beside('.keytab')];
  const lines = statOf(passwords)?.isFile() ? readFileSync(passwords, 'utf8').split('\n') : [];
  const accounts = lines.filter((line) => line !== '').map(parseAccount);
  return { user: [...user, ...accounts], ...(statOf(keytab)?.isFile() && { keytab: readKeytab(keytab) }) };
}

function labRuns(file: string): LabRun[] {
  try {
    const runs = JSON.parse(readFileSync(file, 'utf8')) as readonly LabRun[];
    // How the logs of the hosts look to other programs is in files of their own.
    return runs.map((run) => ({ ...run, logs: (run.logs ?? []).map((log) => ({ ...log, xml: '', json: [] })) }));
  } catch (error) {
    throw new UsageError(`${file} is not what lab --out writes: ${(error as Error).message}`);
  }
}

function namesOf({ activations, served }: LabRun): (address: string) => string | undefined {
  const names = new Map<string, string>();
  for (const { server, serverAddress } of served) names.set(serverAddress, server);
  for (const { client, clientAddress, server, serverAddress } of activations)
    names.set(clientAddress, client).set(serverAddress, server);
  return (address) => names.get(address);
}

async function readRecords(book: PduBook, file: string): Promise<ReportHead> {
  const report = new RecordsReport(book);
  let number = 0;
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) {
    number++;
    if (line.trim() !== '') report.take(parsed(file, number, line));
  }
  return report.head(basename(file));
}

function parsed(file: string, number: number, line: string): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch {
    // Said below.
  }
  throw new UsageError(`${file} line ${number} is not a JSON record`);
}

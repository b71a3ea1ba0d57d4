import { randomBytes } from 'node:crypto';
import { basename } from 'node:path';
import type { CapturedCall } from '../../capture/decode/captured-call.js';
import { type CapturedCalls, readCalls } from '../../capture/decode/captured-calls.js';
import { className } from '../../capture/decode/class-names.js';
import { classOf } from '../../capture/decode/wanted-class.js';
import { CaptureError } from '../../capture/file/error.js';
import { captureSets } from '../../capture/file/sets.js';
import type { ReplayTickets } from '../../capture/replay/kerberos-calls.js';
import { Pacing } from '../../capture/replay/pacing.js';
import type { Logon } from '../../client/credentials.js';
import type { Ccache, KeytabEntry } from '../../codec/kerberos/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import type { Registry } from '../../hardening/registry.js';
import type { PatchLevel } from '../../hardening/timeline.js';
import type { RecordParts } from '../../report/record.js';
import { type Result, resultsSummary } from '../../report/result.js';
import type { Column } from '../../report/table.js';
import type { AccountEntry, Secret } from '../../security/index.js';
import type { DcomServer } from '../../server/server.js';
import { captureFiles, tellWaiting } from '../files.js';
import { addCaptures, reportFile } from '../html.js';
import type { Output } from '../io.js';
import { type JudgedOptions, UNUSABLE, type Verdicts } from '../judged.js';
import { type KerberosClientOptions, serviceTickets } from '../kerberos.js';
import { credentialsOf } from '../options.js';
import { ProblemNotes } from '../problems.js';
import { observer } from '../secrets.js';
import { type SimulatedDomain, simulatedDomain } from './domain.js';

/** Only of the simulated server, and good for one run. */
const OWN_ACCOUNT = { domain: 'LAB', user: 'replay', password: randomBytes(16).toString('hex') };

/** The domain of a fresh simulated server. */
export const domainFor = ({ user }: ClientSideOptions): Promise<SimulatedDomain> => simulatedDomain(accountOf(user));

const accountOf = (user: AccountEntry | undefined): AccountEntry => user ?? OWN_ACCOUNT;

/** What a fresh simulated server needs for the account that calls are sent under. */
export const simulatedFor = (user: AccountEntry | undefined, { keys }: SimulatedDomain) => ({
  listen: '127.0.0.1:0',
  accounts: [accountOf(user)],
  kerberos: { keys },
  names: { netbiosName: 'HARNESS', netbiosDomain: user?.domain || OWN_ACCOUNT.domain },
  // A capture is sent again for the sake of its levels; clients of any COM version were served when it was taken.
  dcom: { minorVersionsBelow7: 'taken' } as const,
});

/** Who logs on, by whichever mechanism. The keytab opens the capture, and is no client's. A server of somebody's own knows no account but the one that is given. */
export function logonFor(
  { user, kdc, realm, ccache, service, auth }: ClientSideOptions,
  domain: SimulatedDomain | undefined,
): Logon & ReplayTickets {
  const account = domain === undefined ? user : accountOf(user);
  const tickets = serviceTickets({ ...(kdc && { kdc }), ...(realm && { realm }), ...(ccache && { ccache }) }, user);
  return {
    ...(account === undefined ? {} : { credentials: credentialsOf(account) }),
    ...(tickets === undefined ? { ...domain?.logon, ticketsAsCaptured: auth !== 'kerberos' } : { tickets }),
    ...(service === undefined ? {} : { service }),
  };
}

/** The class that an activation asks for, by its name where it has one; empty where it cannot be read. */
export function classText(call: CapturedCall): string {
  const clsid = classOf(call);
  return clsid === undefined ? '' : (className(clsid) ?? clsid);
}

/** A call of a file, and what came of it now. */
interface FiledCall {
  readonly file: string;
  readonly call: CapturedCall;
}

/** Where a captured call stands: the beginning of its record, and of its row. */
export const placeRecord = ({ call: { file, stream, frame } }: FiledCall) => ({ file, stream, frame });

export const PLACE_COLUMNS: readonly Column<FiledCall>[] = [
  { title: 'file', value: ({ call }) => call.file },
  { title: 'frame', value: ({ call }) => call.frame, align: 'right' },
];

/** What the captured server made of a call. */
export const CAPTURED_COLUMN: Column<{ readonly captured: { readonly text: string } | undefined }> = {
  title: 'captured',
  value: ({ captured }) => captured?.text ?? NOT_CAPTURED,
};

/** Which check of a simulated server refused an activation since it was last asked. */
export function refusalsOf({ activations }: Pick<DcomServer, 'activations'>): () => RefusedBy | undefined {
  let seen = activations.at(-1);
  return () => {
    const newest = activations.at(-1);
    const isNew = newest !== seen;
    seen = newest;
    return isNew ? newest?.refusedBy : undefined;
  };
}

export const NOT_CAPTURED = 'not captured';
/** Why there is no verdict on an answer then. */
export const NOTHING_TO_COMPARE = 'the answer is not in the capture, or cannot be read';

/** Why an answer cannot be compared; undefined where it can. */
export const whyNotCompared = ({ call, captured }: { call: CapturedCall; captured: unknown }): string | undefined => {
  if (captured !== undefined) return undefined;
  return call.answer?.kind === 'response' && call.answer.stubState === 'sealed' ? SEALED_ANSWER : NOTHING_TO_COMPARE;
};

const SEALED_ANSWER = 'the answer is encrypted, and no password or hash was given that opens it';

export interface SecretsGiven {
  readonly keytab?: readonly KeytabEntry[];
  readonly ccache?: Ccache;
  readonly password?: string[];
  readonly nthash?: Secret[];
  /** Where a report to look at goes. */
  readonly html?: string;
}

/** What came of a replay, with the captures that it is about. */
export async function writeReplayReport(
  out: Output,
  paths: readonly string[],
  { html, password, nthash, keytab, ccache }: SecretsGiven,
  results: readonly Result[],
): Promise<void> {
  if (html === undefined) return;
  const { resultsHead } = await import('../../report/html/index.js');
  const files = captureFiles(paths);
  const report = await reportFile(html, 'dcom-harness replay', files);
  await addCaptures(out, report.book, files, observer({ password, nthash, keytab, ccache }));
  const names = files.map((file) => basename(file)).join(', ');
  report.end(
    resultsHead('What came of the captured calls', `dcom-harness replay: ${names}`, results, report.book.rows),
  );
  out.note(`the report is in ${html}`);
}

/** What the modes that play the client have in common. */
export interface ClientSideOptions
  extends SecretsGiven,
    JudgedOptions,
    Pick<KerberosClientOptions, 'kdc' | 'realm' | 'service'> {
  readonly target?: { host: string; port: number };
  readonly asOf?: PatchLevel;
  readonly registry?: Registry;
  readonly user?: AccountEntry;
  readonly level?: number;
  readonly auth?: string;
  readonly timing?: 'keep' | 'drop';
}

/** The captured waits of one file, where they are kept. */
export const pacingOf = ({ timing }: ClientSideOptions): Pacing | undefined =>
  timing === 'keep' ? new Pacing() : undefined;

/** Output of the parts that play the client: a row for each call, and how many of them came out as captured. */
export async function tellReplayed(
  out: Output,
  verdicts: Verdicts,
  results: readonly Result[],
  { records, table, nobodyThere }: { records(): Iterable<RecordParts>; table(): void; readonly nobodyThere: boolean },
): Promise<void> {
  await verdicts.tell(results, {
    records,
    text() {
      table();
      out.text(resultsSummary(results).text);
    },
    nothing: NOTHING_TO_COMPARE,
  });
  // Not a single answer: that says nothing of the server.
  if (nobodyThere) process.exitCode = UNUSABLE;
}

/**
 * Does something with the calls of each file, and says what was left out and what is wrong with it. A file that cannot
 * be read, or not to its end, does not take the results of the others with it, and is no success.
 */
export async function replayEach<T>(
  out: Output,
  verdicts: Verdicts,
  paths: readonly string[],
  { password, nthash, keytab, ccache }: SecretsGiven,
  whyNot: Parameters<typeof readCalls>[1],
  replay: (read: CapturedCalls) => Promise<readonly T[]>,
): Promise<T[]> {
  const done: T[] = [];
  const sets = captureSets(captureFiles(paths));
  for (const set of sets) {
    tellWaiting(out, set);
    try {
      const read = await readCalls(set, whyNot, observer({ password, nthash, keytab, ccache }));
      tellLeftOut(out, read);
      if (read.problems.some(({ severity }) => severity === 'error')) verdicts.incomplete();
      done.push(...(await replay(read)));
    } catch (error) {
      if (!(error instanceof CaptureError) || sets.length === 1) throw error;
      out.note(`dcom-harness: ${error.message}`);
      verdicts.incomplete();
    }
  }
  return done;
}

function tellLeftOut(out: Output, { file, problems, leftOut }: CapturedCalls): void {
  const notes = new ProblemNotes(out.note);
  for (const problem of problems) notes.tell(problem);
  notes.end();
  for (const [reason, count] of leftOut)
    out.note(`${file}: ${count} ${count === 1 ? 'call' : 'calls'} left out: ${reason}`);
}

import { callName } from '../../codec/interfaces.js';
import { type Result, resultRecord, resultsSummary } from '../../report/result.js';
import type { Column } from '../../report/table.js';
import type { Activation } from '../../server/activation/log.js';
import type { RefusedCall } from '../../server/objects/refused-call.js';
import type { DcomServer } from '../../server/server.js';
import type { Output } from '../io.js';
import type { Judged, Verdicts } from '../judged.js';
import { type Expectation, lineOf } from './expectations.js';
import type { ExpectOptions } from './judged.js';

/** What a server is judged with. */
export interface ServerJudging {
  /** What is judged besides, and stands before it. */
  readonly before?: readonly Result[];
  /** Stands in the results where nothing was tested: for readers who have only the artefacts. */
  readonly untested?: Result;
  /** What nobody did, where nothing was tested. */
  readonly nothing: string;
}

/**
 * Judges what clients did, and tells it. Where no activation was asked for, nothing was tested, whatever came of the
 * rest; but who expects none, or something else that has happened, has tested that.
 */
export async function judgeServer(
  out: Output,
  verdicts: Verdicts,
  server: DcomServer,
  options: ExpectOptions,
  { before = [], untested, nothing }: ServerJudging,
): Promise<void> {
  const { expect = [], allowNone } = options;
  const tested = server.activations.length > 0 || expect.some((expectation) => expectation.tests(server));
  const judged = serverResults(server, expect);
  const results = [
    ...before,
    ...(tested || !allowNone ? judged : judged.map((result) => skipped(result, nothing))),
    ...(tested || allowNone || untested === undefined ? [] : [untested]),
  ];
  await verdicts.tell(results, {
    ...shownResults(out, results),
    nothing,
    tested,
  });
  noteRefusedCalls(out, server.refusedCalls, expect);
}

/** What nobody could hold to, where that is allowed. */
const skipped = (result: Result, reason: string): Result =>
  result.outcome === 'fail' ? { ...result, outcome: 'skip', reason } : result;

/** What was expected; where nothing was, that each activation is accepted. */
export function serverResults(server: DcomServer, expected: readonly Expectation[]): Result[] {
  const common = { section: 'KB5004442; [MS-DCOM] 3.1.2.5.2.3', level: 'WINDOWS' } as const;
  const pdus = server.activations.map((activation) => `${lineOf(activation)}: ${verdictOf(activation)}`);
  if (expected.length > 0)
    return expected.map((expectation): Result => {
      const fault = expectation.fault(server);
      return {
        ...common,
        id: `serve.expect.${expectation.key}`,
        title: expectation.text,
        outcome: fault === undefined ? 'pass' : 'fail',
        expected: expectation.text,
        actual: fault ?? expectation.text,
        pdus,
      };
    });
  return server.activations.map(
    (activation, index): Result => ({
      ...common,
      id: `serve.activation.${index + 1}`,
      title: lineOf(activation),
      outcome: activation.outcome === 'accepted' ? 'pass' : 'fail',
      expected: 'accepted',
      actual: verdictOf(activation),
      pdus: [],
      time: activation.time,
    }),
  );
}

const verdictOf = ({ outcome, refusedBy, reason, event }: Activation): string =>
  outcome === 'accepted' ? 'accepted' : `refused by ${refusedBy} (${reason})${event ? `, event ${event.id}` : ''}`;

/** Whether calls of objects may be refused is for whoever tests to say: a success that nobody asked so says it. */
function noteRefusedCalls(
  out: Output,
  [first, ...more]: readonly RefusedCall[],
  expected: readonly Expectation[],
): void {
  if (first === undefined || expected.some(({ key }) => key === 'refused-calls')) return;
  const what = `${callName(first.interface, first.opnum)}, refused by ${first.refusedBy}`;
  const calls =
    more.length === 0
      ? `1 refused call is not judged (${what})`
      : `${more.length + 1} refused calls are not judged (the first: ${what})`;
  // Expectations stand in place of the one that each activation is accepted.
  const accepted = expected.length === 0 ? '--expect outcome=accepted ' : '';
  out.note(`note: ${calls}; ${accepted}--expect refused-calls=0 does`);
}

/** The results as `Verdicts` tells them: for programs a record each, for people what did not pass with what is instead. */
const shownResults = (out: Output, results: readonly Result[]): Required<Pick<Judged, 'records' | 'text'>> => ({
  records: () => results.map((result) => ['result', resultRecord(result)]),
  text() {
    if (results.length > 0) out.table(results, COLUMNS);
    out.text(resultsSummary(results).text);
  },
});

const COLUMNS: readonly Column<Result>[] = [
  {
    title: 'outcome',
    value: ({ outcome }) => outcome,
    style: ({ outcome }) => (outcome === 'pass' ? 'green' : 'red'),
  },
  { title: 'what', value: ({ title }) => title },
  { title: 'found', value: ({ outcome, actual }) => (outcome === 'pass' ? '' : actual) },
];

import type { CheckResult } from '../../conform/core/index.js';
import { conformResult, type Judging } from '../../report/conform/results.js';
import { conformText } from '../../report/conform/text.js';
import type { SaidVerdict } from '../../report/html/index.js';
import { resultRecord } from '../../report/result.js';
import { reportFile } from '../html.js';
import type { Output } from '../io.js';
import { Verdicts } from '../judged.js';
import { recordTo } from '../output-file.js';
import { StatusLine } from '../progress.js';
import type { ConformOptions } from './options.js';

/** What a suite is given to tell of itself while it runs. */
export interface Telling {
  readonly record: ((block: Buffer) => void) | undefined;
  told(result: CheckResult, place: { readonly index: number; readonly total: number }): void;
}

/** What a run came to. */
export interface ConformRun {
  readonly results: readonly CheckResult[];
  /** What it says at its end, where it says anything. */
  readonly verdict?: SaidVerdict | undefined;
  /** Further members of the record of the end. */
  readonly more?: object;
}

/** Runs a suite, and tells what came of it on stdout, in files and by the exit code. */
export async function runSuite(
  out: Output,
  options: ConformOptions,
  judging: Judging & { readonly suite: string; readonly title: string },
  run: (telling: Telling) => Promise<ConformRun>,
): Promise<void> {
  const { suite, title } = judging;
  const inputs = options.expect === undefined ? [] : [options.expect];
  const verdicts = new Verdicts(out, options, { suite, inputs, beside: [options.pcap] });
  const report = options.html === undefined ? undefined : await reportFile(options.html, `dcom-harness ${suite}`, []);
  const [pcap] = verdicts.beside;
  const write = pcap && recordTo(pcap, out);
  const blocks: Buffer[] = [];
  const status = new StatusLine(out.json || options.tap);
  const record = (block: Buffer): void => {
    write?.(block);
    if (report !== undefined) blocks.push(Buffer.from(block));
  };
  const { results, verdict, more } = await run({
    record: pcap === undefined && report === undefined ? undefined : record,
    told(result, { index, total }) {
      status.draw(`[${index}/${total}] ${result.id}`);
      if (out.json) out.record('result', checkRecord(result, judging));
    },
  });
  status.clear();
  pcap?.close();
  const judged = results.map((result) => conformResult(result, judging));
  if (report !== undefined) {
    const { conformHead } = await import('../../report/html/index.js');
    await report.book.capture(Buffer.concat(blocks), { file: `${suite.replaceAll(' ', '-')}.pcapng` });
    report.end(conformHead({ title, subtitle: `dcom-harness ${suite}`, verdict }, judged, report.book.rows));
  }
  await verdicts.tell(judged, {
    records: () => [['verdict', { ...(verdict && { verdict: verdict.title, text: verdict.text }), ...more }]],
    text() {
      out.text(conformText(judged, out));
      if (verdict !== undefined) out.text(`Verdict: ${verdict.title}. ${verdict.text}`);
    },
    nothing: results.map(whyNotRun).find((why) => why !== undefined) ?? 'no check applies to the target',
    // A target that does not do the simplest thing has failed that, and nothing that was to be checked.
    tested: results.some(wasTried),
    verdict: verdict && `${verdict.title}. ${verdict.text}`,
  });
}

/** Whether a check that was asked for was tried: that the target does the simplest thing is asked of each. */
const wasTried = ({ id, outcome }: CheckResult): boolean =>
  !/^sanity\/.*-(first|last)$/.test(id) && outcome.outcome !== 'not applicable' && outcome.outcome !== 'not run';

const whyNotRun = ({ outcome }: CheckResult): string | undefined =>
  outcome.outcome === 'not run' ? outcome.reason : undefined;

/** A check for programs, with every octet that went over the wire. */
function checkRecord(result: CheckResult, judging: Judging): object {
  const { file: _, suite: __, ...judged } = resultRecord(conformResult(result, judging));
  const { stimulus, needs, wire } = result;
  const pdus = wire.map(({ connection, from, bytes }, index) => ({
    connection,
    from,
    what: result.pdus[index]?.replace(/^\d+ [<>] /, ''),
    octets: Buffer.from(bytes).toString('hex'),
  }));
  return { ...judged, stimulus, needs, pdus };
}

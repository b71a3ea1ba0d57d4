import { Argument, type Command } from 'commander';
import { auditReducer, LAST_PHASE } from '../../capture/audit/audit.js';
import { mergeAudits, storedUnits } from '../../capture/fleet/merge.js';
import { missing, torn, type Unit } from '../../capture/fleet/units.js';
import { titleOf } from '../input.js';
import { output, UsageError } from '../io.js';
import { judgedOptions } from '../judged.js';
import { asOfOption, registryOption } from '../options.js';
import { StatusLine } from '../progress.js';
import { unitsIn } from './plan.js';
import { Reading, type ReportOptions, reportAudit } from './report.js';

export const mergeCommand = (command: Command): Command =>
  judgedOptions(command)
    .description('what partial audits come to together: the same as one audit of all their captures')
    .addArgument(new Argument('<partial...>', 'files that audit --partial has written, in any order'))
    .option('--plan <file>', 'names the units that are missing, of those that audit plan has listed; - for stdin')
    .addOption(asOfOption(`patch level of the server; ${LAST_PHASE} where absent`))
    .addOption(registryOption())
    .option('--csv <file>', 'write every activation and finding as CSV')
    .option('--parquet <file>', 'write them as Apache Parquet, for DuckDB, Spark and others')
    .addHelpText(
      'after',
      `
A partial audit holds what captures show, and no verdict: one can be merged for servers of many dates. The result is that
of one audit of all captures in the order of their names, octet for octet: relays whose connections are in different
captures, calls back, and users whom a KDC names in another capture.

A worker that is stopped before it writes leaves nothing behind: with --plan, a unit of which no partial audit is there
counts as one that cannot be read.

Exit codes are those of audit; 2 also where a file is no partial audit.

Examples:
  dcom-harness audit merge *.partial
  dcom-harness audit merge --plan all.plan *.partial
  dcom-harness audit merge *.partial --as-of 2022-06-14 --csv audit.csv`,
    )
    .action(merge);

interface MergeOptions extends ReportOptions {
  readonly plan?: string;
}

async function merge(partials: string[], options: MergeOptions): Promise<void> {
  const out = output({ json: options.json, batched: true });
  const status = new StatusLine(out.json);
  const note = (text: string): void => {
    status.clear();
    out.note(text);
  };
  try {
    status.draw('reading the partial audits');
    const planned = options.plan === undefined ? [] : await planOf(options.plan);
    const units = await storedUnits(partials);
    const lost = missing(planned, units);
    for (const set of torn(units)) note(`warning: ${titleOf(set)} are one capture, and were audited apart`);
    const { asOf, registry } = options;
    const reducer = auditReducer({ ...(asOf && { asOf }), ...(registry && { registry }) });
    const reading = new Reading();
    let done = 0;
    await reportAudit(out, options, {
      inputs: options.plan === undefined ? partials : [options.plan, ...partials],
      units: units.length + lost.length,
      async read(item) {
        const { problem, end } = reading.unit(note);
        const handlers = {
          ...{ item, problem },
          end(of: Parameters<typeof end>[0]) {
            end(of);
            status.draw(`[${++done}/${units.length}] units`);
          },
        };
        await mergeAudits(units, reducer, handlers, () => out.flush());
        status.clear();
        for (const unit of lost)
          reading
            .unit(note)
            .end({ message: `${unit.join(', ')} is in the plan, and in no partial audit: audit it again` });
        return reading;
      },
    });
  } finally {
    status.clear();
    await out.flush();
  }
}

async function planOf(file: string): Promise<readonly Unit[]> {
  const units = await unitsIn('--plan', file);
  if (units.length === 0) throw new UsageError(`--plan: ${file} lists no unit, so that none could be missed`);
  return units;
}

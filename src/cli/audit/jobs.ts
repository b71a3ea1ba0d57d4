import { type AuditItem, auditReducer } from '../../capture/audit/audit.js';
import { takeRecords } from '../../capture/fleet/merge.js';
import type { PartialRecord } from '../../capture/fleet/records.js';
import type { Unit } from '../../capture/fleet/units.js';
import { inputOf } from '../input.js';
import type { Output } from '../io.js';
import { readInThreads } from '../jobs/pool.js';
import { sentSecrets } from '../jobs/secrets.js';
import type { SecretOptions } from '../secrets.js';
import { Reading, type ReportOptions, type Shortfall } from './report.js';

/** Audits captures in threads: each of them makes partial audits, which are brought together here in their order. */
export async function readCapturesInThreads(
  out: Output,
  units: readonly Unit[],
  { jobs, asOf, registry, ...secrets }: Pick<ReportOptions, 'asOf' | 'registry'> & SecretOptions & { jobs: number },
  item: (item: AuditItem) => void,
): Promise<Shortfall> {
  const reducer = auditReducer({ ...(asOf && { asOf }), ...(registry && { registry }) });
  const reading = new Reading();
  const { onRead, note, end } = inputOf(out, units.flat(), `${units.length} captures`, { quiet: !out.json });
  const told = reading.unit(note);
  let take = takeRecords(reducer, { item, ...told });
  try {
    await readInThreads({
      thread: new URL('./thread.js', import.meta.url),
      data: sentSecrets(secrets),
      ...{ jobs, units, onRead, note },
      extra: () => undefined,
      output(text) {
        for (const line of text.split('\n')) if (line !== '') take(JSON.parse(line) as PartialRecord);
      },
      flush: out.flush,
      end() {
        take = takeRecords(reducer, { item, ...told });
      },
    });
  } finally {
    end();
  }
  return reading;
}

import { type AuditItem, Auditor } from '../../capture/audit/audit.js';
import { CaptureError } from '../../capture/file/error.js';
import type { Unit } from '../../capture/fleet/units.js';
import { tellWaiting } from '../files.js';
import { inputOf, titleOf } from '../input.js';
import type { Output } from '../io.js';
import { observer, type SecretOptions } from '../secrets.js';
import { Reading, type ReportOptions, type Shortfall } from './report.js';

/** Audits captures one after the other, in this process. */
export async function readCaptures(
  out: Output,
  units: readonly Unit[],
  { asOf, registry, ...secrets }: Pick<ReportOptions, 'asOf' | 'registry'> & SecretOptions,
  item: (item: AuditItem) => void,
): Promise<Shortfall> {
  const observe = observer(secrets);
  const auditor = new Auditor({ observe, ...(asOf && { asOf }), ...(registry && { registry }) });
  const reading = new Reading();
  for (const unit of units) {
    tellWaiting(out, unit);
    const { onRead, note, end } = inputOf(out, unit, titleOf(unit), { quiet: !out.json });
    const told = reading.unit(note);
    try {
      told.end(await auditor.file(unit, { item, problem: told.problem, onRead, pause: () => out.flush() }));
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      told.end(error);
    } finally {
      end();
    }
  }
  return reading;
}

import { type AuditItem, Auditor } from '../../capture/audit/audit.js';
import { CaptureError } from '../../capture/file/error.js';
import type { Unit } from '../../capture/fleet/units.js';
import { tellWaiting } from '../files.js';
import { inputOf, isLive, liveInput, titleOf } from '../input.js';
import type { Output } from '../io.js';
import { observer, type SecretOptions } from '../secrets.js';
import { unopenedNotes } from '../unopened.js';
import { Reading, type ReportOptions, type Shortfall } from './report.js';

/** What captures are held against and read with. */
export interface CapturesOptions extends Pick<ReportOptions, 'asOf' | 'registry'>, SecretOptions {
  /** The one file still grows. */
  readonly follow?: boolean;
}

/** Audits captures one after the other, in this process. */
export async function readCaptures(
  out: Output,
  units: readonly Unit[],
  { asOf, registry, follow = false, ...secrets }: CapturesOptions,
  item: (item: AuditItem) => void,
): Promise<Shortfall> {
  const observe = observer(secrets);
  const auditor = new Auditor({ observe, ...(asOf && { asOf }), ...(registry && { registry }) });
  const reading = new Reading();
  for (const unit of units) {
    if (!follow) tellWaiting(out, unit);
    const live = isLive(unit);
    const title = titleOf(unit);
    const { source, onRead, note, end } = live
      ? liveInput(out)
      : inputOf(out, unit, title, { follow, quiet: !out.json && !follow });
    // Octets that come have no name of their own.
    const name = live ? 'standard input' : follow ? unit[0] : undefined;
    const told = reading.unit(note);
    try {
      const unopened = unopenedNotes(secrets, title, note);
      const reading = { problem: told.problem, onRead, pause: () => out.flush() };
      const known = { ...(name !== undefined && { name }), unopened };
      told.end(await auditor.file(source, { item, ...reading, ...known }));
    } catch (error) {
      if (!(error instanceof CaptureError)) throw error;
      told.end(error);
    } finally {
      end();
    }
  }
  return reading;
}

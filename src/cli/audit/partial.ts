import { partialAudit } from '../../capture/fleet/partial.js';
import type { Unit } from '../../capture/fleet/units.js';
import { ndjson } from '../../report/ndjson.js';
import { openForWriting, tellWaiting } from '../files.js';
import { inputOf, titleOf } from '../input.js';
import type { Output } from '../io.js';
import { UNUSABLE } from '../judged.js';
import { observer, type SecretOptions } from '../secrets.js';
import { unopenedNotes } from '../unopened.js';
import { Reading } from './report.js';

/** Characters that are written together. */
const BATCH = 1 << 16;

/** Writes what each unit tells, one after the other, for `audit merge`. */
export async function writePartial(
  out: Output,
  units: readonly Unit[],
  path: string,
  secrets: SecretOptions,
): Promise<void> {
  const [file] = path === '-' ? [undefined] : openForWriting([path] as const, units.flat());
  // Until the last unit is written: whoever stops reading stdout before has no partial audit of them all.
  process.exitCode = UNUSABLE;
  const observe = observer(secrets);
  const reading = new Reading();
  let waiting = '';
  for (const unit of units) {
    tellWaiting(out, unit);
    const { onRead, note, end } = inputOf(out, unit, titleOf(unit), { quiet: path !== '-' });
    const told = reading.unit(note);
    const unopened = unopenedNotes(secrets, titleOf(unit), note);
    const how = { observe, problem: told.problem, onRead, pause: () => out.flush(), unopened };
    await partialAudit(unit, how, (record) => {
      if (record.kind === 'end' || record.kind === 'unread') told.end(record);
      if (file === undefined) out.verbatim(ndjson(record));
      else {
        waiting += ndjson(record);
        if (waiting.length < BATCH && record.kind !== 'end' && record.kind !== 'unread') return;
        file.write(waiting);
        waiting = '';
      }
    });
    end();
  }
  file?.close();
  process.exitCode = reading.unread === units.length ? UNUSABLE : 0;
}

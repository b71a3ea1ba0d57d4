import type { AuditItem } from '../audit/records.js';
import type { AuditReducer } from '../audit/reducer.js';
import type { Problem } from '../file/error.js';
import { PartialError } from './error.js';
import { recordsOf, type StoredUnit, unitsOf } from './partial-file.js';
import type { PartialEnd, PartialRecord, PartialUnread } from './records.js';
import { inOrder } from './units.js';

/** Told what partial audits come to together, as it is found. */
export interface MergeHandlers {
  /** An activation or a finding. */
  readonly item: (item: AuditItem) => void;
  /** What was lost in a capture, or stands out. */
  readonly problem?: (problem: Problem) => void;
  /** All of a unit was told: something was read of it, or nothing could be. */
  readonly end?: (end: PartialEnd | PartialUnread) => void;
}

/** Takes the records of one unit, after those of the last one: the reduce of map and reduce. */
export function takeRecords(reducer: AuditReducer, { item, problem, end }: MergeHandlers) {
  const take = reducer.capture(item);
  return (record: PartialRecord): void => {
    if (record.kind === 'problem') problem?.(record);
    else if (record.kind === 'end' || record.kind === 'unread') end?.(record);
    else if (record.kind !== 'partial') take(record);
  };
}

/** The units of files of partial audits, in the order in which they are brought together. Throws `PartialError`. */
export async function storedUnits(partials: readonly string[]): Promise<StoredUnit[]> {
  const units: StoredUnit[] = [];
  for (const partial of partials) units.push(...(await unitsOf(partial)));
  const seen = new Map<string, StoredUnit>();
  for (const unit of units)
    for (const file of unit.files) {
      const before = seen.get(file);
      if (before !== undefined) {
        const where = `${before.partial} line ${before.line}`;
        throw new PartialError(unit.partial, unit.line, `${file} is in ${where} too, and would be counted twice`);
      }
      seen.set(file, unit);
    }
  return inOrder(units);
}

/**
 * Brings partial audits together: gives what one audit of all their files would, sorted by name. The memory that it takes
 * does not grow with their number or size. Throws `PartialError` for a file that is no partial audit.
 */
export async function mergeAudits(
  units: readonly StoredUnit[],
  reducer: AuditReducer,
  handlers: MergeHandlers,
  pause?: () => Promise<void>,
): Promise<void> {
  for (const unit of units) {
    const take = takeRecords(reducer, handlers);
    let taken = 0;
    for await (const record of recordsOf(unit)) {
      take(record);
      if (++taken % AT_ONCE === 0) await pause?.();
    }
    await pause?.();
  }
}

/** Records between two pauses. */
const AT_ONCE = 1_000;

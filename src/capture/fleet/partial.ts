import type { Sniffer } from '../../security/index.js';
import { type AuditReading, readEvents } from '../audit/read.js';
import { CaptureError, type Problem } from '../file/error.js';
import { understoodState } from '../file/understood.js';
import { PARTIAL_VERSION, type PartialRecord } from './records.js';

/** How the captures of a partial audit are read. */
export interface PartialReading extends Omit<AuditReading, 'name'> {
  /** Follows handshakes with the secrets that are known. */
  readonly observe: Sniffer;
}

/**
 * Reads one unit, a capture or files that belong together, and gives what an audit can come to know of it in records that
 * JSON can hold: the map of map and reduce. `mergeAudits` is the other half. Of a unit that cannot be read the records say
 * why; it throws for nothing that is in a file. Gives whether anything could be read.
 */
export async function partialAudit(
  files: readonly string[],
  { observe, problem, ...reading }: PartialReading,
  give: (record: PartialRecord) => void,
): Promise<boolean> {
  give({ kind: 'partial', version: PARTIAL_VERSION, files });
  const told = (each: Problem): void => {
    problem?.(each);
    // Nothing of those is lost, and a capture may have many.
    if (each.severity !== 'info') give(each);
  };
  try {
    const read = await readEvents(files, observe, give, { ...reading, problem: told });
    const { file, frames, streams, pdus, droppedFindings } = read;
    const understood = understoodState(read.understood);
    give({ kind: 'end', file, frames, streams, pdus, droppedFindings, understood });
    return true;
  } catch (error) {
    if (!(error instanceof CaptureError)) throw error;
    give({ kind: 'unread', message: error.message });
    return false;
  }
}

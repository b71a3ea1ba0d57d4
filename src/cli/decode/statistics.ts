import type { CallRecord } from '../../capture/decode/call-record.js';
import type { Column } from '../../report/table.js';
import { milliseconds } from './pdu-line.js';

/** How the calls of one operation went, in seconds. */
export interface OperationTimes {
  readonly operation: string;
  readonly calls: number;
  /** Answered by a fault, or by a result other than success. */
  readonly failed: number;
  readonly unanswered: number;
  readonly least?: number;
  readonly mean?: number;
  readonly most?: number;
}

interface Counted {
  calls: number;
  failed: number;
  unanswered: number;
  timed: number;
  sum: number;
  least: number;
  most: number;
}

/** Operations that are told apart, at most: a capture can name any number. */
const MAX_OPERATIONS = 10_000;
const OTHERS = 'others';

/** Counts calls by their operation, in memory that does not grow with their number. */
export class CallStatistics {
  readonly #byOperation = new Map<string, Counted>();

  add({ interface: name, operation, opnum, outcome, status, elapsed }: CallRecord): void {
    const counted = this.#of(`${name ?? '?'}::${operation ?? opnum ?? '?'}`);
    counted.calls++;
    if (outcome === 'unanswered') counted.unanswered++;
    else if (outcome === 'fault' || (status ?? 0) !== 0) counted.failed++;
    if (elapsed === undefined) return;
    counted.timed++;
    counted.sum += elapsed;
    counted.least = Math.min(counted.least, elapsed);
    counted.most = Math.max(counted.most, elapsed);
  }

  /** The operation that took longest in all comes first. */
  get rows(): readonly OperationTimes[] {
    return [...this.#byOperation]
      .sort(([, a], [, b]) => b.sum - a.sum || b.calls - a.calls)
      .map(([operation, { calls, failed, unanswered, timed, sum, least, most }]) => ({
        ...{ operation, calls, failed, unanswered },
        ...(timed > 0 && { least, mean: sum / timed, most }),
      }));
  }

  #of(operation: string): Counted {
    const known = this.#byOperation.get(operation);
    if (known !== undefined) return known;
    const full = this.#byOperation.size >= MAX_OPERATIONS;
    if (full && operation !== OTHERS) return this.#of(OTHERS);
    const counted = { calls: 0, failed: 0, unanswered: 0, timed: 0, sum: 0, least: Number.POSITIVE_INFINITY, most: 0 };
    this.#byOperation.set(operation, counted);
    return counted;
  }
}

const time = (seconds: number | undefined): string => (seconds === undefined ? '' : milliseconds(seconds));

export const STATISTICS_COLUMNS: readonly Column<OperationTimes>[] = [
  { title: 'operation', value: ({ operation }) => operation },
  { title: 'calls', value: ({ calls }) => calls, align: 'right' },
  {
    title: 'failed',
    value: ({ failed }) => failed,
    align: 'right',
    style: ({ failed }) => (failed > 0 ? 'red' : undefined),
  },
  { title: 'no answer', value: ({ unanswered }) => unanswered, align: 'right' },
  { title: 'least', value: ({ least }) => time(least), align: 'right' },
  { title: 'mean', value: ({ mean }) => time(mean), align: 'right' },
  { title: 'most', value: ({ most }) => time(most), align: 'right' },
];

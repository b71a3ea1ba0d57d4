import type { Spool } from './spool.js';

/** A run of octets of one direction, and where the spool has them. */
interface Run {
  /** The sequence number of its first octet, counted on beyond 32 bits. */
  readonly start: number;
  end: number;
  readonly spooled: number;
}

/**
 * What the streams of a capture are to hold: octets that were understood and rewritten, by direction and sequence
 * number. All other octets are zero in the result, so that nothing stays by mistake; and a retransmission, however its
 * segments lie, gets the same octets.
 */
export class Content {
  readonly #spool: Spool;
  readonly #directions: Run[][] = [];

  constructor(spool: Spool) {
    this.#spool = spool;
  }

  /** A new direction; the number that it is called by. */
  open(): number {
    return this.#directions.push([]) - 1;
  }

  put(direction: number, start: number, octets: Uint8Array): void {
    const runs = this.#directions[direction];
    if (runs === undefined || octets.length === 0) return;
    const spooled = this.#spool.append(octets);
    const last = runs.at(-1);
    if (last !== undefined && last.end === start && last.spooled + last.end - last.start === spooled) {
      last.end += octets.length;
      return;
    }
    let at = runs.length;
    while (at > 0 && (runs[at - 1] as Run).start > start) at--;
    runs.splice(at, 0, { start, end: start + octets.length, spooled });
  }

  /** Copies what there is of `length` octets from `start` into `into` at `at`, which has zeros; gives how many that are. */
  fill(direction: number, start: number, length: number, into: Uint8Array, at: number): number {
    const runs = this.#directions[direction] ?? [];
    const end = start + length;
    let filled = 0;
    for (let index = firstFrom(runs, start); index < runs.length; index++) {
      const run = runs[index] as Run;
      if (run.start >= end) break;
      const from = Math.max(start, run.start);
      const to = Math.min(end, run.end);
      if (from >= to) continue;
      this.#spool.read(run.spooled + from - run.start, to - from, into, at + from - start);
      filled += to - from;
    }
    return filled;
  }
}

/** Runs before the last one that starts at or before `start` are of no interest; they may overlap by a few only. */
function firstFrom(runs: readonly Run[], start: number): number {
  let low = 0;
  let high = runs.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((runs[middle] as Run).start <= start) low = middle + 1;
    else high = middle;
  }
  return Math.max(0, low - OVERLAPPING);
}

const OVERLAPPING = 8;

/** Sequence numbers of a direction, counted on beyond 32 bits: each is the nearest to the one before. */
export class Unwrapped {
  #last: number | undefined;

  of(sequence: number): number {
    this.#last = this.near(sequence);
    return this.#last;
  }

  /** The one that is nearest to the last, which it does not become. */
  near(sequence: number): number {
    return this.#last === undefined ? sequence >>> 0 : this.#last + ((sequence - this.#last) | 0);
  }
}

import type { CimObject } from '../../../codec/wmi/index.js';
import type { Timers } from '../../../net/timers.js';
import type { ResultSet } from './query.js';

/** Where an enumerator takes its objects from. */
export interface ObjectSource {
  /** At most so many, as far as they are there. */
  take(count: number): CimObject[];
  /** Steps over at most so many, and says how many there were. */
  skip(count: number): number;
  /** Nothing more will come. */
  readonly finished: boolean;
  /** Settles when there is more, or so many milliseconds have passed. */
  more(milliseconds: number): Promise<void>;
  /** The same from the beginning, or from the current place; undefined where it goes forward only. */
  restarted(): ObjectSource | undefined;
  copied(): ObjectSource | undefined;
  close(): void;
}

/** The results of a query: all there at any time, and none of them made before it is asked for. */
export class ResultSource implements ObjectSource {
  readonly #results: ResultSet;
  readonly #forwardOnly: boolean;
  #iterator: Iterator<CimObject>;
  #place = 0;
  /** Looked at and not taken, so that the end is known when the last one is taken. */
  #ahead: IteratorResult<CimObject> | undefined;

  constructor(results: ResultSet, forwardOnly: boolean) {
    this.#results = results;
    this.#forwardOnly = forwardOnly;
    this.#iterator = results.open();
  }

  #next(): IteratorResult<CimObject> {
    const next = this.#ahead ?? this.#iterator.next();
    this.#ahead = undefined;
    return next;
  }

  take(count: number): CimObject[] {
    const taken: CimObject[] = [];
    while (taken.length < count) {
      const next = this.#next();
      if (next.done) {
        this.#ahead = next;
        break;
      }
      taken.push(next.value);
    }
    this.#place += taken.length;
    return taken;
  }

  skip(count: number): number {
    let skipped = 0;
    while (skipped < count && !this.finished) {
      this.#next();
      skipped++;
    }
    this.#place += skipped;
    return skipped;
  }

  get finished(): boolean {
    this.#ahead ??= this.#iterator.next();
    return this.#ahead.done === true;
  }

  more(): Promise<void> {
    return Promise.resolve();
  }

  restarted(): ObjectSource | undefined {
    return this.#forwardOnly ? undefined : new ResultSource(this.#results, false);
  }

  copied(): ObjectSource | undefined {
    const copy = this.restarted();
    copy?.skip(this.#place);
    return copy;
  }

  close(): void {
    this.#iterator = [][Symbol.iterator]();
    this.#ahead = undefined;
  }
}

/** More events than these are not kept for a client that does not fetch them: the oldest go. */
const MAX_WAITING = 1_000;

/** Objects that come in the course of time, until it is closed. */
export class EventSource implements ObjectSource {
  readonly #timers: Timers;
  readonly #waiting: CimObject[] = [];
  readonly #wake = new Set<() => void>();
  readonly #stop: () => void;
  #isClosed = false;

  /** `follow` is handed where to put objects, and gives what ends it. */
  constructor(timers: Timers, follow: (put: (object: CimObject) => void) => () => void) {
    this.#timers = timers;
    this.#stop = follow((object) => {
      this.#waiting.push(object);
      if (this.#waiting.length > MAX_WAITING) this.#waiting.shift();
      this.#awaken();
    });
  }

  #awaken(): void {
    for (const wake of [...this.#wake]) wake();
  }

  take(count: number): CimObject[] {
    return this.#waiting.splice(0, count);
  }

  skip(count: number): number {
    return this.take(count).length;
  }

  get finished(): boolean {
    return this.#isClosed;
  }

  more(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      // A timer of a period does not keep a program from ending.
      const timer = milliseconds === Number.POSITIVE_INFINITY ? undefined : this.#timers.every(milliseconds, wake);
      const all = this.#wake;
      function wake(): void {
        timer?.stop();
        all.delete(wake);
        resolve();
      }
      all.add(wake);
    });
  }

  restarted(): undefined {
    return undefined;
  }

  copied(): undefined {
    return undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#stop();
    this.#awaken();
  }
}

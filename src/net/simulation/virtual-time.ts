import TinyQueue from 'tinyqueue';
import { knownOptions } from '../../codec/known-options.js';
import type { Stoppable, Timers } from '../timers.js';

/** Nothing is left that could happen, or too much has, and what was waited for has not come. */
export class SimulationStuck extends Error {
  constructor(why: string) {
    super(`the simulation cannot go on: ${why}`);
    this.name = 'SimulationStuck';
  }
}

/** When simulated time begins. */
export interface VirtualTimeOptions {
  /** Milliseconds since 1970-01-01 UTC at which the simulation begins; rounded to whole ones. */
  readonly start: number;
  /** How far time may go within one `run`; 30 days where absent. */
  readonly horizonMilliseconds?: number;
}

interface Due {
  /** In `microseconds`. */
  readonly at: number;
  /** Of two things at the same time, what was asked for first comes first. */
  readonly order: number;
  run: () => void;
  stopped: boolean;
}

const DAY = 24 * 3600 * 1000;
/** Stopped timers are swept when they are that many, and more than those that still count. */
const SWEEP_AT = 4_096;

/** Time that passes only when everybody waits for it: the clock and the timers of a simulation. */
export class VirtualTime implements Timers {
  readonly #start: number;
  readonly #horizon: number;
  #queue = new TinyQueue<Due>([], byTime);
  #order = 0;
  #stopped = 0;
  #now = 0;
  #skipped = 0;
  /** Beyond this, what is waited for is not coming. */
  #until = 0;
  #running = false;

  /** Throws `TypeError` for a start that is no time. */
  constructor(options: VirtualTimeOptions) {
    knownOptions('VirtualTime', options, { start: true, horizonMilliseconds: true });
    const { start, horizonMilliseconds = 30 * DAY } = options;
    if (!Number.isFinite(start)) throw new TypeError(`no time to start at: ${start}`);
    this.#start = Math.round(start);
    this.#horizon = horizonMilliseconds * 1000;
  }

  /** Milliseconds since 1970-01-01 UTC, with fractions. */
  readonly now = (): number => this.#start + (this.#now + this.#skipped) / 1000;

  /** Milliseconds that passed since the simulation began, with fractions: what time-outs count. */
  readonly monotonic = (): number => this.#now / 1000;

  /** Whole microseconds that passed since the simulation began; those that were skipped did not pass. */
  get microseconds(): number {
    return this.#now;
  }

  /** Nanoseconds since 1970-01-01 UTC. */
  get nanoseconds(): bigint {
    return (BigInt(this.#start) * 1000n + BigInt(this.#now + this.#skipped)) * 1000n;
  }

  after(milliseconds: number, run: () => void): Stoppable {
    return this.at(this.#in(milliseconds), run);
  }

  /** As `after`, at a time in `microseconds`; one that is over is now. */
  at(microseconds: number, run: () => void): Stoppable {
    const due = this.#push(Math.max(this.#now, microseconds), run);
    return { stop: () => this.#stop(due) };
  }

  every(milliseconds: number, run: () => void): Stoppable {
    const tick = (): void => {
      due = this.#push(this.#in(milliseconds), tick);
      run();
    };
    let due = this.#push(this.#in(milliseconds), tick);
    return { stop: () => this.#stop(due) };
  }

  /**
   * Lets time pass until `work` settles, and gives what it gives. Rejects with `SimulationStuck` where it never would,
   * and with `TypeError` while another run goes on: one at a time.
   *
   * Inside of it nobody may wait for what takes real time, such as the machine's timers, files, workers, sockets and
   * asynchronous crypto: simulated time would meanwhile run to whatever is due next, or the run come to nothing.
   */
  async run<T>(work: Promise<T>): Promise<T> {
    let settled = false;
    const settle = (): void => {
      settled = true;
    };
    work.then(settle, settle);
    if (this.#running) throw new TypeError('time passes already: one run at a time');
    this.#running = true;
    try {
      await this.#pass(() => settled);
    } finally {
      this.#running = false;
    }
    return work;
  }

  /** Lets so many milliseconds pass, with all that happens in them. */
  async pass(milliseconds: number): Promise<void> {
    await this.run(new Promise<void>((resolve) => this.after(milliseconds, resolve)));
  }

  /** Settles so much later. A run that waits on purpose may take that much longer. */
  wait(milliseconds: number): Promise<void> {
    this.#until += Math.max(0, Math.round(milliseconds * 1000));
    return new Promise((resolve) => void this.after(milliseconds, resolve));
  }

  /** Moves the clock while nothing happens, as if every machine slept: what is due comes that much later. */
  skip(milliseconds: number): void {
    this.#skipped += Math.max(0, Math.round(milliseconds * 1000));
  }

  /** One thing that is due after the other, until something holds. */
  async #pass(until: () => boolean): Promise<void> {
    this.#until = this.#now + this.#horizon;
    for (;;) {
      await reactions();
      if (until()) return;
      const due = this.#next();
      if (due === undefined) throw new SimulationStuck('nothing will happen any more');
      if (due.at > this.#until) {
        // Another run may come to it.
        this.#queue.push(due);
        throw new SimulationStuck(`nothing came of it in ${this.#horizon / 1000 / DAY} days`);
      }
      // From here on it is not in the queue, so that stopping it counts for nothing.
      due.stopped = true;
      this.#now = due.at;
      due.run();
    }
  }

  #in(milliseconds: number): number {
    return this.#now + Math.max(0, Math.round(milliseconds * 1000));
  }

  #push(at: number, run: () => void): Due {
    const due: Due = { at, order: this.#order++, run, stopped: false };
    this.#queue.push(due);
    return due;
  }

  #next(): Due | undefined {
    for (let due = this.#queue.pop(); due !== undefined; due = this.#queue.pop()) {
      if (!due.stopped) return due;
      this.#stopped--;
    }
    return undefined;
  }

  #stop(due: Due): void {
    if (due.stopped) return;
    due.stopped = true;
    // It may stay in the queue for long; what it would have needed does not.
    due.run = NOTHING;
    this.#stopped++;
    if (this.#stopped < SWEEP_AT || this.#stopped * 2 < this.#queue.length) return;
    this.#queue = new TinyQueue(
      this.#queue.data.filter(({ stopped }) => !stopped),
      byTime,
    );
    this.#stopped = 0;
  }
}

const NOTHING = (): void => undefined;

const byTime = (a: Due, b: Due): number => a.at - b.at || a.order - b.order;

/** Settles when every promise that can settle by itself has done so: time passes only when all have had their turn. */
const reactions = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

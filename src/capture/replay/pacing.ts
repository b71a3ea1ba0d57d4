import { SYSTEM_TIMERS, type Timers } from '../../net/timers.js';
import type { Milliseconds } from '../../security/index.js';
import type { CapturedCall } from '../decode/captured-call.js';

/** How captured waits are kept. */
export interface PacingOptions {
  readonly timers?: Timers;
  readonly clock?: () => Milliseconds;
  /** No wait is longer: nobody wants to sit through a captured night. 30 seconds where absent. */
  readonly longest?: Milliseconds;
}

const LONGEST: Milliseconds = 30_000;
const NANOSECONDS = 1_000_000;

/** Keeps the waits between captured calls, from the beginning of one to the beginning of the next. */
export class Pacing {
  readonly #timers: Timers;
  readonly #clock: () => Milliseconds;
  readonly #longest: Milliseconds;
  #before: { readonly captured: bigint; readonly sent: Milliseconds } | undefined;

  constructor({ timers = SYSTEM_TIMERS, clock = Date.now, longest = LONGEST }: PacingOptions = {}) {
    this.#timers = timers;
    this.#clock = clock;
    this.#longest = longest;
  }

  /** Settles when a call is due that comes after the last one that was asked about. */
  async due({ time }: Pick<CapturedCall, 'time'>): Promise<void> {
    const before = this.#before;
    if (before !== undefined) {
      const gap = Math.min(Number(time - before.captured) / NANOSECONDS, this.#longest);
      // The call before has taken some of it. Streams of several files need not be in order.
      const left = gap - (this.#clock() - before.sent);
      if (left > 0) await new Promise<void>((resolve) => this.#timers.after(left, resolve));
    }
    this.#before = { captured: time, sent: this.#clock() };
  }
}

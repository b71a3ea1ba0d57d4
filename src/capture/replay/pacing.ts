import { type Environment, environmentOf } from '../../net/environment.js';
import type { Milliseconds } from '../../security/index.js';
import type { CapturedCall } from '../decode/captured-call.js';

/** How captured waits are kept. */
export interface PacingOptions extends Partial<Pick<Environment, 'timers' | 'clock' | 'monotonic'>> {
  /** No wait is longer: nobody wants to sit through a captured night. 30 seconds where absent. */
  readonly longest?: Milliseconds;
}

const LONGEST: Milliseconds = 30_000;
const NANOSECONDS = 1_000_000;

/** Keeps the waits between captured calls, from the beginning of one to the beginning of the next. */
export class Pacing {
  readonly #environment: Environment;
  readonly #longest: Milliseconds;
  #before: { readonly captured: bigint; readonly sent: Milliseconds } | undefined;

  constructor({ longest = LONGEST, ...environment }: PacingOptions = {}) {
    this.#environment = environmentOf(environment);
    this.#longest = longest;
  }

  /** Settles when a call is due that comes after the last one that was asked about. */
  async due({ time }: Pick<CapturedCall, 'time'>): Promise<void> {
    const before = this.#before;
    if (before !== undefined) {
      const gap = Math.min(Number(time - before.captured) / NANOSECONDS, this.#longest);
      // The call before has taken some of it. Streams of several files need not be in order.
      const left = gap - (this.#environment.monotonic() - before.sent);
      if (left > 0) await new Promise<void>((resolve) => this.#environment.timers.after(left, resolve));
    }
    this.#before = { captured: time, sent: this.#environment.monotonic() };
  }
}

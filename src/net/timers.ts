/** A timer that runs. */
export interface Stoppable {
  stop(): void;
}

/** Calls back when time has passed: the machine's timers, or those of a simulated network. */
export interface Timers {
  /** Once, after so many milliseconds, unless it is stopped. */
  after(milliseconds: number, run: () => void): Stoppable;
  /** Once a period of so many milliseconds, until it is stopped. */
  every(milliseconds: number, run: () => void): Stoppable;
}

/** The machine's. A single call keeps a program from ending, a periodic one does not. */
export const SYSTEM_TIMERS: Timers = {
  after(milliseconds, run) {
    const timer = setTimeout(run, milliseconds);
    return { stop: () => clearTimeout(timer) };
  },
  every(milliseconds, run) {
    const timer = setInterval(run, milliseconds);
    timer.unref();
    return { stop: () => clearInterval(timer) };
  },
};

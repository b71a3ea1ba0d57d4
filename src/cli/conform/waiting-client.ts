import type { ClientUnderTest, Ended } from '../../conform/client/under-test.js';
import { type Stoppable, SYSTEM_TIMERS, type Timers } from '../../net/timers.js';
import type { Milliseconds } from '../../security/index.js';

/** How long a client may have no connection before its attempt is taken for over. */
const QUIET: Milliseconds = 1_500;

/** A client that connects by itself: an attempt begins with its first connection, and is over when it has had none for a while. */
export function waitingClient(timers: Timers = SYSTEM_TIMERS): ClientUnderTest {
  let quiet: Stoppable | undefined;
  let over: (() => void) | undefined;
  return {
    takesLevel: false,
    happened(open) {
      quiet?.stop();
      quiet = open === 0 && over !== undefined ? timers.after(QUIET, over) : undefined;
    },
    run: (_place, signal) =>
      new Promise<Ended>((resolve) => {
        over = () => {
          over = undefined;
          quiet?.stop();
          resolve({ how: 'unknown' });
        };
        signal.addEventListener('abort', () => over?.(), { once: true });
      }),
  };
}

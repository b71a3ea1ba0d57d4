import { randomBytes } from 'node:crypto';
import type { Milliseconds, RandomBytes } from '../security/index.js';
import { type Network, SOCKETS } from './network.js';
import { SYSTEM_TIMERS, type Timers } from './timers.js';

/**
 * All that a client, server or relay has of the world around it, so that a run can be repeated. Absent parts are the
 * machine's own.
 */
export interface Environment {
  /** Carries connections; TCP sockets where absent. */
  readonly network: Network;
  /** Calls back when time has passed. */
  readonly timers: Timers;
  /** The time, in milliseconds since 1970-01-01 UTC. */
  readonly clock: () => Milliseconds;
  /**
   * Milliseconds since any time, which only ever grow: what time-outs count, since the machine's time can be set. The
   * `clock` where only that is given.
   */
  readonly monotonic: () => Milliseconds;
  /** So many octets for keys, challenges and identifiers. */
  readonly random: RandomBytes;
}

/** The machine's own. */
export const SYSTEM_ENVIRONMENT: Environment = {
  network: SOCKETS,
  timers: SYSTEM_TIMERS,
  clock: Date.now,
  monotonic: () => performance.now(),
  random: randomBytes,
};

/** The given parts, and the machine's own for the rest. */
export const environmentOf = ({
  network = SYSTEM_ENVIRONMENT.network,
  timers = SYSTEM_ENVIRONMENT.timers,
  clock = SYSTEM_ENVIRONMENT.clock,
  monotonic = clock === SYSTEM_ENVIRONMENT.clock ? SYSTEM_ENVIRONMENT.monotonic : clock,
  random = SYSTEM_ENVIRONMENT.random,
}: Partial<Environment>): Environment => ({ network, timers, clock, monotonic, random });

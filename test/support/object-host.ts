import { randomBytes } from 'node:crypto';
import { SYSTEM_TIMERS } from '../../src/net/timers.js';
import type { ObjectHost } from '../../src/server/classes/class.js';

/** A machine for objects that are made without a server: nothing happens on it. */
export const OBJECT_HOST: ObjectHost = {
  clock: Date.now,
  monotonic: () => performance.now(),
  timers: SYSTEM_TIMERS,
  random: randomBytes,
  name: 'HOST',
  domain: 'LAB',
  registry: {},
  events: [],
  onEvent: () => () => {},
};

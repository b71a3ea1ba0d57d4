import { PING_PERIOD } from '../../codec/dcom/index.js';
import type { Milliseconds } from '../../security/index.js';
import type { PingSets } from './ping-sets.js';
import type { ObjectTable } from './table.js';

/** Looks for clients that died, often enough that an object goes when it is due. */
export function reclaimer(pings: PingSets, objects: ObjectTable, monotonic: () => Milliseconds): { tick(): void } {
  let next = 0;
  return {
    tick() {
      const now = monotonic();
      if (now < next) return;
      next = now + PING_PERIOD / 12;
      pings.expire(now);
      objects.reclaim(now);
    },
  };
}

import type { Milliseconds } from '../../../security/index.js';
import type { ObjectHost } from '../class.js';
import type { AddressSpace } from './address-space.js';

/** What stands between a call and the device behind the items. */
interface Waiting {
  readonly space: AddressSpace;
  readonly host: ObjectHost;
}

/** A slow device lets its callers wait: as long as the slowest of the items takes. */
export function waitForDevice({ space, host }: Waiting, ids: readonly string[]): Promise<void> | undefined {
  const now = host.clock();
  const delay = ids.reduce((most, id) => Math.max(most, space.delay(id, now)), 0);
  return delay === 0 ? undefined : pause(host, delay);
}

export const pause = ({ timers }: ObjectHost, milliseconds: Milliseconds): Promise<void> =>
  new Promise((resolve) => {
    timers.after(milliseconds, resolve);
  });

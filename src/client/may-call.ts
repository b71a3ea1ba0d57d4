import type { Endpoint } from '../net/channel.js';
import { isLoopback } from '../net/loopback.js';

/** The one place that keeps methods of objects from being called on machines that are nobody's to try things on. */
export class MethodCallRefused extends Error {
  constructor({ address }: Endpoint) {
    super(
      `methods of objects are called on this machine and on simulated hosts only, not on ${address}; ` +
        'activating, resolving, querying interfaces, pinging and releasing are possible anywhere',
    );
    this.name = 'MethodCallRefused';
  }
}

/** Throws `MethodCallRefused` unless the peer is loopback, or a host of a simulated network. */
export function assertMayCall(remote: Endpoint, simulated: boolean): void {
  if (!simulated && !isLoopback(remote.address)) throw new MethodCallRefused(remote);
}

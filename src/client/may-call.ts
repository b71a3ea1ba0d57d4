import { lookup } from 'node:dns/promises';
import type { Endpoint } from '../net/channel.js';
import { TransportError } from '../net/error.js';
import { isLoopback } from '../net/loopback.js';
import { isSimulated, type Network, SOCKETS } from '../net/network.js';

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

/**
 * Throws `MethodCallRefused` unless the peer is loopback, a host of a simulated network, or one of `callable`: clients
 * that handed an object over so that it is called back.
 */
export function assertMayCall(remote: Endpoint, network: Network, callable: readonly string[] = []): void {
  if (!isSimulated(network) && !isLoopback(remote.address) && !callable.includes(remote.address))
    throw new MethodCallRefused(remote);
}

/**
 * The same before there is a connection: looks a name up. A connection is checked again by where it has led to. Throws
 * `MethodCallRefused`, and `TransportError` for a name that nobody knows.
 */
export async function assertMayCallHost(host: string): Promise<void> {
  const found = await lookup(host).catch((error: unknown) => {
    throw new TransportError(`cannot look up ${host}`, error);
  });
  assertMayCall({ address: found.address, port: 0 }, SOCKETS);
}

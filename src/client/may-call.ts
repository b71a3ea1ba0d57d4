import { lookup } from 'node:dns/promises';
import type { InterfaceDef, Operation } from '../codec/ndr/index.js';
import type { Endpoint } from '../net/channel.js';
import { TransportError } from '../net/error.js';
import { isLoopback } from '../net/loopback.js';
import { changedNetwork, isSimulated, type Network, SOCKETS } from '../net/network.js';
import { onlyAsks } from './asking.js';

/** The one place that keeps methods of objects from being called on machines that are nobody's to try things on. */
export class MethodCallRefused extends Error {
  constructor({ address }: Endpoint) {
    super(
      `methods of objects are called on this machine and on simulated hosts only, not on ${address}; ` +
        'activating, resolving, querying interfaces, pinging, releasing, and WMI and OPC requests that change nothing ' +
        'are possible anywhere',
    );
    this.name = 'MethodCallRefused';
  }
}

/** Which address a network is for calling back. */
const CALLED_BACK = new WeakMap<Network, string>();

/**
 * Only for the server of this project: a network by way of which the objects of one client are called back, who handed
 * them over for that.
 */
export function networkCallingBack(network: Network, address: string): Network {
  const own = changedNetwork(network, {});
  CALLED_BACK.set(own, address);
  return own;
}

/** A method that is to be called; without it, any. */
export interface MethodCall {
  readonly definition: Pick<InterfaceDef, 'uuid'>;
  readonly operation: Pick<Operation, 'opnum'>;
}

/**
 * Throws `MethodCallRefused` unless the peer is loopback, a host of a simulated network, or a client that is called
 * back, or the method changes nothing. No option of anybody's widens it.
 */
export function assertMayCall(remote: Endpoint, network: Network, call?: MethodCall): void {
  if (isSimulated(network) || isLoopback(remote.address) || CALLED_BACK.get(network) === remote.address) return;
  if (call === undefined || !onlyAsks(call.definition, call.operation)) throw new MethodCallRefused(remote);
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

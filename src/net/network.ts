import type { Accept, Channel, Listener } from './channel.js';
import { connect, type ListenOptions, listen } from './tcp.js';
import type { Timers } from './timers.js';

/** Where to connect to. */
export interface ConnectTarget {
  /** A numeric address, or a name that the network knows. */
  readonly host: string;
  readonly port: number;
  /** Where the connection comes from; the network's choice where absent. */
  readonly localAddress?: string;
  /** The timers; the network's own where absent. */
  readonly timers?: Timers;
}

/** What carries connections: the sockets of this machine, or a simulated network. */
export interface Network {
  /** Rejects with `TransportError`. */
  listen(at: ListenOptions, accept: Accept): Promise<Listener>;
  /** Rejects with `TransportError`, also where it takes longer than `timeoutMilliseconds`. */
  connect(target: ConnectTarget, accept: Accept, timeoutMilliseconds?: number): Promise<Channel>;
}

/** TCP of this machine. */
export const SOCKETS: Network = { listen, connect };

/** Simulated networks, and what was made of them: nothing that a network says of itself counts. */
const SIMULATED = new WeakSet<Network>();

/** Whether the hosts of a network exist only in this process, whatever their addresses. */
export const isSimulated = (network: Network): boolean => SIMULATED.has(network);

/** For a simulation, of the networks that it makes itself; gives the network. */
export function declareSimulated<N extends Network>(network: N): N {
  SIMULATED.add(network);
  return network;
}

/** How a network is changed: `next` is what it would do otherwise. */
export interface NetworkChanges {
  /** Instead of listening. */
  listen?(next: Network['listen'], ...how: Parameters<Network['listen']>): Promise<Listener>;
  /** Instead of connecting. */
  connect?(next: Network['connect'], ...how: Parameters<Network['connect']>): Promise<Channel>;
}

/** A network by way of another one: simulated if that is. */
export function changedNetwork(network: Network, changes: NetworkChanges): Network {
  const changed: Network = {
    listen: (...how) => changes.listen?.((...next) => network.listen(...next), ...how) ?? network.listen(...how),
    connect: (...how) => changes.connect?.((...next) => network.connect(...next), ...how) ?? network.connect(...how),
  };
  return isSimulated(network) ? declareSimulated(changed) : changed;
}

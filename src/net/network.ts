import type { Accept, Channel, Listener } from './channel.js';
import { connect, type ListenOptions, listen } from './tcp.js';

/** Where to connect to. */
export interface ConnectTarget {
  /** A numeric address, or a name that the network knows. */
  readonly host: string;
  readonly port: number;
  /** Where the connection comes from; the network's choice where absent. */
  readonly localAddress?: string;
}

/** What carries connections: the sockets of this machine, or a simulated network. */
export interface Network {
  /** True for a network whose hosts exist in this process alone, whatever their addresses. */
  readonly simulated: boolean;
  /** Rejects with `TransportError`. */
  listen(at: ListenOptions, accept: Accept): Promise<Listener>;
  /** Rejects with `TransportError`, also where it takes longer than `timeoutMilliseconds`. */
  connect(target: ConnectTarget, accept: Accept, timeoutMilliseconds?: number): Promise<Channel>;
}

/** TCP of this machine. */
export const SOCKETS: Network = { simulated: false, listen, connect };

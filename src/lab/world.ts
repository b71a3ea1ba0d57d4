import { type Environment, SYSTEM_ENVIRONMENT } from '../net/environment.js';
import { changedNetwork, type Network } from '../net/network.js';
import { type LinkOptions, SimulatedNetwork, VirtualTime } from '../net/simulation/index.js';
import type { Milliseconds } from '../security/index.js';

/** Something that one kind of world does not have. */
export class NotInThisWorld extends Error {}

/** What a lab runs on: a simulated network with a time of its own, or the sockets of this machine. */
export interface World extends Omit<Environment, 'random'> {
  /** The port of activators and resolvers; 0 where any free one will do. */
  readonly resolverPort: number;
  /** All of it, for those who speak for several hosts. */
  readonly network: Network;
  /** What only a simulation has; undefined on sockets. */
  readonly simulation: SimulatedNetwork | undefined;
  /** Where a host of the scenario is. */
  addressOf(address: string): string;
  addHost(name: string, address: string): Network;
  /** Lets so much time pass, with all that happens in it. */
  wait(milliseconds: Milliseconds): Promise<void>;
  /** Moves the clock to a later time while nothing happens. */
  sleepUntil(time: Milliseconds): void;
  /** Runs something to its end. */
  run<T>(work: () => Promise<T>): Promise<T>;
}

export interface SimulatedWorldOptions {
  readonly start: Milliseconds;
  readonly link: LinkOptions;
  readonly record?: (block: Buffer) => void;
}

const RESOLVER_PORT = 135;

export function simulatedWorld({ start, link, record }: SimulatedWorldOptions): World {
  const time = new VirtualTime({ start });
  const network = new SimulatedNetwork({ time, link, ...(record && { record }) });
  return {
    timers: time,
    clock: time.now,
    monotonic: time.monotonic,
    resolverPort: RESOLVER_PORT,
    network,
    simulation: network,
    addressOf: (address) => address,
    addHost(name, address) {
      network.addHost(name, [address]);
      return network.of(name);
    },
    wait: (milliseconds) => time.wait(milliseconds),
    sleepUntil: (then) => time.skip(then - time.now()),
    run: (work) => time.run(work()),
  };
}

/** How long a scenario on sockets may wait. */
const LONGEST_WAIT: Milliseconds = 5_000;

/** The same on 127.0.0.0/8, where every host has the last three numbers of its address; there IPv6 hosts have no place. */
export function socketWorld(): World {
  const addressOf = (address: string): string => {
    const [, rest] = /^\d+(\.\d+\.\d+\.\d+)$/.exec(address) ?? [];
    if (rest === undefined) throw new NotInThisWorld(`on sockets hosts have IPv4 addresses, not ${address}`);
    return `127${rest}`;
  };
  const { timers, clock, monotonic, network } = SYSTEM_ENVIRONMENT;
  return {
    timers,
    clock,
    monotonic,
    network,
    resolverPort: 0,
    simulation: undefined,
    addressOf,
    addHost(_name, address) {
      const localAddress = addressOf(address);
      return changedNetwork(network, {
        connect: (next, target, accept, timeout) => next({ localAddress, ...target }, accept, timeout),
      });
    },
    wait(milliseconds) {
      if (milliseconds > LONGEST_WAIT)
        throw new NotInThisWorld(`on sockets time passes as it does; ${milliseconds / 1000} s are too long to wait`);
      return new Promise((resolve) => {
        timers.after(milliseconds, resolve);
      });
    },
    sleepUntil: () => undefined,
    run: (work) => work(),
  };
}

import type { Accept, Channel, Endpoint, Listener } from '../channel.js';
import { formatEndpoint } from '../channel.js';
import { TransportError } from '../error.js';
import type { ConnectTarget, Network } from '../network.js';
import { type RecordedDirection, Recorder } from '../recorder.js';
import type { ListenOptions } from '../tcp.js';
import { SimulatedConnection } from './connection.js';
import type { End } from './end.js';
import { ActiveFault, checkedLink, type Fault, type InjectedFault, type LinkOptions, latencyOf } from './link.js';
import { Ports } from './ports.js';
import type { VirtualTime } from './virtual-time.js';

export interface SimulatedNetworkOptions {
  readonly time: VirtualTime;
  /** Every way between hosts that `link` does not describe otherwise. */
  readonly link?: LinkOptions;
  /** Takes what a sniffer beside every listening host would see, as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
}

interface Host {
  readonly name: string;
  readonly addresses: readonly string[];
  /** Its place among the interfaces of the recording. */
  readonly interface: number;
  readonly ports: Ports;
}

interface ListeningPort {
  readonly options: ListenOptions;
  readonly accept: Accept;
  readonly open: Set<SimulatedConnection>;
}

const CONNECT_TIMEOUT = 10_000;

/**
 * A network whose hosts exist in this process alone, on the time of a simulation: the same calls give the same octets at
 * the same times. Addresses may be any.
 */
export class SimulatedNetwork implements Network {
  readonly simulated = true;
  readonly #time: VirtualTime;
  readonly #link: LinkOptions;
  readonly #recorder: Recorder | undefined;
  readonly #hosts = new Map<string, Host>();
  readonly #byAddress = new Map<string, Host>();
  readonly #listening = new Map<string, ListeningPort>();
  readonly #links = new Map<string, LinkOptions>();
  readonly #faults = new Set<ActiveFault>();
  readonly #open = new Map<string, SimulatedConnection>();

  constructor({ time, link = {}, record }: SimulatedNetworkOptions) {
    this.#time = time;
    this.#link = checkedLink(link);
    this.#recorder = record === undefined ? undefined : new Recorder({ write: record, interfaces: [] });
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#open.size;
  }

  /** A host has an interface of its own in the recording. Throws `TypeError` for a name or address that is taken. */
  addHost(name: string, addresses: readonly string[]): void {
    const taken = this.#hosts.has(name) ? name : addresses.find((address) => this.#byAddress.has(address));
    if (taken !== undefined) throw new TypeError(`there is a host '${taken}' already`);
    const id = this.#recorder?.addInterface(`${name} (${addresses.join(', ')})`) ?? 0;
    const host: Host = { name, addresses, interface: id, ports: new Ports() };
    this.#hosts.set(name, host);
    for (const address of addresses) this.#byAddress.set(address, host);
  }

  /** What a host sees of the network: its connections come from its first address, unless they say otherwise. */
  of(name: string): Network {
    const [localAddress] = this.#named(name).addresses;
    return {
      simulated: true,
      listen: (at, accept) => this.listen(at, accept),
      connect: (target, accept, timeout) =>
        this.connect({ ...(localAddress !== undefined && { localAddress }), ...target }, accept, timeout),
    };
  }

  /** What the way between two hosts is like, for connections that are opened from now on. Throws `TypeError`. */
  link(a: string, b: string, options: LinkOptions): void {
    this.#links.set(pairOf(this.#named(a).name, this.#named(b).name), checkedLink(options));
  }

  /** Throws `TypeError` for a host that is not there. */
  inject(fault: Fault): InjectedFault {
    const { between, from } = fault;
    for (const name of between) this.#named(name);
    if (from !== undefined && !between.includes(from)) throw new TypeError(`${from} is no end of ${between.join('–')}`);
    const active = new ActiveFault(fault);
    this.#faults.add(active);
    return {
      fault,
      get happened() {
        return active.happened;
      },
      heal: () => {
        this.#faults.delete(active);
        active.heal();
      },
    };
  }

  /** Puts a comment at the next segment with data of a connection, told by its client's end and where its server is. */
  annotate(client: Endpoint, serverAddress: string, direction: RecordedDirection, text: string): void {
    this.#open.get(connectionKey(client, serverAddress))?.annotate(direction, text);
  }

  async listen(options: ListenOptions, accept: Accept): Promise<Listener> {
    const host = this.#byAddress.get(options.host);
    const doing = `cannot listen on ${formatEndpoint({ address: options.host, port: options.port })}`;
    if (host === undefined) throw failure(doing, 'EADDRNOTAVAIL');
    const isTaken = (port: number): boolean => this.#listening.has(keyOf(options.host, port));
    const port = options.port === 0 ? host.ports.listening(isTaken) : options.port;
    if (isTaken(port)) throw failure(doing, 'EADDRINUSE');
    const key = keyOf(options.host, port);
    const open = new Set<SimulatedConnection>();
    this.#listening.set(key, { options, accept, open });
    return {
      address: { address: options.host, port },
      close: async () => {
        this.#listening.delete(key);
        for (const { server } of open) server.destroy();
      },
    };
  }

  connect(target: ConnectTarget, accept: Accept, timeoutMilliseconds = CONNECT_TIMEOUT): Promise<Channel> {
    const server = this.#hosts.get(target.host) ?? this.#byAddress.get(target.host);
    const client = target.localAddress === undefined ? undefined : this.#byAddress.get(target.localAddress);
    const address = this.#byAddress.has(target.host) ? target.host : server?.addresses[0];
    const doing = `cannot connect to ${formatEndpoint({ address: target.host, port: target.port })}`;
    if (client === undefined) return Promise.reject(failure(doing, 'EADDRNOTAVAIL'));
    if (server === undefined || address === undefined) return Promise.reject(failure(doing, 'EHOSTUNREACH'));
    return new Promise((resolve, reject) => {
      let gaveUp = false;
      const timer = this.#time.after(timeoutMilliseconds, () => {
        gaveUp = true;
        reject(failure(doing, 'ETIMEDOUT'));
      });
      const from = target.localAddress as string;
      const isTaken = (port: number): boolean => this.#open.has(connectionKey({ address: from, port }, address));
      const local = { address: from, port: client.ports.connecting(isTaken) };
      const attempt = { client, server, local, remote: { address, port: target.port } };
      this.#attempt(attempt, {
        gaveUp: () => gaveUp,
        refused: () => {
          timer.stop();
          reject(failure(doing, 'ECONNREFUSED'));
        },
        opened: (end) => {
          if (gaveUp) {
            end.destroy();
            return;
          }
          timer.stop();
          end.events = accept(end);
          resolve(end);
        },
      });
    });
  }

  /** RFC 9293 3.5: what the client sends is met at the server one way later, and the answer one way after that. */
  #attempt({ client, server, local, remote }: Attempt, on: Attempted): void {
    const partition = this.#partition(client, server);
    if (partition !== undefined) {
      partition.hold(() => {
        if (!on.gaveUp()) this.#attempt({ client, server, local, remote }, on);
      });
      return;
    }
    const link = this.#links.get(pairOf(client.name, server.name)) ?? this.#link;
    const latency = latencyOf(link);
    const later = (ways: number, run: () => void) => this.#time.at(this.#time.microseconds + ways * latency, run);
    later(1, () => {
      const recorder = this.#recorder?.connection({
        client: local,
        server: remote,
        interface: server.interface,
        ...(link.segment !== undefined && { mss: Math.min(link.segment, MSS) }),
      });
      const listening = this.#listening.get(keyOf(remote.address, remote.port));
      const refusal = this.#faultsBetween(client, server).find(({ fault }) => fault.kind === 'refuse');
      if (refusal !== undefined) refusal.happened = true;
      if (listening === undefined || refusal !== undefined) {
        recorder?.refused(this.#time.nanoseconds);
        later(1, on.refused);
        return;
      }
      recorder?.offer(this.#time.nanoseconds);
      const { accept, open, options } = listening;
      const full = open.size >= (options.maxConnections ?? Number.POSITIVE_INFINITY);
      const connection = new SimulatedConnection({
        time: this.#time,
        client: local,
        server: remote,
        link,
        recorder,
        faults: (direction) => this.#waiting(client, server, direction === 'toServer' ? client : server),
        partition: () => this.#partition(client, server),
        ended: () => {
          open.delete(connection);
          this.#open.delete(connectionKey(local, remote.address));
        },
        closeMilliseconds: options.closeMilliseconds,
      });
      if (!full) open.add(connection);
      this.#open.set(connectionKey(local, remote.address), connection);
      later(2, () => {
        recorder?.opened(this.#time.nanoseconds);
        if (full) connection.server.destroy();
        // Its listener may have been closed meanwhile, and the connection with it.
        else if (!connection.server.told) connection.server.events = accept(connection.server);
      });
      later(1, () => on.opened(connection.client));
    });
  }

  #named(name: string): Host {
    const host = this.#hosts.get(name);
    if (host === undefined) throw new TypeError(`there is no host '${name}'`);
    return host;
  }

  #faultsBetween(a: Host, b: Host): ActiveFault[] {
    const pair = pairOf(a.name, b.name);
    return [...this.#faults].filter(({ fault: { between } }) => pairOf(...between) === pair);
  }

  #partition(a: Host, b: Host): ActiveFault | undefined {
    return this.#faults.size === 0
      ? undefined
      : this.#faultsBetween(a, b).find(({ fault }) => fault.kind === 'partition');
  }

  /** The faults that meet what one host sends to another: each happens once. */
  #waiting(client: Host, server: Host, sender: Host): ActiveFault[] {
    if (this.#faults.size === 0) return [];
    return this.#faultsBetween(client, server).filter(
      ({ happened, fault: { kind, from, between } }) =>
        !happened && kind !== 'partition' && kind !== 'refuse' && (from ?? between[0]) === sender.name,
    );
  }
}

interface Attempt {
  readonly client: Host;
  readonly server: Host;
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

interface Attempted {
  gaveUp(): boolean;
  refused(): void;
  opened(end: End): void;
}

const MSS = 1460;

const pairOf = (a: string, b: string): string => JSON.stringify([a, b].sort());
const keyOf = (address: string, port: number): string => `${address}|${port}`;
const connectionKey = (client: Endpoint, serverAddress: string): string =>
  `${client.address}|${client.port}|${serverAddress}`;

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'address already in use',
  EADDRNOTAVAIL: 'no simulated host has this address',
  ECONNREFUSED: 'connection refused',
  EHOSTUNREACH: 'no such simulated host',
  ETIMEDOUT: 'connection timed out',
};

const failure = (doing: string, code: keyof typeof REASONS): TransportError =>
  new TransportError(doing, Object.assign(new Error(REASONS[code]), { code }));

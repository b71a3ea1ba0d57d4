import { knownOptions } from '../../codec/known-options.js';
import type { Accept, Channel, Endpoint, Listener } from '../channel.js';
import { formatEndpoint } from '../channel.js';
import { TransportError } from '../error.js';
import { type ConnectTarget, declareSimulated, type Network } from '../network.js';
import { type RecordedDirection, Recorder } from '../recorder.js';
import type { ListenOptions } from '../tcp.js';
import { SimulatedConnection } from './connection.js';
import type { End } from './end.js';
import { ActiveFault, checkedFault, type Fault, type InjectedFault } from './fault.js';
import { type Host, Hosts } from './hosts.js';
import { checkedLink, type LinkOptions, latencyOf } from './link.js';
import type { VirtualTime } from './virtual-time.js';

/** A simulated network: its time, its links, and who records it. */
export interface SimulatedNetworkOptions {
  /** The clock that everything on it goes by. */
  readonly time: VirtualTime;
  /** Every way between hosts that `link` does not describe otherwise. */
  readonly link?: LinkOptions;
  /** Takes what a sniffer beside every listening host would see, as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
}

interface ListeningPort {
  readonly options: ListenOptions;
  readonly accept: Accept;
  readonly open: Set<SimulatedConnection>;
}

const CONNECT_TIMEOUT = 10_000;

/**
 * A network whose hosts exist only in this process, on the time of a simulation: the same calls give the same octets at
 * the same times. Addresses may be any.
 */
export class SimulatedNetwork implements Network {
  readonly #time: VirtualTime;
  readonly #link: LinkOptions;
  readonly #recorder: Recorder | undefined;
  readonly #hosts = new Hosts();
  readonly #listening = new Map<string, ListeningPort>();
  readonly #links = new Map<string, LinkOptions>();
  readonly #faults = new Set<ActiveFault>();
  readonly #open = new Map<string, SimulatedConnection>();

  constructor(options: SimulatedNetworkOptions) {
    knownOptions('SimulatedNetwork', options, { time: true, link: true, record: true });
    const { time, link = {}, record } = options;
    this.#time = time;
    this.#link = checkedLink({ ...link });
    declareSimulated(this);
    this.#recorder = record === undefined ? undefined : new Recorder({ write: record, interfaces: [] });
  }

  /** Connections that are open now. */
  get connections(): number {
    return this.#open.size;
  }

  /**
   * A host has an interface of its own in the recording. Throws `TypeError` for a name or address that is taken, and for
   * what is no address.
   */
  addHost(name: string, addresses: readonly string[]): void {
    const description = `${name} (${addresses.join(', ')})`;
    this.#hosts.add(name, [...addresses], () => this.#recorder?.addInterface(description) ?? 0);
  }

  /**
   * What a host has of the network: it listens on its own addresses, 0.0.0.0 and :: being all of that family, and its
   * connections come from the first, unless they say otherwise. Throws `TypeError` for a host that is not there.
   */
  of(name: string): Network {
    const own = this.#hosts.named(name);
    return declareSimulated({
      listen: (at, accept) => this.#listen(at, accept, own),
      connect: (target, accept, timeout) => this.#connect(target, accept, timeout, own),
    });
  }

  /** What the way between two hosts is like, for connections that are opened from now on. Throws `TypeError`. */
  link(a: string, b: string, options: LinkOptions): void {
    this.#links.set(pairOf(this.#hosts.named(a).name, this.#hosts.named(b).name), checkedLink({ ...options }));
  }

  /** What it is like at present, so that one thing of it can be changed. Throws `TypeError`. */
  linkOf(a: string, b: string): LinkOptions {
    return this.#linkOf(this.#hosts.named(a), this.#hosts.named(b));
  }

  /** Throws `TypeError` for hosts that are not there and for what is no fault. */
  inject(given: Fault): InjectedFault {
    const fault = checkedFault(given);
    for (const name of fault.between) this.#hosts.named(name);
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
    const [from, to] = [this.#hosts.at(client.address), this.#hosts.at(serverAddress)];
    if (from === undefined || to === undefined) return;
    const key = connectionKey({ address: from.address, port: client.port }, to.address);
    this.#open.get(key)?.annotate(direction, text);
  }

  /** On an address of any host. */
  listen(options: ListenOptions, accept: Accept): Promise<Listener> {
    return this.#listen(options, accept);
  }

  /** From an address of any host, which `localAddress` has to say. */
  connect(target: ConnectTarget, accept: Accept, timeoutMilliseconds?: number): Promise<Channel> {
    return this.#connect(target, accept, timeoutMilliseconds);
  }

  async #listen(options: ListenOptions, accept: Accept, own?: Host): Promise<Listener> {
    const doing = `cannot listen on ${formatEndpoint({ address: options.host, port: options.port })}`;
    const places = this.#hosts.listening(options.host, own);
    const [first] = places;
    if (first === undefined) throw failure(doing, 'EADDRNOTAVAIL', own === undefined ? NOBODYS : undefined);
    const isTaken = (port: number): boolean => places.some(({ address }) => this.#listening.has(keyOf(address, port)));
    const port = options.port === 0 ? first.host.ports.listening(isTaken) : options.port;
    if (port === undefined) throw failure(doing, 'EADDRINUSE', ALL_TAKEN);
    if (isTaken(port)) throw failure(doing, 'EADDRINUSE');
    const keys = places.map(({ address }) => keyOf(address, port));
    const open = new Set<SimulatedConnection>();
    for (const key of keys) this.#listening.set(key, { options, accept, open });
    return {
      address: { address: this.#hosts.at(options.host)?.address ?? options.host, port },
      close: async () => {
        for (const key of keys) this.#listening.delete(key);
        for (const { server } of open) server.destroy();
      },
    };
  }

  async #connect(
    target: ConnectTarget,
    accept: Accept,
    timeoutMilliseconds = CONNECT_TIMEOUT,
    own?: Host,
  ): Promise<Channel> {
    const doing = `cannot connect to ${formatEndpoint({ address: target.host, port: target.port })}`;
    const from = target.localAddress ?? own?.addresses[0];
    if (from === undefined) throw failure(doing, 'EADDRNOTAVAIL', NOT_TOLD);
    const client = this.#hosts.at(from);
    if (client === undefined || (own !== undefined && client.host !== own))
      throw failure(doing, 'EADDRNOTAVAIL', own === undefined ? NOBODYS : undefined);
    const server = this.#hosts.find(target.host);
    if (server === undefined) throw failure(doing, 'EHOSTUNREACH');
    const { address } = client;
    const isTaken = (port: number): boolean => this.#open.has(connectionKey({ address, port }, server.address));
    const port = client.host.ports.connecting(isTaken);
    if (port === undefined) throw failure(doing, 'EADDRNOTAVAIL', ALL_TAKEN);
    const local = { address, port };
    const remote = { address: server.address, port: target.port };
    return new Promise((resolve, reject) => {
      let gaveUp = false;
      const timer = this.#time.after(timeoutMilliseconds, () => {
        gaveUp = true;
        reject(failure(doing, 'ETIMEDOUT'));
      });
      const attempt = { client: client.host, server: server.host, local, remote };
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
    const link = this.#linkOf(client, server);
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

  #linkOf(a: Host, b: Host): LinkOptions {
    return this.#links.get(pairOf(a.name, b.name)) ?? this.#link;
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

const NOBODYS = 'no host of the network has this address';
const NOT_TOLD = 'localAddress says which host connects, and is missing';
const ALL_TAKEN = 'every dynamic port is taken';

/** As a socket would fail, with what is said of its code unless there is more to say. */
const failure = (doing: string, code: string, more?: string): TransportError =>
  new TransportError(doing, Object.assign(new Error(code), { code }), more);

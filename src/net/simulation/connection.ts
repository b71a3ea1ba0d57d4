import type { Channel, ChannelEvents, Endpoint } from '../channel.js';
import type { ConnectionRecorder, RecordedDirection } from '../recorder.js';
import type { ActiveFault, LinkOptions } from './link.js';
import type { VirtualTime } from './virtual-time.js';

export interface ConnectionSetting {
  readonly time: VirtualTime;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly link: LinkOptions;
  readonly recorder: ConnectionRecorder | undefined;
  /** The faults that lie in wait in a direction, in the order in which they were put in. */
  readonly faults: (direction: RecordedDirection) => readonly ActiveFault[];
  /** The partition between the two hosts, if there is one now. */
  readonly partition: () => ActiveFault | undefined;
  readonly ended: () => void;
}

/** Octets that may wait on a way that delivers nothing, before the connection is given up. */
const MAX_WAITING = 64 * 1024 * 1024;

const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** What travels: octets, or the end of a direction. */
type Cargo = Buffer | 'fin';

/** A TCP connection between two simulated hosts, seen by a sniffer beside the server. */
export class SimulatedConnection {
  readonly client: End;
  readonly server: End;
  readonly #setting: ConnectionSetting;
  readonly #ways: Readonly<Record<RecordedDirection, Way>>;
  readonly #comments: Record<RecordedDirection, string[]> = { toServer: [], toClient: [] };
  #over = false;

  constructor(setting: ConnectionSetting) {
    this.#setting = setting;
    const { client, server } = setting;
    this.client = new End(client, server, (cargo) => this.#send('toServer', cargo));
    this.server = new End(server, client, (cargo) => this.#send('toClient', cargo));
    this.#ways = { toServer: new Way(), toClient: new Way() };
  }

  /** The comment stands at the next segment with data in this direction. */
  annotate(direction: RecordedDirection, text: string): void {
    this.#comments[direction].push(text);
  }

  /** RFC 9293 3.5.2: both ends learn of it when it reaches them. */
  reset(from: RecordedDirection): void {
    if (this.#over) return;
    this.#setting.recorder?.reset(this.#setting.time.nanoseconds, from);
    this.#over = true;
    this.client.abort(RESET);
    this.server.abort(RESET);
    this.#setting.ended();
  }

  #send(direction: RecordedDirection, cargo: Cargo): void {
    if (this.#over || this.#ways[direction].cut) return;
    const way = this.#ways[direction];
    if (cargo === 'fin') {
      this.#depart(direction, cargo);
      return;
    }
    const met = this.#setting.faults(direction).find(({ fault }) => way.passed + cargo.length > (fault.after ?? 0));
    if (met === undefined) {
      this.#pass(direction, cargo);
      return;
    }
    const at = Math.max(0, (met.fault.after ?? 0) - way.passed);
    if (at > 0) this.#pass(direction, cargo.subarray(0, at));
    met.happened = true;
    this.#suffer(met, direction, cargo.subarray(at));
  }

  #suffer(met: ActiveFault, direction: RecordedDirection, rest: Buffer): void {
    const way = this.#ways[direction];
    switch (met.fault.kind) {
      case 'reset':
        way.cut = true;
        this.#setting.time.at(this.#arrival(direction, 0), () => this.reset(direction));
        return;
      case 'truncate':
        this.#depart(direction, 'fin');
        way.cut = true;
        this.#depart(opposite(direction), 'fin');
        return;
      case 'half-close':
        this.#depart(direction, 'fin');
        way.cut = true;
        return;
      case 'stall': {
        const { milliseconds } = met.fault;
        if (milliseconds === undefined) way.held = met;
        else way.freeAt = Math.max(way.freeAt, this.#setting.time.microseconds) + Math.round(milliseconds * 1000);
        this.#send(direction, rest);
        return;
      }
      case 'reorder':
        way.swaps = true;
        this.#pass(direction, rest);
        return;
    }
  }

  /** Octets that no fault stops, in segments where these travel one by one. */
  #pass(direction: RecordedDirection, bytes: Buffer): void {
    const way = this.#ways[direction];
    way.passed += bytes.length;
    const { segment = this.#setting.link.bandwidth === undefined ? bytes.length : USUAL_SEGMENT } = this.#setting.link;
    for (let at = 0; at < bytes.length; at += segment) this.#depart(direction, bytes.subarray(at, at + segment));
  }

  #depart(direction: RecordedDirection, cargo: Cargo): void {
    const way = this.#ways[direction];
    const holder = way.held?.active ? way.held : this.#setting.partition();
    if (holder?.active) {
      way.held = holder;
      way.waiting += cargo === 'fin' ? 0 : cargo.length;
      if (way.waiting > MAX_WAITING) {
        this.reset(direction);
        return;
      }
      holder.hold(() => {
        way.held = undefined;
        way.waiting = 0;
        this.#travel(direction, cargo);
      });
      return;
    }
    this.#travel(direction, cargo);
  }

  /** The sniffer stands at the server: it sees what is sent there when it arrives, and the answers when they leave. */
  #travel(direction: RecordedDirection, cargo: Cargo): void {
    const { time } = this.#setting;
    const way = this.#ways[direction];
    const arrival = this.#arrival(direction, cargo === 'fin' ? 0 : cargo.length);
    if (direction === 'toClient') {
      if (way.freeAt <= time.microseconds) this.#record(direction, cargo);
      else time.at(way.freeAt, () => this.#record(direction, cargo));
    }
    time.at(arrival, () => {
      if (this.#over) return;
      if (direction === 'toServer') this.#record(direction, cargo);
      this.#deliver(direction, cargo);
    });
  }

  /** When octets that leave now are there; what left before them comes first. */
  #arrival(direction: RecordedDirection, octets: number): number {
    const { time, link } = this.#setting;
    const way = this.#ways[direction];
    const transmission = link.bandwidth === undefined ? 0 : Math.ceil((octets * 1e6) / link.bandwidth);
    way.freeAt = Math.max(time.microseconds, way.freeAt) + transmission;
    return way.freeAt + latencyOf(link);
  }

  #record(direction: RecordedDirection, cargo: Cargo): void {
    const { recorder, time } = this.#setting;
    if (recorder === undefined || this.#over) return;
    if (cargo === 'fin') {
      recorder.close(time.nanoseconds, direction);
      return;
    }
    const way = this.#ways[direction];
    const comment = this.#comments[direction].splice(0).join('; ');
    const outOfOrder = way.swaps;
    way.swaps = false;
    recorder.data(time.nanoseconds, direction, cargo, { ...(comment !== '' && { comment }), outOfOrder });
  }

  #deliver(direction: RecordedDirection, cargo: Cargo): void {
    const to = direction === 'toServer' ? this.server : this.client;
    if (cargo !== 'fin') {
      to.receive(cargo);
      return;
    }
    // As a socket of this project's does, it answers the peer's end of sending with its own, and is done.
    to.end();
    to.tellClosed();
    if (!this.client.told || !this.server.told) return;
    this.#over = true;
    this.#setting.ended();
  }
}

const USUAL_LATENCY = 0.2;

/** In microseconds. */
export const latencyOf = ({ latencyMilliseconds = USUAL_LATENCY }: LinkOptions): number =>
  Math.round(latencyMilliseconds * 1000);

/** RFC 6691: what an Ethernet frame leaves beside the headers of IPv4 and TCP. */
const USUAL_SEGMENT = 1460;

const opposite = (direction: RecordedDirection): RecordedDirection =>
  direction === 'toServer' ? 'toClient' : 'toServer';

/** One direction of a connection. */
class Way {
  /** Octets that were sent. */
  passed = 0;
  /** When the octets before have left, in microseconds of the simulation. */
  freeAt = 0;
  /** What holds it back now. */
  held: ActiveFault | undefined;
  waiting = 0;
  /** Nothing more gets through. */
  cut = false;
  /** The sniffer sees the next segments in the wrong order. */
  swaps = false;
}

/** What one of the two hosts has of the connection. */
export class End implements Channel {
  readonly local: Endpoint;
  readonly remote: Endpoint;
  events: ChannelEvents | undefined;
  /** It has no more to send. */
  finished = false;
  /** Its owner was told that it is closed. */
  told = false;
  readonly #transmit: (cargo: Cargo) => void;

  constructor(local: Endpoint, remote: Endpoint, transmit: (cargo: Cargo) => void) {
    this.local = local;
    this.remote = remote;
    this.#transmit = transmit;
  }

  /** The octets are copied: sender and receiver may both go on using theirs. */
  send(bytes: Uint8Array): void {
    if (!this.finished && bytes.length > 0) this.#transmit(Buffer.from(bytes));
  }

  end(): void {
    if (this.finished) return;
    this.finished = true;
    this.#transmit('fin');
  }

  destroy(): void {
    this.end();
    queueMicrotask(() => this.tellClosed());
  }

  receive(bytes: Buffer): void {
    if (!this.told) this.events?.data(bytes);
  }

  abort(error: Error): void {
    this.finished = true;
    queueMicrotask(() => this.tellClosed(error));
  }

  tellClosed(error?: Error): void {
    if (this.told) return;
    this.told = true;
    this.events?.closed(error);
  }
}

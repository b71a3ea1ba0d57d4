import type { Endpoint } from '../channel.js';
import type { ConnectionRecorder, RecordedDirection } from '../recorder.js';
import { CLIENT_CLOSE_MILLISECONDS } from '../tcp.js';
import type { Stoppable } from '../timers.js';
import { End } from './end.js';
import type { ActiveFault } from './fault.js';
import { type LinkOptions, latencyOf } from './link.js';
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
  /** How long the server waits for a client to close its side too; as sockets do where absent. */
  readonly closeMilliseconds: number | undefined;
}

const CLOSE_MILLISECONDS = 5_000;
/** Octets that may be under way in one direction before the connection is given up, as a sender's buffer is full. */
const MAX_WAITING = 64 * 1024 * 1024;

const RESET = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });

/** What travels on a way. */
type Cargo =
  | {
      readonly kind: 'data';
      readonly bytes: Buffer;
      readonly comment: string;
      /** The sniffer sees it the wrong way round. */
      readonly swapped: boolean;
    }
  /** The end of a direction, and that of both. */
  | { readonly kind: 'fin' }
  | { readonly kind: 'reset' };

const FIN: Cargo = { kind: 'fin' };

/** A TCP connection between two simulated hosts, seen by a sniffer beside the server. */
export class SimulatedConnection {
  readonly client: End;
  readonly server: End;
  readonly #setting: ConnectionSetting;
  readonly #ways: Readonly<Record<RecordedDirection, Way>> = { toServer: new Way(), toClient: new Way() };
  readonly #comments: Record<RecordedDirection, string[]> = { toServer: [], toClient: [] };
  #over = false;

  constructor(setting: ConnectionSetting) {
    this.#setting = setting;
    const { client, server, time, closeMilliseconds = CLOSE_MILLISECONDS } = setting;
    const end = (local: Endpoint, remote: Endpoint, direction: RecordedDirection, patience: number): End =>
      new End({
        local,
        remote,
        transmit: (bytes) => this.#send(direction, bytes),
        givesUp: (run) => time.after(patience, run),
      });
    this.client = end(client, server, 'toServer', CLIENT_CLOSE_MILLISECONDS);
    this.server = end(server, client, 'toClient', closeMilliseconds);
  }

  /** The comment stands at the first segment of what is sent next in this direction. */
  annotate(direction: RecordedDirection, text: string): void {
    this.#comments[direction].push(text);
  }

  /** RFC 9293 3.5.2: both ends learn of it. */
  reset(from: RecordedDirection): void {
    if (this.#over) return;
    this.#setting.recorder?.reset(this.#setting.time.nanoseconds, from);
    this.#over = true;
    for (const way of Object.values(this.#ways)) way.forget();
    this.client.abort(RESET);
    this.server.abort(RESET);
    this.#setting.ended();
  }

  /** Octets of one end, or undefined where it has no more. */
  #send(direction: RecordedDirection, bytes: Buffer | undefined): void {
    const way = this.#ways[direction];
    if (this.#over || way.cut) return;
    if (bytes === undefined) {
      this.#depart(direction, FIN);
      return;
    }
    const met = this.#nextFault(direction, way.passed + bytes.length);
    if (met === undefined) {
      this.#pass(direction, bytes);
      return;
    }
    const at = Math.max(0, afterOf(met) - way.passed);
    if (at > 0) this.#pass(direction, bytes.subarray(0, at));
    met.happened = true;
    this.#suffer(met, direction, bytes.subarray(at));
  }

  /** The first that lies in wait before so many octets have passed. */
  #nextFault(direction: RecordedDirection, octets: number): ActiveFault | undefined {
    const [first] = this.#setting
      .faults(direction)
      .filter((fault) => afterOf(fault) < octets)
      .toSorted((a, b) => afterOf(a) - afterOf(b));
    return first;
  }

  #suffer(met: ActiveFault, direction: RecordedDirection, rest: Buffer): void {
    const way = this.#ways[direction];
    switch (met.fault.kind) {
      case 'reset':
        this.#depart(direction, { kind: 'reset' });
        way.cut = true;
        return;
      case 'truncate':
        this.#depart(direction, FIN);
        way.cut = true;
        this.#depart(opposite(direction), FIN);
        return;
      case 'half-close':
        this.#depart(direction, FIN);
        way.cut = true;
        return;
      case 'stall': {
        const { milliseconds } = met.fault;
        if (milliseconds === undefined) way.stall = met;
        else way.freeAt = Math.max(way.freeAt, this.#setting.time.microseconds) + Math.round(milliseconds * 1000);
        this.#send(direction, rest);
        return;
      }
      case 'reorder':
        way.swaps = true;
        this.#send(direction, rest);
        return;
    }
  }

  /** Octets that no fault stops, in segments where these travel one by one. */
  #pass(direction: RecordedDirection, bytes: Buffer): void {
    const way = this.#ways[direction];
    way.passed += bytes.length;
    const { segment = this.#setting.link.bandwidth === undefined ? bytes.length : USUAL_SEGMENT } = this.#setting.link;
    for (let at = 0; at < bytes.length; at += segment) {
      const comment = this.#comments[direction].splice(0).join('; ');
      this.#depart(direction, { kind: 'data', bytes: bytes.subarray(at, at + segment), comment, swapped: way.swaps });
      way.swaps = false;
    }
  }

  #depart(direction: RecordedDirection, cargo: Cargo): void {
    const way = this.#ways[direction];
    if (this.#over) return;
    way.waiting.push({ cargo, stall: way.stall });
    way.octets += sizeOf(cargo);
    if (way.octets > MAX_WAITING) this.reset(direction);
    else if (!way.held) this.#leave(direction);
  }

  /** All that waits goes, in its order, up to what a stall or a partition holds back. */
  #leave(direction: RecordedDirection): void {
    const way = this.#ways[direction];
    way.held = false;
    let gone = 0;
    for (const { cargo, stall } of way.waiting) {
      const holder = stall?.active ? stall : this.#setting.partition();
      if (holder !== undefined) {
        way.held = true;
        holder.hold(() => this.#leave(direction));
        break;
      }
      gone += 1;
      this.#travel(direction, cargo);
    }
    way.waiting.splice(0, gone);
  }

  /** The sniffer stands at the server: it sees what is sent there when it arrives, and the answers when they leave. */
  #travel(direction: RecordedDirection, cargo: Cargo): void {
    const { time, link } = this.#setting;
    const way = this.#ways[direction];
    const transmission = link.bandwidth === undefined ? 0 : Math.ceil((sizeOf(cargo) * 1e6) / link.bandwidth);
    way.freeAt = Math.max(time.microseconds, way.freeAt) + transmission;
    if (direction === 'toClient') this.#recordAt(way.freeAt, direction, cargo);
    this.#at(way, way.freeAt + latencyOf(link), () => {
      way.octets -= sizeOf(cargo);
      if (this.#over) return;
      if (direction === 'toServer') this.#record(direction, cargo);
      this.#deliver(direction, cargo);
    });
  }

  #recordAt(microseconds: number, direction: RecordedDirection, cargo: Cargo): void {
    const { time } = this.#setting;
    const way = this.#ways[direction];
    if (microseconds <= time.microseconds && way.unrecorded === 0) {
      this.#record(direction, cargo);
      return;
    }
    way.unrecorded += 1;
    this.#at(way, microseconds, () => {
      way.unrecorded -= 1;
      this.#record(direction, cargo);
    });
  }

  /** At a time of the simulation, unless the connection is reset before. */
  #at(way: Way, microseconds: number, run: () => void): void {
    const due = this.#setting.time.at(microseconds, () => {
      way.due.delete(due);
      run();
    });
    way.due.add(due);
  }

  #record(direction: RecordedDirection, cargo: Cargo): void {
    const { recorder, time } = this.#setting;
    // A reset is recorded where both learn of it.
    if (recorder === undefined || this.#over || cargo.kind === 'reset') return;
    const way = this.#ways[direction];
    const { late } = way;
    way.late = undefined;
    if (cargo.kind === 'fin') {
      if (late !== undefined) recorder.data(time.nanoseconds, direction, late.bytes, commented(late.comment));
      recorder.close(time.nanoseconds, direction);
      return;
    }
    // One octet by itself cannot be the wrong way round; with the next it can.
    if (cargo.swapped && cargo.bytes.length < 2) {
      way.late = cargo;
      return;
    }
    const bytes = late === undefined ? cargo.bytes : Buffer.concat([late.bytes, cargo.bytes]);
    const comment = [late?.comment ?? '', cargo.comment].filter((text) => text !== '').join('; ');
    const outOfOrder = cargo.swapped || late !== undefined;
    recorder.data(time.nanoseconds, direction, bytes, { ...commented(comment), outOfOrder });
  }

  #deliver(direction: RecordedDirection, cargo: Cargo): void {
    const to = direction === 'toServer' ? this.server : this.client;
    if (cargo.kind === 'reset') {
      this.reset(direction);
      return;
    }
    if (cargo.kind === 'data') {
      to.receive(cargo.bytes);
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

const afterOf = ({ fault }: ActiveFault): number => fault.after ?? 0;
const sizeOf = (cargo: Cargo): number => (cargo.kind === 'data' ? cargo.bytes.length : 0);
const commented = (comment: string): { comment?: string } => (comment === '' ? {} : { comment });

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
  /** A stall without an end, for what is sent from now on. */
  stall: ActiveFault | undefined;
  /** What has been sent and has not left. */
  readonly waiting: { readonly cargo: Cargo; readonly stall: ActiveFault | undefined }[] = [];
  /** What is to happen to what has left. */
  readonly due = new Set<Stoppable>();
  /** Of what has been sent and has not arrived. */
  octets = 0;
  /** The first that waits is held back. */
  held = false;
  /** Nothing more gets through. */
  cut = false;
  /** The sniffer sees the next segments in the wrong order. */
  swaps = false;
  /** Of these, the first, until it has seen the second. */
  late: Extract<Cargo, { kind: 'data' }> | undefined;
  /** What it will see that has been sent already. */
  unrecorded = 0;

  /** Nobody waits any more for what is under way. */
  forget(): void {
    this.waiting.length = 0;
    for (const due of this.due) due.stop();
    this.due.clear();
  }
}

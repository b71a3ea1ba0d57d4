import { type Endpoint, endpointOf } from '../../codec/inet/address.js';
import type { Datagram } from './ip.js';

/** A segment that is ahead of its stream; the octets are a copy. */
export interface Waiting {
  /** As a signed 32-bit number, like all sequence numbers here: such a number needs no memory of its own. */
  readonly sequence: number;
  readonly bytes: Buffer;
  /** Octets behind these that were sent but not captured. */
  readonly missing: number;
  readonly frame: number;
  readonly seconds: number;
  readonly nanoseconds: number;
}

/**
 * Takes the octets of one connection, and keeps all that is to be kept of it. Calls come in the order of its octets.
 */
export interface StreamConsumer {
  /** The next octets of a direction, and the packet that brought them. */
  data(
    direction: Direction,
    bytes: Buffer,
    start: number,
    end: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): void;
  /**
   * The next `lost` octets are not in the capture; -1 where their number is not known. `snapped` where a snap length cut
   * them off.
   */
  gap(direction: Direction, lost: number, frame: number, snapped: boolean): void;
  /** FIN from both sides, RST, the tuple in use again, no room left, or the end of the capture. */
  end(): void;
  /** It is to be kept where there is no room for all. */
  readonly valued: boolean;
  /** A short text of what is worth keeping where it is forgotten while it is open. */
  readonly remainder: string | undefined;
}

/** One direction of a TCP connection. */
export class Direction {
  readonly connection: Connection;
  /** From the endpoint that sent the connection's first captured packet. */
  readonly forward: boolean;
  /** A first segment was seen: `initial` and `next` hold. */
  started = false;
  /** The stream is known from its first octet on. */
  fromSyn = false;
  initial = 0;
  /** The sequence number of the next octet to deliver. */
  next = 0;
  /** Up to where the peer has acknowledged. */
  acknowledged = 0;
  acknowledgedKnown = false;
  fin = 0;
  finSeen = false;
  waiting: Waiting[] | undefined = undefined;
  waitingBytes = 0;

  constructor(connection: Connection, forward: boolean) {
    this.connection = connection;
    this.forward = forward;
  }

  get reverse(): Direction {
    return this.forward ? this.connection.backward : this.connection.forward;
  }

  get source(): Endpoint {
    return this.forward ? this.connection.first : this.connection.second;
  }

  get destination(): Endpoint {
    return this.forward ? this.connection.second : this.connection.first;
  }

  /** This direction goes from client to server; by the SYN, else by what `connection.client` was told, else by ports. */
  get toServer(): boolean {
    const { client, first, second } = this.connection;
    if (client !== undefined) return (client === 'first') === this.forward;
    return first.port >= second.port === this.forward;
  }
}

/** A TCP connection: the endpoint that sent the first captured packet is called first, whatever its role. */
export class Connection {
  /** Numbered in order of appearance, as tshark numbers `tcp.stream`. */
  readonly stream: number;
  readonly version: number;
  readonly address0: number;
  readonly address1: number;
  readonly address2: number;
  readonly address3: number;
  readonly peer0: number;
  readonly peer1: number;
  readonly peer2: number;
  readonly peer3: number;
  /** Both ports: the first endpoint's in the upper half, and the other way round. */
  readonly ports: number;
  readonly swappedPorts: number;
  readonly hash: number;
  readonly forward: Direction;
  readonly backward: Direction;
  /** Who is the client, once it is known. */
  client: 'first' | 'second' | undefined = undefined;
  /** Where and when its first SYN was. */
  asked: { readonly frame: number; readonly seconds: number; readonly nanoseconds: number } | undefined = undefined;
  /** By RST. */
  reset = false;
  /** By FIN from both sides, or RST. */
  closed = false;
  lastFrame = 0;
  /** The number of its last packet among those of all files. */
  lastSeen = 0;
  /** From its first octets on, until it ends. */
  consumer: StreamConsumer | undefined = undefined;
  /** PDUs were found in it. */
  carriesRpc = false;
  /** By RPC over HTTP. */
  overHttp = false;
  /** It was forgotten while it was open, and now speaks again. */
  resumed = false;
  /** What its consumer left, where it was forgotten while it was open, and now speaks again. */
  remainder: string | undefined = undefined;
  /** The next connection in the same bucket. */
  chain: Connection | undefined = undefined;
  #first: Endpoint | undefined = undefined;
  #second: Endpoint | undefined = undefined;

  constructor(stream: number, d: Datagram, ports: number, hash: number) {
    this.stream = stream;
    this.version = d.version;
    this.address0 = d.source0;
    this.address1 = d.source1;
    this.address2 = d.source2;
    this.address3 = d.source3;
    this.peer0 = d.destination0;
    this.peer1 = d.destination1;
    this.peer2 = d.destination2;
    this.peer3 = d.destination3;
    this.ports = ports;
    this.swappedPorts = (ports << 16) | (ports >>> 16);
    this.hash = hash;
    this.forward = new Direction(this, true);
    this.backward = new Direction(this, false);
  }

  get first(): Endpoint {
    this.#first ??= endpointOf(
      this.version,
      [this.address0, this.address1, this.address2, this.address3],
      this.ports >>> 16,
    );
    return this.#first;
  }

  get second(): Endpoint {
    this.#second ??= endpointOf(this.version, [this.peer0, this.peer1, this.peer2, this.peer3], this.ports & 0xffff);
    return this.#second;
  }

  /** It is to be kept where there is no room for all; one that was kept before is again. */
  get valued(): boolean {
    return this.consumer?.valued ?? this.resumed;
  }

  /** One of its ports is `port`; formats nothing. */
  uses(port: number): boolean {
    return this.ports >>> 16 === port || (this.ports & 0xffff) === port;
  }
}

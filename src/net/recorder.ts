import { type Endpoint, parseAddress } from '../codec/inet/address.js';
import { TCP_FLAG } from '../codec/inet/headers.js';
import { frameOf } from './frames.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from './pcapng.js';

export interface RecorderOptions {
  /** Takes the file, block by block. */
  readonly write: (block: Buffer) => void;
  /** Names of the interfaces; a connection is recorded on the first unless it says otherwise. */
  readonly interfaces?: readonly string[];
  readonly application?: string;
}

export interface ConnectionOptions {
  readonly client: Endpoint;
  readonly server: Endpoint;
  /** The place of its interface in `RecorderOptions.interfaces`. */
  readonly interface?: number;
  /** Largest octets of data in one segment. */
  readonly mss?: number;
}

/**
 * Writes connections to a pcapng file as a sniffer would have seen them. It keeps no clock and draws no random
 * numbers: the same calls give the same octets.
 */
export class Recorder {
  readonly #write: (block: Buffer) => void;
  #interfaces = 0;
  #connections = 0;

  constructor({ write, interfaces = ['dcom-harness'], application = 'dcom-harness' }: RecorderOptions) {
    this.#write = write;
    write(sectionHeader(application));
    for (const name of interfaces) this.addInterface(name);
  }

  /** A further interface, and its place among them. */
  addInterface(name: string): number {
    this.#write(interfaceDescription({ name }));
    return this.#interfaces++;
  }

  connection(options: ConnectionOptions): ConnectionRecorder {
    return new ConnectionRecorder(options, this.#connections++, this.#write);
  }
}

/** Which way a recorded packet went. */
export type RecordedDirection = 'toServer' | 'toClient';

export interface DataOptions {
  readonly comment?: string;
  /** The sniffer saw the first two segments the wrong way round. */
  readonly outOfOrder?: boolean;
}

const WINDOW = 65_535;
/** Octets in flight before the peer acknowledges by a segment of its own; far below the window, so never full. */
const ACKNOWLEDGE_AFTER = 32_768;
/** RFC 6691: what an Ethernet frame leaves beside the headers of IP and TCP. */
const MSS = { 4: 1460, 16: 1440 };
/** So that a reader that meets the same ports again sees another connection: apart by more than one will carry. */
const SEQUENCE_STEP = 0x01234567;

/** One side of a recorded connection. */
interface Side {
  readonly address: Buffer;
  readonly port: number;
  /** The sequence number of its next octet. */
  next: number;
  /** Up to where the other side has acknowledged it. */
  acknowledged: number;
  identification: number;
  finished: boolean;
}

/** One connection: what its ends send, as frames with the sequence numbers and acknowledgments that belong to it. */
export class ConnectionRecorder {
  readonly #client: Side;
  readonly #server: Side;
  readonly #mss: number;
  readonly #interfaceId: number;
  readonly #write: (block: Buffer) => void;

  constructor(options: ConnectionOptions, index: number, write: (block: Buffer) => void) {
    const [client, server] = inOneFamily(parseAddress(options.client.address), parseAddress(options.server.address));
    const initial = Math.imul(index + 1, SEQUENCE_STEP);
    this.#client = side(client, options.client.port, initial);
    this.#server = side(server, options.server.port, ~initial);
    this.#mss = options.mss ?? MSS[client.length === 4 ? 4 : 16];
    this.#interfaceId = options.interface ?? 0;
    this.#write = write;
  }

  /** RFC 9293 3.5: the handshake. Without it the recording starts in the middle of the connection. */
  open(time: bigint): void {
    this.offer(time);
    this.opened(time);
  }

  /** The first two segments of the handshake: the client asks, the server agrees. */
  offer(time: bigint): void {
    const { SYN, ACK } = TCP_FLAG;
    const server = this.#server;
    this.#ask(time);
    server.next = (server.next - 1) | 0;
    server.acknowledged = server.next;
    this.#send(time, server, SYN | ACK, { options: this.#mssOption });
    server.next = (server.next + 1) | 0;
  }

  /** The third: the client has heard of it. Nothing where a later segment of the client has said so, or a reset came. */
  opened(time: bigint): void {
    const heard = this.#server.acknowledged === this.#server.next;
    if (!heard && !this.#client.finished) this.#send(time, this.#client, TCP_FLAG.ACK);
  }

  /** RFC 9293 3.10.7.1: nobody listens there. */
  refused(time: bigint): void {
    this.#ask(time);
    this.#server.next = 0;
    this.reset(time, 'toClient');
  }

  /** Octets that one end sent, in segments. The comment stands at the first of them. */
  data(time: bigint, direction: RecordedDirection, bytes: Uint8Array, { comment, outOfOrder }: DataOptions = {}): void {
    const [from, to] = this.#sides(direction);
    if (from.finished) return;
    const base = from.next;
    for (const { at, end } of this.#segments(bytes.length, outOfOrder)) {
      const data = bytes.subarray(at, end);
      const last = end === bytes.length;
      const flags = last ? TCP_FLAG.ACK | TCP_FLAG.PSH : TCP_FLAG.ACK;
      from.next = (base + at) | 0;
      this.#send(time, from, flags, { data, ...(at === 0 && comment !== undefined && { comment }) });
      from.next = (from.next + data.length) | 0;
      if (((from.next - from.acknowledged) | 0) >= ACKNOWLEDGE_AFTER) this.#send(time, to, TCP_FLAG.ACK);
    }
    from.next = (base + bytes.length) | 0;
  }

  /** RFC 9293 3.6: the end that sends in this direction has no more to send. Later data of it is not recorded. */
  close(time: bigint, direction: RecordedDirection): void {
    const [from, to] = this.#sides(direction);
    if (from.finished) return;
    from.finished = true;
    this.#send(time, from, TCP_FLAG.FIN | TCP_FLAG.ACK);
    from.next = (from.next + 1) | 0;
    this.#send(time, to, TCP_FLAG.ACK);
  }

  /** RFC 9293 3.5.2: the connection is gone at once, in both directions. */
  reset(time: bigint, direction: RecordedDirection): void {
    const [from, to] = this.#sides(direction);
    if (from.finished && to.finished) return;
    from.finished = true;
    to.finished = true;
    this.#send(time, from, TCP_FLAG.RST | TCP_FLAG.ACK);
  }

  /** The segments of so many octets; the second before the first where the sniffer saw them so. */
  #segments(length: number, outOfOrder = false): { at: number; end: number }[] {
    const size = outOfOrder && length <= this.#mss ? Math.ceil(length / 2) : this.#mss;
    const segments = [];
    for (let at = 0; at < length; at += size) segments.push({ at, end: Math.min(at + size, length) });
    return outOfOrder ? [...segments.slice(0, 2).reverse(), ...segments.slice(2)] : segments;
  }

  get #mssOption(): Buffer {
    return Buffer.of(2, 4, this.#mss >>> 8, this.#mss & 255);
  }

  #ask(time: bigint): void {
    const client = this.#client;
    client.next = (client.next - 1) | 0;
    this.#send(time, client, TCP_FLAG.SYN, { options: this.#mssOption });
    client.next = (client.next + 1) | 0;
  }

  #sides(direction: RecordedDirection): [from: Side, to: Side] {
    return direction === 'toServer' ? [this.#client, this.#server] : [this.#server, this.#client];
  }

  #send(
    time: bigint,
    from: Side,
    flags: number,
    { data = new Uint8Array(0), options, comment }: { data?: Uint8Array; options?: Uint8Array; comment?: string } = {},
  ): void {
    const to = from === this.#client ? this.#server : this.#client;
    const acknowledges = (flags & TCP_FLAG.ACK) !== 0;
    if (acknowledges) to.acknowledged = to.next;
    const bytes = frameOf({
      source: from.address,
      destination: to.address,
      sourcePort: from.port,
      destinationPort: to.port,
      sequence: from.next,
      acknowledgment: acknowledges ? to.next : 0,
      flags,
      window: WINDOW,
      ...(options && { options }),
      data,
      identification: from.identification,
    });
    from.identification = (from.identification + 1) & 0xffff;
    this.#write(
      enhancedPacket({ interfaceId: this.#interfaceId, time, bytes, ...(comment !== undefined && { comment }) }),
    );
  }
}

const side = (address: Buffer, port: number, next: number): Side => ({
  address,
  port,
  next,
  acknowledged: next,
  identification: 0,
  finished: false,
});

/** A packet has one IP version: where the ends differ, the IPv4 address is mapped into IPv6 (RFC 4291 2.5.5.2). */
function inOneFamily(a: Buffer, b: Buffer): [Buffer, Buffer] {
  if (a.length === b.length) return [a, b];
  const mapped = (address: Buffer): Buffer =>
    address.length === 16 ? address : Buffer.concat([Buffer.from('00000000000000000000ffff', 'hex'), address]);
  return [mapped(a), mapped(b)];
}

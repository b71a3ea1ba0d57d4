import { IP_PROTOCOL } from '../../codec/inet/headers.js';
import type { Problem } from '../file/error.js';
import type { Packet } from '../file/packet.js';
import { CaptureReader } from '../file/reader.js';
import { fileOf } from '../file/source.js';
import { Understood } from '../file/understood.js';
import { attemptOf, type ConnectionAttempt } from './attempt.js';
import type { Connection, Direction } from './connection.js';
import { type ConnectionlessPdu, connectionlessHeader, endsOf, passedOver } from './connectionless.js';
import { type FragmentLimits, FragmentTable } from './fragments.js';
import { Datagram, readDatagram } from './ip.js';
import { kdcDatagram, type TakeKdcMessage } from './kdc.js';
import { ENCRYPTED, ipOffset, UNKNOWN_LINK } from './link.js';
import { ObservedStream, type PacketObserver } from './observed.js';
import { type OpenConnection, type TcpLimits, TcpReassembler } from './tcp.js';
import { DEEPEST_TUNNEL, tunnelled } from './tunnel.js';

/** Bounds of memory for packets and segments that wait. */
export interface StreamLimits extends TcpLimits {
  readonly fragments?: FragmentLimits;
}

/** How TCP streams are read of packets. */
export interface StreamReaderOptions {
  /** Named in problems and errors. */
  readonly file?: string;
  /** Bounds of memory; those of `StreamLimits` where absent. */
  readonly limits?: StreamLimits;
  /** Gives who takes the octets of a connection. */
  readonly open: OpenConnection;
  /** Told what is wrong, and where. */
  readonly onProblem?: (problem: Problem) => void;
  /** Told of each connection that was asked for and never came about. */
  readonly onAttempt?: ((attempt: ConnectionAttempt) => void) | undefined;
  /** Takes each message from and to a KDC that came in a datagram. */
  readonly onKdcMessage?: TakeKdcMessage | undefined;
  /** Told of each PDU of RPC over UDP. */
  readonly onConnectionless?: ((pdu: ConnectionlessPdu) => void) | undefined;
  /** Told which packets bring what. */
  readonly packets?: PacketObserver | undefined;
}

/** From the octets of a capture, in pieces of any size, to its TCP streams. Does no I/O. */
export class StreamReader {
  /** What was understood so far. */
  readonly understood = new Understood();
  #reader: CaptureReader;
  /** Packets of the files before the one that is read. */
  #framesBefore = 0;
  readonly #tcp: TcpReassembler;
  readonly #fragments: FragmentTable;
  readonly #datagram = new Datagram();
  readonly #onProblem: (problem: Problem) => void;
  readonly #onKdcMessage: TakeKdcMessage | undefined;
  readonly #onConnectionless: StreamReaderOptions['onConnectionless'];
  readonly #packets: PacketObserver | undefined;
  #broken = 0;

  constructor({
    file = 'capture',
    limits = {},
    open,
    onProblem = () => {},
    onKdcMessage,
    onAttempt,
    onConnectionless,
    packets,
  }: StreamReaderOptions) {
    this.#onConnectionless = onConnectionless;
    this.#packets = packets;
    this.#onKdcMessage = onKdcMessage;
    this.#onProblem = onProblem;
    this.#reader = this.#readerOf(file);
    const observed: OpenConnection = (connection, remainder) => {
      const next = open(connection, remainder);
      return packets === undefined ? next : new ObservedStream(next, connection, packets, () => this.file);
    };
    const ended = (connection: Connection): void => {
      const attempt = onAttempt && attemptOf(connection, fileOf(this.file));
      if (attempt !== undefined) onAttempt?.(attempt);
    };
    const opened = packets && ((direction: Direction, frame: number) => packets.opening(direction, this.file, frame));
    this.#tcp = new TcpReassembler(observed, limits, ended, opened);
    this.#fragments = new FragmentTable((frame, why) => {
      this.problem('warning', `an IP datagram is not whole: ${why}`, { frame });
      this.understood.pass('IP datagrams that are not whole', { file: this.file, frame });
    }, limits.fragments);
  }

  /** Named in problems and errors. */
  get file(): string {
    return this.#reader.file;
  }

  /** Packets so far, of all files. */
  get frames(): number {
    return this.#framesBefore + this.#reader.frames;
  }

  get framesOfFile(): number {
    return this.#reader.frames;
  }

  /** TCP streams so far. */
  get streams(): number {
    return this.#tcp.connections.seen;
  }

  /** Throws `CaptureError` where this is no capture. */
  push(chunk: Uint8Array): void {
    this.#reader.push(chunk);
  }

  /** Another file goes on where the last one has ended. Throws `CaptureError` where that was none. */
  next(file: string): void {
    const last = this.#reader;
    this.#framesBefore += last.frames;
    this.#reader = this.#readerOf(file);
    last.end();
  }

  /** Throws `CaptureError` where the last file was no capture; the streams have ended nevertheless. */
  end(): void {
    try {
      this.#reader.end();
    } finally {
      this.#endStreams();
    }
  }

  #endStreams(): void {
    this.#fragments.end();
    this.#tcp.end();
    this.understood.connections = this.streams;
    if (this.#tcp.forgotten > 0) {
      const what =
        'connections were forgotten while they were open, as too many were; of those that spoke again, calls without an answer and session keys are not known';
      this.problem('warning', `${this.#tcp.forgotten} ${what}`);
    }
    const { lost } = this.#tcp.connections.forgotten;
    if (lost > 0) {
      const what =
        'connections were forgotten altogether while they were open: what came later is another stream, whose bind is not known';
      this.problem('error', `${lost} ${what}`);
    }
    if (this.#broken > 0) this.problem('info', `${this.#broken} packets with a broken IP or TCP header`);
  }

  /** Tells the handler of problems what a layer above found, or this one. */
  problem(
    severity: Problem['severity'],
    message: string,
    where: { readonly frame?: number; readonly offset?: number; readonly stream?: number } = {},
  ): void {
    this.#onProblem({ kind: 'problem', severity, file: this.file, ...where, message });
  }

  #readerOf(file: string): CaptureReader {
    return new CaptureReader({ file, onPacket: (packet) => this.#packet(packet), onProblem: this.#onProblem });
  }

  #packet(packet: Packet): void {
    this.understood.packets++;
    const start = ipOffset(packet.bytes, packet.start, packet.end, packet.linkType);
    if (start >= 0) this.#datagramAt(packet.bytes, start, packet.end, packet, 0);
    else if (start === UNKNOWN_LINK) this.#pass(`packets of link type ${packet.linkType}, which is not known`, packet);
    else if (start === ENCRYPTED) this.#pass('frames that are encrypted (802.11 or MACsec)', packet);
  }

  #pass(what: string, { frame }: Packet, uncertain = true): void {
    this.understood.pass(what, { file: this.file, frame }, uncertain);
  }

  /** `depth` is how many tunnels it came through. */
  #datagramAt(bytes: Buffer, start: number, end: number, packet: Packet, depth: number): void {
    const datagram = this.#datagram;
    if (!readDatagram(bytes, start, end, datagram)) {
      this.#broken++;
      return;
    }
    if (depth === 0) this.understood.ip++;
    if (datagram.fragment) {
      if (!this.#fragments.add(datagram, packet.frame)) return;
      this.#packets?.fragments(this.file, packet.frame, this.#fragments.completed);
    }
    if (datagram.protocol === IP_PROTOCOL.TCP) {
      this.understood.tcp++;
      if (this.#tcp.segment(datagram, packet, this.frames) === undefined) this.#broken++;
      return;
    }
    const message = this.#onKdcMessage && datagram.protocol === IP_PROTOCOL.UDP ? kdcDatagram(datagram) : undefined;
    if (message !== undefined) {
      if (this.#packets !== undefined) {
        const { src, dst } = endsOf(datagram);
        this.#packets.kdcDatagram(src, dst, this.file, packet.frame);
      }
      this.#onKdcMessage?.(message);
      return;
    }
    const inner = tunnelled(datagram);
    if (inner < 0) this.#notFollowed(datagram, packet);
    else if (depth < DEEPEST_TUNNEL) this.#datagramAt(datagram.bytes, inner, datagram.end, packet, depth + 1);
    else this.#pass(`tunnels in more than ${DEEPEST_TUNNEL} others`, packet);
  }

  #notFollowed(datagram: Datagram, packet: Packet): void {
    if (datagram.protocol === IP_PROTOCOL.ESP) this.#pass('datagrams that are encrypted (IPsec ESP)', packet);
    else if (datagram.protocol === IP_PROTOCOL.UDP) this.#connectionless(datagram, packet);
  }

  #connectionless(datagram: Datagram, packet: Packet): void {
    const header = connectionlessHeader(datagram);
    if (header === undefined) return;
    const [what, uncertain] = passedOver(header);
    this.#pass(what, packet, uncertain);
    const { frame, seconds, nanoseconds } = packet;
    this.#onConnectionless?.({ file: fileOf(this.file), frame, seconds, nanoseconds, ...endsOf(datagram), header });
  }
}

import { IP_PROTOCOL } from '../../codec/inet/headers.js';
import type { Problem } from '../file/error.js';
import type { Packet } from '../file/packet.js';
import { CaptureReader } from '../file/reader.js';
import { type FragmentLimits, FragmentTable } from './fragments.js';
import { Datagram, readDatagram } from './ip.js';
import { kdcDatagram, type TakeKdcMessage } from './kdc.js';
import { ipOffset, UNKNOWN_LINK } from './link.js';
import { type OpenConnection, type TcpLimits, TcpReassembler } from './tcp.js';
import { DEEPEST_TUNNEL, tunnelled } from './tunnel.js';

/** Bounds of memory for packets and segments that wait. */
export interface StreamLimits extends TcpLimits {
  readonly fragments?: FragmentLimits;
}

export interface StreamReaderOptions {
  /** Named in problems and errors. */
  readonly file?: string;
  readonly limits?: StreamLimits;
  readonly open: OpenConnection;
  readonly onProblem?: (problem: Problem) => void;
  /** Takes each message from and to a KDC that came in a datagram. */
  readonly onKdcMessage?: TakeKdcMessage | undefined;
}

/** From the octets of a capture, in pieces of any size, to its TCP streams. Does no I/O. */
export class StreamReader {
  readonly file: string;
  readonly #reader: CaptureReader;
  readonly #tcp: TcpReassembler;
  readonly #fragments: FragmentTable;
  readonly #datagram = new Datagram();
  readonly #onProblem: (problem: Problem) => void;
  readonly #onKdcMessage: TakeKdcMessage | undefined;
  readonly #unknownLinks = new Set<number>();
  #broken = 0;

  constructor({ file = 'capture', limits = {}, open, onProblem = () => {}, onKdcMessage }: StreamReaderOptions) {
    this.file = file;
    this.#onKdcMessage = onKdcMessage;
    this.#onProblem = onProblem;
    this.#reader = new CaptureReader({ file, onPacket: (packet) => this.#packet(packet), onProblem });
    this.#tcp = new TcpReassembler(open, limits);
    this.#fragments = new FragmentTable((frame, why) => {
      this.problem('warning', `an IP datagram is not whole: ${why}`, { frame });
    }, limits.fragments);
  }

  /** Packets so far. */
  get frames(): number {
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

  end(): void {
    this.#reader.end();
    this.#fragments.end();
    this.#tcp.end();
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

  #packet(packet: Packet): void {
    const start = ipOffset(packet.bytes, packet.start, packet.end, packet.linkType);
    if (start < 0) {
      if (start === UNKNOWN_LINK) this.#unknownLink(packet);
      return;
    }
    this.#datagramAt(packet.bytes, start, packet.end, packet, 0);
  }

  /** `depth` is how many tunnels it came through. */
  #datagramAt(bytes: Buffer, start: number, end: number, packet: Packet, depth: number): void {
    const datagram = this.#datagram;
    if (!readDatagram(bytes, start, end, datagram)) {
      this.#broken++;
      return;
    }
    if (datagram.fragment && !this.#fragments.add(datagram, packet.frame)) return;
    if (datagram.protocol === IP_PROTOCOL.TCP) {
      if (!this.#tcp.segment(datagram, packet)) this.#broken++;
    } else if (depth < DEEPEST_TUNNEL) {
      const message = this.#onKdcMessage && datagram.protocol === IP_PROTOCOL.UDP ? kdcDatagram(datagram) : undefined;
      if (message !== undefined) {
        this.#onKdcMessage?.(message);
        return;
      }
      const inner = tunnelled(datagram);
      if (inner >= 0) this.#datagramAt(datagram.bytes, inner, datagram.end, packet, depth + 1);
    }
  }

  /** Once for each type: a capture of them would otherwise be one problem a packet. */
  #unknownLink({ linkType, frame, offset }: Packet): void {
    if (this.#unknownLinks.has(linkType)) return;
    this.#unknownLinks.add(linkType);
    this.problem('error', `link type ${linkType} is not known; its packets are passed over`, { frame, offset });
  }
}

import { IP_PROTOCOL } from '../codec/inet/headers.js';
import type { Connection, Direction } from './connection.js';
import type { Problem } from './error.js';
import { type FragmentLimits, FragmentTable } from './fragments.js';
import { Datagram, readDatagram } from './ip.js';
import { ipOffset, UNKNOWN_LINK } from './link.js';
import type { Packet } from './packet.js';
import { CapturedPdu, type StreamEnd } from './pdu.js';
import { CaptureReader } from './reader.js';
import { isFromClient } from './recognise.js';
import { AssemblyBudget, type PduSink, PduSplitter } from './splitter.js';
import { type StreamHandler, type TcpLimits, TcpReassembler } from './tcp.js';

export interface CaptureLimits extends TcpLimits {
  /** Octets of unfinished PDUs in all streams together. Default 64 MiB. */
  readonly assemblyBytes?: number;
  readonly fragments?: FragmentLimits;
}

export interface PduReaderOptions {
  /** Named in problems and errors. */
  readonly file?: string;
  readonly limits?: CaptureLimits;
  readonly onPdu: (pdu: CapturedPdu) => void;
  /** A PDU that a gap or the end took a part of; without this, it is a problem. */
  readonly onCut?: (pdu: CapturedPdu) => void;
  readonly onProblem?: (problem: Problem) => void;
  readonly onEnd?: (end: StreamEnd) => void;
}

interface Owner extends Direction<PduSplitter<Owner>> {}

/** From the octets of a capture, in pieces of any size, to its PDUs. Does no I/O. */
export class PduReader {
  readonly #reader: CaptureReader;
  readonly #tcp: TcpReassembler<PduSplitter<Owner>>;
  readonly #fragments: FragmentTable;
  readonly #datagram = new Datagram();
  readonly #options: PduReaderOptions;
  readonly #file: string;
  readonly #unknownLinks = new Set<number>();
  #broken = 0;

  constructor(options: PduReaderOptions) {
    const { file = 'capture', limits = {} } = options;
    this.#options = options;
    this.#file = file;
    this.#reader = new CaptureReader({
      file,
      onPacket: (packet) => this.#packet(packet),
      ...(options.onProblem && { onProblem: options.onProblem }),
    });
    this.#tcp = new TcpReassembler(this.#streams(new AssemblyBudget(limits.assemblyBytes)), limits);
    this.#fragments = new FragmentTable(
      (frame, why) => this.#problem('warning', frame, `an IP datagram is not whole: ${why}`),
      limits.fragments,
    );
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
    if (this.#broken > 0) this.#problem('info', undefined, `${this.#broken} packets with a broken IP or TCP header`);
  }

  #packet(packet: Packet): void {
    const start = ipOffset(packet.bytes, packet.start, packet.end, packet.linkType);
    if (start < 0) {
      if (start === UNKNOWN_LINK) this.#unknownLink(packet);
      return;
    }
    const datagram = this.#datagram;
    if (!readDatagram(packet.bytes, start, packet.end, datagram)) {
      this.#broken++;
      return;
    }
    if (datagram.fragment && !this.#fragments.add(datagram, packet.frame)) return;
    if (datagram.protocol === IP_PROTOCOL.TCP && !this.#tcp.segment(datagram, packet)) this.#broken++;
  }

  #unknownLink({ linkType, frame, offset }: Packet): void {
    if (this.#unknownLinks.has(linkType)) return;
    this.#unknownLinks.add(linkType);
    const message = `link type ${linkType} is not known; its packets are passed over`;
    this.#options.onProblem?.({ kind: 'problem', severity: 'error', file: this.#file, frame, offset, message });
  }

  #streams(budget: AssemblyBudget): StreamHandler<PduSplitter<Owner>> {
    const sink = this.#sink();
    return {
      data(direction, bytes, start, end, frame, seconds, nanoseconds) {
        if (direction.state === undefined) {
          const { connection, fromSyn } = direction;
          const smb = connection.uses(445) || connection.uses(139);
          direction.state = new PduSplitter<Owner>(direction, sink, budget, fromSyn, smb);
        }
        direction.state.data(bytes, start, end, frame, seconds, nanoseconds);
      },
      gap: (direction, lost, frame) => {
        direction.state?.gap(lost);
        if (!carriesRpc(direction.connection)) return;
        const what = lost < 0 ? 'the sequence numbers jump' : `${lost} octets of the stream are not in the capture`;
        this.#problem('warning', frame, what, direction.connection.stream);
      },
      end: (connection) => {
        const carried = carriesRpc(connection);
        connection.forward.state?.end();
        connection.backward.state?.end();
        if (carried) this.#options.onEnd?.({ kind: 'end', stream: connection.stream });
      },
    };
  }

  #sink(): PduSink<Owner> {
    const { onPdu, onCut } = this.#options;
    return {
      pdu: (direction, bytes, missing, firstFrame, frame, seconds, nanoseconds) => {
        const { connection } = direction;
        if (connection.client === undefined)
          connection.client = isFromClient(bytes[2] as number) === direction.forward ? 'first' : 'second';
        const pdu = new CapturedPdu(direction, bytes, missing, firstFrame, frame, seconds, nanoseconds);
        if (missing === 0) onPdu(pdu);
        else if (onCut) onCut(pdu);
        else this.#problem('warning', frame, `a PDU without its last ${missing} octets`, connection.stream);
      },
      skipped: (direction, octets, before, frame) => {
        const where = before ? 'before the first PDU' : 'that are no PDU';
        const message = `${octets} octets ${where} skipped`;
        this.#problem(before ? 'info' : 'warning', frame, message, direction.connection.stream);
      },
    };
  }

  #problem(severity: Problem['severity'], frame: number | undefined, message: string, stream?: number): void {
    this.#options.onProblem?.({
      kind: 'problem',
      severity,
      file: this.#file,
      ...(frame !== undefined && { frame }),
      ...(stream !== undefined && { stream }),
      message,
    });
  }
}

const carriesRpc = ({ forward, backward }: Connection<PduSplitter<Owner>>): boolean =>
  forward.state?.carriesRpc === true || backward.state?.carriesRpc === true;

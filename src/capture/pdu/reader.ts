import type { Problem } from '../file/error.js';
import type { Connection, Direction } from '../stream/connection.js';
import { type StreamLimits, StreamReader } from '../stream/reader.js';
import type { StreamHandler } from '../stream/tcp.js';
import { CapturedPdu, type StreamEnd } from './pdu.js';
import { isFromClient } from './recognise.js';
import { AssemblyBudget, type PduSink, PduSplitter } from './splitter.js';

export interface CaptureLimits extends StreamLimits {
  /** Octets of unfinished PDUs in all streams together. Default 64 MiB. */
  readonly assemblyBytes?: number;
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
  readonly #streams: StreamReader<PduSplitter<Owner>>;
  readonly #options: PduReaderOptions;

  constructor(options: PduReaderOptions) {
    const { file, limits = {}, onProblem } = options;
    this.#options = options;
    this.#streams = new StreamReader({
      ...(file !== undefined && { file }),
      limits,
      streams: this.#handler(new AssemblyBudget(limits.assemblyBytes)),
      ...(onProblem && { onProblem }),
    });
  }

  /** Packets so far. */
  get frames(): number {
    return this.#streams.frames;
  }

  /** TCP streams so far. */
  get streams(): number {
    return this.#streams.streams;
  }

  /** Throws `CaptureError` where this is no capture. */
  push(chunk: Uint8Array): void {
    this.#streams.push(chunk);
  }

  end(): void {
    this.#streams.end();
  }

  #handler(budget: AssemblyBudget): StreamHandler<PduSplitter<Owner>> {
    const sink = this.#sink();
    return {
      data(direction, bytes, start, end, frame, seconds, nanoseconds) {
        direction.state ??= splitterOf(direction, sink, budget);
        direction.state.data(bytes, start, end, frame, seconds, nanoseconds);
        // Most streams of most captures: they need no memory of their own.
        if (direction.state.isOther) direction.state = OTHER;
      },
      gap: (direction, lost, frame) => {
        const { stream } = direction.connection;
        direction.state?.gap(lost);
        if (!carriesRpc(direction.connection)) return;
        const what = lost < 0 ? 'the sequence numbers jump' : `${lost} octets of the stream are not in the capture`;
        this.#streams.problem('warning', what, { frame, stream });
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
        connection.valued = true;
        if (connection.client === undefined)
          connection.client = isFromClient(bytes[2] as number) === direction.forward ? 'first' : 'second';
        const pdu = new CapturedPdu(direction, bytes, missing, firstFrame, frame, seconds, nanoseconds);
        if (missing === 0) onPdu(pdu);
        else if (onCut) onCut(pdu);
        else {
          const { stream } = connection;
          this.#streams.problem('warning', `a PDU without its last ${missing} octets`, { frame, stream });
        }
      },
      skipped: (direction, { octets, offset, frame, type }, before) => {
        const { stream } = direction.connection;
        const what = `${before ? 'before the first PDU' : 'that are no PDU'}${type === undefined ? '' : ` (PTYPE ${type})`}`;
        const message = `${octets} octets ${what} skipped, from offset ${offset} of the stream on`;
        this.#streams.problem(before ? 'info' : 'warning', message, { frame, stream });
      },
    };
  }
}

/** Of every direction that is no RPC. */
const OTHER = PduSplitter.ofOther<Owner>();

function splitterOf(direction: Owner, sink: PduSink<Owner>, budget: AssemblyBudget): PduSplitter<Owner> {
  const { connection, fromSyn } = direction;
  const smb = connection.uses(445) || connection.uses(139);
  return new PduSplitter<Owner>(direction, sink, budget, fromSyn, smb);
}

const carriesRpc = ({ forward, backward }: Connection<PduSplitter<Owner>>): boolean =>
  forward.state?.carriesRpc === true || backward.state?.carriesRpc === true;

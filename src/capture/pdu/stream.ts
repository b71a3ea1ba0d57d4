import type { Problem } from '../file/error.js';
import type { Connection, Direction, StreamConsumer } from '../stream/connection.js';
import { CapturedPdu, type OpenStream, type PduConsumer } from './pdu.js';
import { isFromClient } from './recognise.js';
import { type AssemblyBudget, type PduSink, PduSplitter, type Skipped } from './splitter.js';

/** What the streams of one capture have in common. */
export interface PduStreamOptions {
  readonly open: OpenStream;
  readonly budget: AssemblyBudget;
  readonly problem: (severity: Problem['severity'], message: string, where: { frame: number; stream: number }) => void;
}

/** One connection, from its octets to its PDUs. */
export class PduStream implements StreamConsumer, PduSink<Direction> {
  readonly #options: PduStreamOptions;
  readonly #connection: Connection;
  readonly #remainder: string | undefined;
  #forward: PduSplitter<Direction> | undefined;
  #backward: PduSplitter<Direction> | undefined;
  #next: PduConsumer | undefined;

  constructor(options: PduStreamOptions, connection: Connection, remainder: string | undefined) {
    this.#options = options;
    this.#connection = connection;
    this.#remainder = remainder;
  }

  get valued(): boolean {
    return this.#next !== undefined || this.#connection.resumed;
  }

  get remainder(): string | undefined {
    return this.#next === undefined ? this.#remainder : this.#next.remainder;
  }

  data(
    direction: Direction,
    bytes: Buffer,
    start: number,
    end: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    const splitter = (direction.forward ? this.#forward : this.#backward) ?? this.#begin(direction, direction.fromSyn);
    splitter.data(bytes, start, end, frame, seconds, nanoseconds);
    // Most streams of most captures: they need no memory of their own.
    if (splitter.isOther) this.#set(direction, OTHER);
  }

  gap(direction: Direction, lost: number, frame: number): void {
    const splitter = (direction.forward ? this.#forward : this.#backward) ?? this.#begin(direction, false);
    splitter.gap(lost);
    if (!this.#carriesRpc) return;
    const what = lost < 0 ? 'the sequence numbers jump' : `${lost} octets of the stream are not in the capture`;
    this.#options.problem('warning', what, { frame, stream: this.#connection.stream });
  }

  end(): void {
    this.#forward?.end();
    this.#backward?.end();
    this.#next?.end?.();
  }

  pdu(
    direction: Direction,
    bytes: Buffer,
    missing: number,
    firstFrame: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): void {
    const connection = this.#connection;
    if (connection.client === undefined)
      connection.client = isFromClient(bytes[2] as number) === direction.forward ? 'first' : 'second';
    const pdu = new CapturedPdu(direction, bytes, missing, firstFrame, frame, seconds, nanoseconds);
    this.#next ??= this.#options.open(connection.stream, this.#remainder);
    if (missing === 0) this.#next.pdu(pdu);
    else if (this.#next.cut !== undefined) this.#next.cut(pdu);
    else {
      const { stream } = connection;
      this.#options.problem('warning', `a PDU without its last ${missing} octets`, { frame, stream });
    }
  }

  skipped(_direction: Direction, { octets, offset, frame, type }: Skipped, before: boolean): void {
    const { stream } = this.#connection;
    const what = `${before ? 'before the first PDU' : 'that are no PDU'}${type === undefined ? '' : ` (PTYPE ${type})`}`;
    const message = `${octets} octets ${what} skipped, from offset ${offset} of the stream on`;
    this.#options.problem(before ? 'info' : 'warning', message, { frame, stream });
  }

  get #carriesRpc(): boolean {
    return this.#forward?.carriesRpc === true || this.#backward?.carriesRpc === true;
  }

  #begin(direction: Direction, fromStart: boolean): PduSplitter<Direction> {
    const smb = this.#connection.uses(445) || this.#connection.uses(139);
    const splitter = new PduSplitter<Direction>(direction, this, this.#options.budget, fromStart, smb);
    this.#set(direction, splitter);
    return splitter;
  }

  #set({ forward }: Direction, splitter: PduSplitter<Direction>): void {
    if (forward) this.#forward = splitter;
    else this.#backward = splitter;
  }
}

/** Of every direction that is no RPC. */
const OTHER = PduSplitter.ofOther<Direction>();

import type { Problem } from '../file/error.js';
import type { Understood } from '../file/understood.js';
import type { LogonOptions } from '../logon/logon.js';
import type { NamedPipe } from '../smb/pipe.js';
import type { AssemblyBudget } from '../stream/assembly.js';
import type { Connection, Direction, StreamConsumer } from '../stream/connection.js';
import { CapturedPdu, type OpenStream, type PduConsumer } from './pdu.js';
import { learnClient } from './recognise.js';
import { type PduSink, PduSplitter, type Skipped } from './splitter.js';
import { beginsTls, IN_TLS } from './tls.js';

/** What the streams of one capture have in common. */
export interface PduStreamOptions {
  readonly open: OpenStream;
  readonly budget: AssemblyBudget;
  readonly understood: Understood;
  /** Where the logons of other protocols are wanted. */
  readonly logons?: LogonOptions | undefined;
  /** The file that is read. */
  readonly file: () => string;
  readonly problem: (severity: Problem['severity'], message: string, where: { frame: number; stream: number }) => void;
}

/** How the octets of a connection travel, where that is not just TCP. */
export interface Carrier {
  /** The pipe of SMB that they come by. */
  readonly pipe?: NamedPipe;
  /** On a port of SMB, where RPC travels inside of it, a PDU is believed only as the stream's first octets. */
  readonly onlyAtStart?: boolean;
}

/** One connection of RPC, that is a connection of TCP or a pipe in one, from its octets to its PDUs. */
export class PduStream implements StreamConsumer, PduSink<Direction> {
  readonly #options: PduStreamOptions;
  readonly #connection: Connection;
  readonly #remainder: string | undefined;
  readonly #carrier: Carrier;
  #forward: PduSplitter<Direction> | undefined;
  #backward: PduSplitter<Direction> | undefined;
  #next: PduConsumer | undefined;
  /** The gap that is told took a part of a PDU. */
  #cut = false;
  /** It is one that a snap length made. */
  #snapped = false;

  constructor(
    options: PduStreamOptions,
    connection: Connection,
    remainder: string | undefined,
    carrier: Carrier = TCP,
  ) {
    this.#options = options;
    this.#carrier = carrier;
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
    const splitter =
      (direction.forward ? this.#forward : this.#backward) ?? this.#first(direction, bytes, start, end, frame);
    splitter.data(bytes, start, end, frame, seconds, nanoseconds);
    // Most streams of most captures: they need no memory of their own.
    if (splitter.isOther) this.#set(direction, OTHER);
  }

  gap(direction: Direction, lost: number, frame: number, snapped: boolean): void {
    const splitter = (direction.forward ? this.#forward : this.#backward) ?? this.#begin(direction, false);
    this.#cut = false;
    this.#snapped = snapped;
    splitter.gap(lost);
    this.#snapped = false;
    // A PDU that was cut says it; and of all pipes the connection does.
    if (!this.#carriesRpc || (snapped && this.#cut) || this.#carrier.pipe !== undefined) return;
    this.#options.problem('warning', lostText(lost), { frame, stream: this.#connection.stream });
  }

  end(): void {
    this.#forward?.end();
    this.#backward?.end();
    this.#next?.end?.();
    this.#account();
  }

  /** Both channels of RPC over HTTP are connections of their own. */
  head(direction: Direction, from: 'client' | 'server'): boolean {
    const connection = this.#connection;
    if (from === 'server' || connection.overHttp) return connection.overHttp;
    connection.overHttp = true;
    connection.client ??= direction.forward ? 'first' : 'second';
    const place = { file: this.#options.file(), frame: connection.lastFrame };
    this.#options.understood.pass(OVER_HTTP, place, false);
    return true;
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
    learnClient(connection, direction, bytes[2] as number);
    const { understood } = this.#options;
    const file = this.#options.file();
    understood.pdus++;
    if (missing > 0) this.#cut = true;
    if (missing > 0) understood.pass(CUT, { file, frame }, false);
    if (!connection.carriesRpc) understood.rpc++;
    connection.carriesRpc = true;
    const pdu = new CapturedPdu(
      direction,
      bytes,
      missing,
      firstFrame,
      frame,
      seconds,
      nanoseconds,
      file,
      this.#snapped,
      this.#carrier.pipe,
    );
    this.#next ??= this.#options.open(connection.stream, this.#remainder, this.#carrier.pipe);
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
    const { pipe } = this.#carrier;
    const whole = pipe === undefined ? 'the stream' : `the pipe ${pipe.name ?? pipe.fid}`;
    const message = `${octets} octets ${what} skipped, from offset ${offset} of ${whole} on`;
    this.#options.problem(before ? 'info' : 'warning', message, { frame, stream });
  }

  /** Which half of the connection was not there. */
  #account(): void {
    // A channel of RPC over HTTP carries PDUs in one direction.
    if (this.#next === undefined || this.#connection.overHttp) return;
    const { understood } = this.#options;
    const { client, lastFrame: frame, forward, backward } = this.#connection;
    const place = { file: this.#options.file(), frame };
    const [first, second] =
      this.#carrier.pipe === undefined
        ? [this.#forward !== undefined, this.#backward !== undefined]
        : [forward.started, backward.started];
    const [fromClient, fromServer] = client === 'first' ? [first, second] : [second, first];
    if (!fromClient) understood.pass("connections of which the client's half was not captured", place);
    if (!fromServer) understood.pass("connections of which the server's half was not captured", place, false);
  }

  get #carriesRpc(): boolean {
    return this.#forward?.carriesRpc === true || this.#backward?.carriesRpc === true;
  }

  /** By the first octets of a direction that are there. */
  #first(direction: Direction, bytes: Buffer, start: number, end: number, frame: number): PduSplitter<Direction> {
    const { pipe } = this.#carrier;
    if (pipe !== undefined) return this.#begin(direction, pipe.opened);
    if (beginsTls(this.#connection, bytes, start, end))
      this.#options.understood.pass(IN_TLS, { file: this.#options.file(), frame }, false);
    return this.#begin(direction, direction.fromSyn);
  }

  #begin(direction: Direction, fromStart: boolean): PduSplitter<Direction> {
    const { onlyAtStart = false } = this.#carrier;
    const splitter = new PduSplitter<Direction>(direction, this, this.#options.budget, fromStart, onlyAtStart);
    this.#set(direction, splitter);
    return splitter;
  }

  #set({ forward }: Direction, splitter: PduSplitter<Direction>): void {
    if (forward) this.#forward = splitter;
    else this.#backward = splitter;
  }
}

const CUT = 'PDUs of which a part was not captured, and what stands there: parameters, names, levels';

const OVER_HTTP =
  'connections of RPC over HTTP (ncacn_http), of which each is read by itself: what is asked on one is answered on another';

const TCP: Carrier = {};

/** What to say of a gap. */
export const lostText = (lost: number): string =>
  lost < 0 ? 'the sequence numbers jump' : `${lost} octets of the stream are not in the capture`;

/** Of every direction that is no RPC. */
const OTHER = PduSplitter.ofOther<Direction>();

import { PROTOCOL_ID, SMB2_TRANSFORM_HEADER } from '../../codec/smb/index.js';
import type { PassiveContext, SmbSessionCipher } from '../../security/index.js';
import { type LogonOptions, Logons } from '../logon/logon.js';
import type { AssemblyBudget } from '../stream/assembly.js';
import type { Connection, Direction, StreamConsumer } from '../stream/connection.js';
import { SmbFramer, type SmbSink } from './framer.js';
import type { NamedPipe, Pipe } from './pipe.js';
import { Smb2Sessions, type TellLogon } from './sessions.js';
import { Smb1Tracker } from './smb1.js';
import { Smb2Tracker } from './smb2.js';
import { type SmbBudget, type SmbMessage, SmbTables } from './tables.js';

/**
 * Messages that a reader cannot open: [MS-SMB2] 2.2.41 and 2.2.42. A session's logon can be missing, no secret may fit
 * it, and a message that is opened may not be the one that was sent.
 */
export type ClosedMessage = 'no logon' | 'no secret' | 'wrong signature' | 'compressed';

/** What the connections of SMB of one capture have in common. */
export interface SmbConnectionOptions {
  /** Takes the octets of a pipe, from the first ones on. `remainder` is as in `OpenConnection`. */
  readonly open: (connection: Connection, pipe: NamedPipe, remainder: string | undefined) => StreamConsumer;
  /** Whether what stands at `at` can be the beginning of a PDU, as it has to be where nobody knows that it is a pipe. */
  readonly isPdu: (bytes: Buffer, at: number, end: number) => boolean;
  /** Follows the handshake of a session; where it knows the secret, encrypted messages are opened. */
  readonly observe?: ((authType: number) => PassiveContext | undefined) | undefined;
  /** Told of each message that cannot be read. */
  readonly closed: (what: ClosedMessage, frame: number) => void;
  readonly budget: SmbBudget;
  readonly assemblies: AssemblyBudget;
  /** Where the logons of sessions are wanted. */
  readonly logons?: LogonOptions | undefined;
}

/** [MS-SMB2] 2.2.41. */
const SESSION_AT = 44;
/** Pipes whose remainder is kept where a connection is forgotten while it is open. */
const MAX_REMAINING = 8;
type RemainingPipe = readonly [key: string, named: NamedPipe, remainder: string | null];

/**
 * A connection of SMB, from its octets to those of its pipes, each of which is a connection of RPC of its own
 * ([MS-RPCE] 2.1.1.2). Signatures are not checked.
 */
export class SmbConnection implements StreamConsumer {
  readonly #options: SmbConnectionOptions;
  readonly #connection: Connection;
  readonly #tables: SmbTables;
  readonly #sessions: Smb2Sessions;
  readonly #smb2: Smb2Tracker;
  readonly #logons: Logons | undefined;
  /** Most connections have none of it. */
  #smb1: Smb1Tracker | undefined;
  #forward: SmbFramer | undefined;
  #backward: SmbFramer | undefined;
  #lostForward = 0;
  #lostBackward = 0;
  /** A pipe of it has carried PDUs. */
  #carried = false;
  /** A snap length made the gap that is told. */
  #snapped = false;
  #frame = 0;
  #seconds = 0;
  #nanoseconds = 0;
  /** Once it is known which side is the server. */
  #server: string | undefined;

  constructor(options: SmbConnectionOptions, connection: Connection, remainder?: string) {
    this.#options = options;
    this.#connection = connection;
    this.#logons = options.logons && new Logons(options.logons, 'smb');
    this.#tables = new SmbTables({
      budget: options.budget,
      deliver: (pipe, message, from, to) => this.#deliver(pipe, message, from, to),
      losses: () => [this.#lostForward, this.#lostBackward],
      server: () => this.#serverText(),
    });
    this.#sessions = new Smb2Sessions({
      budget: options.budget,
      observe: options.observe,
      tell: this.#tell,
      server: () => this.#serverText(),
    });
    this.#smb2 = new Smb2Tracker(this.#tables, this.#sessions);
    for (const [key, named, kept] of remainder === undefined ? [] : (JSON.parse(remainder) as RemainingPipe[]))
      this.#tables.restore(key, named, kept ?? undefined);
  }

  get valued(): boolean {
    return this.#carried || this.#connection.resumed;
  }

  get remainder(): string | undefined {
    const open = this.#tables.pipes.filter(({ consumer, remainder }) => consumer?.valued || remainder !== undefined);
    if (open.length === 0) return undefined;
    const kept = open
      .slice(-MAX_REMAINING)
      .map(
        ({ key, named, consumer, remainder }): RemainingPipe => [key, named, consumer?.remainder ?? remainder ?? null],
      );
    return JSON.stringify(kept);
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
    this.#framer(direction, direction.fromSyn).data(bytes, start, end, frame, seconds, nanoseconds);
  }

  gap(direction: Direction, lost: number, frame: number, snapped: boolean): void {
    this.#snapped = snapped;
    this.#frame = frame;
    this.#framer(direction, false).gap(lost);
    this.#snapped = false;
  }

  end(): void {
    this.#forward?.end();
    this.#backward?.end();
    this.#tables.end();
    this.#sessions.end();
    this.#logons?.end();
  }

  #framer(direction: Direction, fromStart: boolean): SmbFramer {
    const known = direction.forward ? this.#forward : this.#backward;
    if (known !== undefined) return known;
    const framer = new SmbFramer(this.#sink(direction), this.#options.assemblies, fromStart);
    if (direction.forward) this.#forward = framer;
    else this.#backward = framer;
    return framer;
  }

  #sink(direction: Direction): SmbSink {
    return {
      wants: (bytes, at, length, frame) => this.#wants(direction, bytes, at, length, frame),
      message: (bytes, missing, frame, seconds, nanoseconds) => {
        this.#frame = frame;
        this.#seconds = seconds;
        this.#nanoseconds = nanoseconds;
        if (bytes[0] === PROTOCOL_ID.ENCRYPTED) this.#encrypted(direction, bytes, missing);
        else this.#tracker(bytes[0]).take({ direction, bytes, missing });
        if (missing > 0) this.#lost(direction);
      },
      lost: () => this.#lost(direction),
    };
  }

  #wants(direction: Direction, bytes: Buffer, at: number, length: number, frame: number): boolean {
    const protocol = bytes[at] as number;
    if (protocol === PROTOCOL_ID.SMB2 || protocol === PROTOCOL_ID.SMB1) {
      const tracker = this.#tracker(protocol);
      this.#connection.client ??= tracker.isReply(bytes, at) === direction.forward ? 'second' : 'first';
      return tracker.wants(bytes, at, length);
    }
    if (protocol !== PROTOCOL_ID.ENCRYPTED) return this.#closed('compressed', direction, frame);
    if (length < SMB2_TRANSFORM_HEADER.size || bytes.length < at + SMB2_TRANSFORM_HEADER.size) return false;
    const keys = this.#sessions.keys(sessionOf(bytes, at));
    if (keys === undefined) return this.#closed('no logon', direction, frame);
    return keys !== 'unknown' || this.#closed('no secret', direction, frame);
  }

  /** Never true: it is not wanted. */
  #closed(what: ClosedMessage, direction: Direction, frame: number): false {
    this.#options.closed(what, frame);
    this.#lost(direction);
    return false;
  }

  /** Its contents are wanted, or not, as if they were not encrypted. */
  #encrypted(direction: Direction, octets: Buffer, missing: number): void {
    const keys = this.#sessions.keys(sessionOf(octets, 0));
    if (keys === undefined || keys === 'unknown') return;
    const bytes = openedBy(keys, direction, octets, missing);
    if (bytes === undefined) this.#closed('wrong signature', direction, this.#frame);
    else if (bytes[0] === PROTOCOL_ID.COMPRESSED) this.#closed('compressed', direction, this.#frame);
    else if (bytes[0] === PROTOCOL_ID.SMB2 && this.#smb2.wants(bytes, 0, bytes.length + missing))
      this.#smb2.take({ direction, bytes, missing });
  }

  #tracker(protocol: number | undefined): Smb1Tracker | Smb2Tracker {
    if (protocol === PROTOCOL_ID.SMB2) return this.#smb2;
    this.#smb1 ??= new Smb1Tracker(this.#tables, this.#tell);
    return this.#smb1;
  }

  readonly #tell: TellLogon = (direction, exchange, message) =>
    this.#logons?.take(
      { direction, frame: this.#frame, seconds: this.#seconds, nanoseconds: this.#nanoseconds, exchange },
      message,
    );

  #serverText(): string {
    if (this.#server !== undefined) return this.#server;
    const text = serverOf(this.#connection);
    if (this.#connection.client !== undefined) this.#server = text;
    return text;
  }

  #lost({ forward }: Direction): void {
    if (forward) this.#lostForward++;
    else this.#lostBackward++;
  }

  #deliver(pipe: Pipe, message: SmbMessage, from: number, to: number): void {
    const { direction, bytes } = message;
    const there = Math.min(to, bytes.length);
    if (pipe.closed || from >= to) return;
    if (pipe.consumer === undefined) {
      if (from >= there || (!pipe.certain && !this.#options.isPdu(bytes, from, there))) return;
      pipe.home = this.#connection;
      pipe.consumer = this.#options.open(this.#connection, pipe.named, pipe.remainder);
    }
    if (pipe.home === this.#connection) this.#give(pipe.consumer, pipe, message, from, to);
    else if (pipe.home !== undefined) this.#giveTo(pipe.consumer, sameWay(direction, pipe.home), bytes, from, to);
    if (pipe.consumer?.valued) this.#carried = true;
  }

  #give(consumer: StreamConsumer, pipe: Pipe, { direction, bytes }: SmbMessage, from: number, to: number): void {
    const { forward } = direction;
    if ((forward ? pipe.lostForward : pipe.lostBackward) !== (forward ? this.#lostForward : this.#lostBackward))
      consumer.gap(direction, -1, this.#frame, this.#snapped);
    this.#giveTo(consumer, direction, bytes, from, to);
    // A message that is cut counts as lost when it has been taken; of this pipe it is known what is missing.
    const counted = bytes.length < to ? 1 : 0;
    if (forward) pipe.lostForward = this.#lostForward + counted;
    else pipe.lostBackward = this.#lostBackward + counted;
  }

  #giveTo(consumer: StreamConsumer, direction: Direction, bytes: Buffer, from: number, to: number): void {
    const there = Math.min(to, bytes.length);
    if (from < there) consumer.data(direction, bytes, from, there, this.#frame, this.#seconds, this.#nanoseconds);
    if (there < to) consumer.gap(direction, to - Math.max(from, there), this.#frame, this.#snapped);
  }
}

const sessionOf = (bytes: Buffer, at: number): bigint => bytes.readBigUInt64LE(at + SESSION_AT);

function openedBy(
  keys: SmbSessionCipher,
  { toServer }: Direction,
  octets: Buffer,
  missing: number,
): Buffer | undefined {
  const from = toServer ? 'client' : 'server';
  return missing > 0 ? keys.openPart(from, octets) : keys.open(from, octets);
}

const sameWay = ({ toServer }: Direction, { forward, backward }: Connection): Direction =>
  forward.toServer === toServer ? forward : backward;

/** The address of the server, in a form that is quick to make. */
const serverOf = (c: Connection): string =>
  c.client === 'second'
    ? `${c.address0} ${c.address1} ${c.address2} ${c.address3} `
    : `${c.peer0} ${c.peer1} ${c.peer2} ${c.peer3} `;

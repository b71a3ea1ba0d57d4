import { PROTOCOL_ID, SESSION_PACKET, session_packet_header } from '../../codec/smb/index.js';
import type { AssemblyBudget } from '../stream/assembly.js';
import { MessageRest } from '../stream/message-rest.js';

/** Takes the messages of one direction. */
export interface SmbSink {
  /** Whether a message is to be given; the first octets of it stand at `at`, and it has `length` in all. */
  wants(bytes: Buffer, at: number, length: number, frame: number): boolean;
  /** A message from its protocol id on; where `missing` is above 0, that many octets of its end are not there. */
  message(bytes: Buffer, missing: number, frame: number, seconds: number, nanoseconds: number): void;
  /** Messages that would have been wanted may be lost here. */
  lost(): void;
}

const HEADER = session_packet_header.size;
/** Octets of a message that `wants` is shown, where it has as many: a header of SMB2, and a FileId behind it. */
const HEAD = 96;
/** The last octets of a segment, which may be the first ones of a message: its length and its protocol id but for one. */
const STRADDLE = 7;
const NAME = Buffer.from('SMB', 'latin1');

/**
 * Splits one direction of a connection into messages of SMB, over direct TCP ([MS-SMB2] 2.1) or NetBIOS (RFC 1002 4.3). What
 * nobody wants, such as the content of files, is passed over without being kept.
 */
export class SmbFramer {
  readonly #sink: SmbSink;
  readonly #rest: MessageRest;
  /** Where the next message starts is not known. */
  #searching: boolean;
  /** The octets of a head that is not whole yet. */
  #held: Buffer | undefined = undefined;
  #frame = 0;
  #seconds = 0;
  #nanoseconds = 0;

  constructor(sink: SmbSink, budget: AssemblyBudget, fromStart: boolean) {
    this.#sink = sink;
    this.#rest = new MessageRest(budget, (bytes, missing) => this.#emit(bytes, missing));
    this.#searching = !fromStart;
  }

  data(bytes: Buffer, start: number, end: number, frame: number, seconds: number, nanoseconds: number): void {
    this.#frame = frame;
    this.#seconds = seconds;
    this.#nanoseconds = nanoseconds;
    let all = bytes;
    let at = start;
    let to = end;
    if (this.#held !== undefined) {
      all = Buffer.concat([this.#held, bytes.subarray(start, end)]);
      at = 0;
      to = all.length;
      this.#held = undefined;
    }
    while (at < to) {
      if (this.#rest.open) at = this.#rest.take(all, at, to);
      else if (this.#searching) at = this.#search(all, at, to);
      else at = this.#boundary(all, at, to);
    }
  }

  /** The next `lost` octets are missing; -1 where their number is not known. */
  gap(lost: number): void {
    this.#held = undefined;
    if (this.#rest.gap(lost)) return;
    this.#searching = true;
    this.#sink.lost();
  }

  end(): void {
    this.#rest.cut();
  }

  #boundary(bytes: Buffer, at: number, to: number): number {
    const available = to - at;
    if (available < HEADER) return this.#hold(bytes, at, to);
    const type = bytes[at] as number;
    const length = ((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number);
    if (type !== SESSION_PACKET.MESSAGE) {
      if (type < SESSION_PACKET.REQUEST || type > SESSION_PACKET.LAST) return this.#astray(at);
      this.#rest.passOver(length);
      return at + HEADER;
    }
    if (available < HEADER + Math.min(length, HEAD)) return this.#hold(bytes, at, to);
    const message = at + HEADER;
    if (length >= HEADER && !isProtocolId(bytes, message)) return this.#astray(at);
    if (length < HEADER || !this.#sink.wants(bytes, message, length, this.#frame)) {
      this.#rest.passOver(length);
      return message;
    }
    if (to - message >= length) {
      this.#emit(bytes.subarray(message, message + length), 0);
      return message + length;
    }
    if (!this.#rest.keep(length, to - message)) this.#sink.lost();
    return message;
  }

  /** The octets at `at` are no message. */
  #astray(at: number): number {
    this.#searching = true;
    this.#sink.lost();
    return at;
  }

  #hold(bytes: Buffer, at: number, to: number): number {
    this.#held = Buffer.from(bytes.subarray(at, to));
    return to;
  }

  #search(bytes: Buffer, from: number, to: number): number {
    const all = bytes.subarray(from, to);
    for (let name = all.indexOf(NAME, HEADER + 1); name >= 0; name = all.indexOf(NAME, name + 1)) {
      if (!startsMessage(all, name - HEADER - 1)) continue;
      this.#searching = false;
      return from + name - HEADER - 1;
    }
    return this.#hold(bytes, Math.max(from, to - STRADDLE), to);
  }

  #emit(bytes: Buffer, missing: number): void {
    this.#sink.message(bytes, missing, this.#frame, this.#seconds, this.#nanoseconds);
  }
}

const isProtocolId = (bytes: Buffer, at: number): boolean =>
  (bytes[at] as number) >= PROTOCOL_ID.COMPRESSED &&
  bytes[at + 1] === NAME[0] &&
  bytes[at + 2] === NAME[1] &&
  bytes[at + 3] === NAME[2];

/** Found only by its name, it has to have more of a message: zero before its length, and the size of SMB2's header. */
function startsMessage(bytes: Buffer, at: number): boolean {
  if (bytes[at] !== SESSION_PACKET.MESSAGE || !isProtocolId(bytes, at + HEADER)) return false;
  const isSmb2 = bytes[at + HEADER] === PROTOCOL_ID.SMB2;
  return !isSmb2 || at + HEADER + 6 > bytes.length || bytes.readUInt16LE(at + HEADER + 4) === 64;
}

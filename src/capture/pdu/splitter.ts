import { AssemblyBudget } from '../stream/assembly.js';
import { MessageRest } from '../stream/message-rest.js';
import {
  COMMON_HEADER,
  fragLength,
  HEAD_STRADDLE,
  httpBody,
  httpHead,
  isSmb,
  rtsLength,
  startsPdu,
  unknownType,
} from './recognise.js';

/** Takes the PDUs; `owner` is what the splitter was made for. */
export interface PduSink<O> {
  /** A whole PDU; or, where `missing` is above 0, the start of one of which that many octets are not there. */
  pdu(
    owner: O,
    bytes: Buffer,
    missing: number,
    firstFrame: number,
    frame: number,
    seconds: number,
    nanoseconds: number,
  ): void;
  /** Octets that belong to no PDU: `before` the first one, or between two. */
  skipped(owner: O, skipped: Skipped, before: boolean): void;
  /** A head of HTTP; true where what follows it is RPC over HTTP. */
  head?(owner: O, from: 'client' | 'server'): boolean;
}

/** Octets of a direction that belong to no PDU. */
export interface Skipped {
  octets: number;
  /** Of the first octet: how far it is from the first one of the direction that was captured. */
  readonly offset: number;
  readonly frame: number;
  /** Where all but the type is that of a common header: the type. */
  readonly type: number | undefined;
}

/** What a direction is known to be. */
const FRESH = 0; // no PDU seen yet
const IN_STEP = 1; // the next octet starts a PDU
const SEARCHING = 2; // it carries PDUs, but where the next one starts is not known
const OTHER = 3; // it is no RPC
const IN_HEAD = 4; // in a head of HTTP, behind which it is as FRESH

/** How far into a direction that was joined in its middle the first PDU is searched for inside segments. */
const SEARCH_IN_FRESH = 262_144;
/**
 * Splits one direction of a stream into connection-oriented PDUs by their common headers. A direction that never shows
 * one is not RPC; after a gap or octets that are no PDU it goes on with the next that is.
 */
export class PduSplitter<O> {
  /** Offset in the direction of the PDU that was found last, with the octets that are known to be missing. */
  start = 0;
  readonly #owner: O;
  readonly #sink: PduSink<O>;
  readonly #rest: MessageRest;
  #mode: number;
  /** A PDU is believed only as the stream's first octets. */
  readonly #onlyAtStart: boolean;
  readonly #fromStart: boolean;
  #searchLeft: number;
  /** It is RPC over HTTP, which has a PDU type of its own. */
  #http = false;
  #skipped: Skipped | undefined = undefined;
  /** Offset in the direction of the octet at index 0 of what is at hand, and of the next one to come. */
  #origin = 0;
  #position = 0;
  /** The octets of a header that is not whole yet. */
  #held: Buffer | undefined = undefined;
  #firstFrame = 0;
  #frame = 0;
  #seconds = 0;
  #nanoseconds = 0;

  constructor(owner: O, sink: PduSink<O>, budget: AssemblyBudget, fromStart: boolean, onlyAtStart: boolean) {
    this.#owner = owner;
    this.#sink = sink;
    this.#rest = new MessageRest(budget, (bytes, missing) => this.#emit(bytes, missing));
    this.#mode = onlyAtStart && !fromStart ? OTHER : FRESH;
    this.#onlyAtStart = onlyAtStart;
    this.#fromStart = fromStart;
    this.#searchLeft = fromStart ? 0 : SEARCH_IN_FRESH;
  }

  /** One that takes octets and finds nothing in them: for all directions that are known to be no RPC. */
  static ofOther<O>(): PduSplitter<O> {
    const sink = { pdu: () => {}, skipped: () => {} };
    return new PduSplitter<O>(undefined as O, sink, new AssemblyBudget(0), false, true);
  }

  /** The direction is no RPC, and never will be. */
  get isOther(): boolean {
    return this.#mode === OTHER;
  }

  /** Its first octets were seen and were no PDU: what looks like one further on, as in a download, has to end right too. */
  get #doubtful(): boolean {
    return this.#mode === FRESH && this.#fromStart && this.#skipped !== undefined;
  }

  /** A PDU was seen in this direction. */
  get carriesRpc(): boolean {
    return this.#mode === IN_STEP || this.#mode === SEARCHING;
  }

  data(bytes: Buffer, start: number, end: number, frame: number, seconds: number, nanoseconds: number): void {
    if (this.#mode === OTHER) return;
    let all = bytes;
    let at = start;
    let to = end;
    // Octets up to here came with an earlier packet.
    let border = start;
    this.#origin = this.#position - start;
    this.#position += end - start;
    if (this.#held !== undefined) {
      border = this.#held.length;
      this.#origin += start - border;
      all = Buffer.concat([this.#held, bytes.subarray(start, end)]);
      at = 0;
      to = all.length;
      this.#held = undefined;
    }
    const before = this.#firstFrame;
    this.#frame = frame;
    this.#seconds = seconds;
    this.#nanoseconds = nanoseconds;
    while (at < to) {
      if (this.#rest.open) at = this.#rest.take(all, at, to);
      else {
        this.#firstFrame = at < border ? before : frame;
        at = this.#boundary(all, at, to, border);
      }
    }
  }

  /** The next `lost` octets are missing; -1 where their number is not known. */
  gap(lost: number): void {
    if (this.#mode === OTHER) return;
    if (this.#mode === IN_HEAD) {
      this.#held = undefined;
      this.#mode = FRESH;
    }
    const inside = this.#rest.gap(lost);
    if (this.#held !== undefined) this.#skip(this.#held, 0, this.#held.length, this.#position - this.#held.length);
    this.#held = undefined;
    this.#position += Math.max(0, lost);
    if (this.#mode === FRESH) {
      if (this.#onlyAtStart) this.#mode = OTHER;
      this.#searchLeft = SEARCH_IN_FRESH;
    } else if (!inside) this.#mode = SEARCHING;
  }

  end(): void {
    this.gap(-1);
    if (this.#mode === SEARCHING) this.#reportSkipped(false);
  }

  /** At a place where a PDU may start; returns where to go on. */
  #boundary(bytes: Buffer, at: number, to: number, border: number): number {
    if (this.#mode === IN_HEAD) return this.#inHead(bytes, at, to);
    const available = to - at;
    if (available < COMMON_HEADER) {
      if (!startsPdu(bytes, at, to) && !this.#http) return this.#noPdu(bytes, at, to, border);
      this.#held = Buffer.from(bytes.subarray(at, to));
      return to;
    }
    const length = fragLength(bytes, at) || (this.#http ? rtsLength(bytes, at) : 0);
    if (length === 0 || (this.#doubtful && !endsRight(bytes, at + length, to)))
      return this.#noPdu(bytes, at, to, border);
    if (this.#mode !== IN_STEP) {
      this.#reportSkipped(this.#mode === FRESH);
      this.#mode = IN_STEP;
    }
    this.start = this.#origin + at;
    if (length <= available) {
      this.#emit(bytes.subarray(at, at + length), 0);
      return at + length;
    }
    // There is no memory for it.
    if (!this.#rest.keep(length, available)) this.#emit(bytes.subarray(at, to), length - available);
    return at;
  }

  #noPdu(bytes: Buffer, at: number, to: number, border: number): number {
    let next = to;
    if (this.#mode === FRESH) {
      if (this.#onlyAtStart || isSmb(bytes, at, to)) {
        this.#mode = OTHER;
        return to;
      }
      if (this.#startsHead(bytes, at)) return at;
      if (at < border) next = border;
      else if (this.#searchLeft > 0) next = this.#searchConfirmed(bytes, at + 1, to);
    } else {
      this.#mode = SEARCHING;
      next = search(bytes, at + 1, to);
    }
    this.#skip(bytes, at, next, this.#origin + at);
    return next;
  }

  /** A head of RPC over HTTP, behind which its PDUs begin. */
  #startsHead(bytes: Buffer, at: number): boolean {
    const from = httpHead(bytes, at);
    if (from === undefined || this.#sink.head?.(this.#owner, from) !== true) return false;
    this.#http = true;
    this.#mode = IN_HEAD;
    // An answer before that asked for a password may have had a body.
    this.#skipped = undefined;
    return true;
  }

  /** With a ticket in it, a head has more octets than a segment. */
  #inHead(bytes: Buffer, at: number, to: number): number {
    const body = httpBody(bytes, at, to);
    if (body < 0) {
      this.#held = Buffer.from(bytes.subarray(Math.max(at, to - HEAD_STRADDLE), to));
      return to;
    }
    this.#mode = FRESH;
    return body;
  }

  #skip(bytes: Buffer, at: number, next: number, offset: number): void {
    this.#skipped ??= { octets: 0, offset, frame: this.#firstFrame, type: unknownType(bytes, at, next) };
    this.#skipped.octets += next - at;
  }

  /** In a direction that never showed a PDU, one inside a segment is believed where its end is right too. */
  #searchConfirmed(bytes: Buffer, from: number, to: number): number {
    this.#searchLeft -= to - from;
    for (let at = search(bytes, from, to); at + COMMON_HEADER <= to; at = search(bytes, at + 1, to)) {
      if (endsRight(bytes, at + fragLength(bytes, at), to)) return at;
    }
    return to;
  }

  #emit(bytes: Buffer, missing: number): void {
    this.#sink.pdu(this.#owner, bytes, missing, this.#firstFrame, this.#frame, this.#seconds, this.#nanoseconds);
  }

  #reportSkipped(before: boolean): void {
    if (this.#skipped !== undefined) this.#sink.skipped(this.#owner, this.#skipped, before);
    this.#skipped = undefined;
  }
}

/** Whether a supposed PDU up to `end` is the last there is, or another follows it. */
const endsRight = (bytes: Buffer, end: number, to: number): boolean =>
  end === to || (end + COMMON_HEADER <= to && fragLength(bytes, end) > 0);

/** The first place from `from` where a common header, or as much of it as there is, could stand; `to` without one. */
function search(bytes: Buffer, from: number, to: number): number {
  for (let at = from; at < to; at++) {
    if (bytes[at] !== 5) continue;
    if (to - at >= COMMON_HEADER ? fragLength(bytes, at) > 0 : startsPdu(bytes, at, to)) return at;
  }
  return to;
}

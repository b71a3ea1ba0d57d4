import type { SmbOpens } from './smb-opens.js';

/** A packet of a file. */
export interface Place {
  readonly file: string;
  readonly frame: number;
  /** Its number among the deliveries of all connections. */
  readonly order: number;
  /**
   * The packet of the other direction that came last before it. It acknowledges what the sender had sent till then, so
   * that a reader without these octets does not wait for them.
   */
  readonly before?: Place | undefined;
}

/** [MS-SMB2] 2.1, RFC 1002 4.3.1: a zero octet, and the length of the message in three. */
const HEADER = 4;
/** What [MS-SMB2] 2.2.1, 2.2.41, 2.2.42 and [MS-CIFS] 2.2.3.1 begin with. */
const PROTOCOLS: ReadonlySet<number> = new Set([0xfe534d42, 0xff534d42, 0xfd534d42, 0xfc534d42]);
/** Deliveries that are kept of a direction: a PDU of 64 KiB, or a message of SMB of 8 MiB, takes fewer. */
const MOST = 1 << 14;

/** The packets that brought the octets of one direction, in the order of these, and where messages of SMB begin. */
export class Deliveries {
  readonly #opens: SmbOpens | undefined;
  #places: Place[] = [];
  /** For each delivery, the one that brought the beginning of the message that it goes on with; itself where it begins one. */
  #begins: number[] = [];
  /** By delivery, the requests that its messages of SMB answer: they alone may name the pipe. */
  readonly #questions = new Map<number, readonly Place[]>();
  /** Deliveries that were forgotten: the number of the first one that is kept. */
  #first = 0;
  /** Octets of the message of SMB that are to come; undefined where it is not known where messages begin. */
  #left: number | undefined;
  #begun = 0;
  /** The beginning of a header that a delivery ends in. */
  #head: number[] = [];

  /** `opens` is told of the messages of a connection of SMB. */
  constructor(opens: SmbOpens | undefined, fromStart: boolean) {
    this.#opens = opens;
    this.#left = fromStart ? 0 : undefined;
  }

  add(place: Place, bytes: Buffer, start: number, end: number): void {
    if (this.#places.length >= 2 * MOST) this.#forget(this.#first + MOST);
    const number = this.#first + this.#places.length;
    this.#places.push(place);
    this.#begins.push(number);
    if (this.#opens !== undefined) this.#begins[this.#begins.length - 1] = this.#messages(number, bytes, start, end);
  }

  gap(): void {
    this.#left = undefined;
    this.#head = [];
  }

  /** What was delivered last. */
  get last(): Place | undefined {
    return this.#places.at(-1);
  }

  /** Where the octets that `frame` brought last begin; undefined where they did not come here, or were forgotten. */
  orderOf(frame: number): number | undefined {
    let at = this.#places.length - 1;
    while (at >= 0 && this.#places[at]?.frame !== frame) at--;
    // A packet can bring octets twice: what it had waited for, and the rest.
    while (at > 0 && this.#places[at - 1]?.frame === frame) at--;
    return this.#places[at]?.order;
  }

  /** The packets of all that was delivered from `order` on, and of what of SMB that belongs to. */
  since(order: number): readonly Place[] {
    let at = this.#places.length;
    while (at > 0 && (this.#places[at - 1] as Place).order >= order) at--;
    if (at === this.#places.length) return [];
    const begin = Math.max(0, Math.min(at, (this.#begins[at] ?? 0) - this.#first));
    const own = this.#places.slice(begin);
    return own.concat(own.flatMap((_, index) => this.#questions.get(this.#first + begin + index) ?? []));
  }

  /** Something that `since` should give was forgotten. */
  lacks(order: number): boolean {
    const [oldest] = this.#places;
    return oldest !== undefined && this.#first > 0 && (order < oldest.order || (this.#begins[0] ?? 0) < this.#first);
  }

  #asked(number: number, bytes: Buffer, at: number, end: number): void {
    const places = this.#opens?.message(bytes, at, end, this.#places.slice(this.#begun - this.#first)) ?? [];
    if (places.length > 0) this.#questions.set(number, [...(this.#questions.get(number) ?? []), ...places]);
  }

  #forget(before: number): void {
    for (const number of this.#questions.keys()) if (number < before) this.#questions.delete(number);
    const gone = before - this.#first;
    this.#places = this.#places.slice(gone);
    this.#begins = this.#begins.slice(gone);
    this.#first = before;
  }

  /** Walks through the messages of a delivery, and gives where the one began that it goes on with. */
  #messages(number: number, bytes: Buffer, start: number, end: number): number {
    if (this.#left === undefined && looksLikeMessage(bytes, start, end)) this.#left = 0;
    if (this.#left === undefined) return number;
    const going = this.#left > 0 || this.#head.length > 0 ? this.#begun : number;
    let at = start;
    while (at < end && this.#left !== undefined) {
      const taken = Math.min(this.#left, end - at);
      at += taken;
      this.#left -= taken;
      if (this.#left > 0 || at >= end) continue;
      at = this.#header(number, bytes, at, end);
      if (this.#head.length === 0 && this.#left > 0) this.#asked(number, bytes, at, Math.min(end, at + this.#left));
    }
    return going;
  }

  #header(number: number, bytes: Buffer, from: number, end: number): number {
    if (this.#head.length === 0) this.#begun = number;
    let at = from;
    while (at < end && this.#head.length < HEADER) this.#head.push(bytes[at++] as number);
    if (this.#head.length < HEADER) return at;
    const [, high = 0, middle = 0, low = 0] = this.#head;
    this.#left = (high << 16) | (middle << 8) | low;
    this.#head = [];
    return at;
  }
}

const looksLikeMessage = (bytes: Buffer, start: number, end: number): boolean =>
  end - start >= 2 * HEADER && bytes[start] === 0 && PROTOCOLS.has(bytes.readUInt32BE(start + HEADER));

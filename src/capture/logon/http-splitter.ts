import { Assembly, type AssemblyBudget } from '../stream/assembly.js';
import { type HttpHead, httpHead, isStartLine } from './http-head.js';
import type { LogonSplitter } from './protocol.js';
import { recognise } from './recognise.js';

/** What follows a head: octets of a body, chunks, or something of which only the next head is looked for. */
export type HttpBody = number | 'chunked' | 'unknown';

/** Takes a head with its text and where it stands in the direction, and says what follows it. */
export type TakeHttpHead = (head: HttpHead, text: string, at: number) => HttpBody;

/** Takes what stands between heads and bodies: sizes of chunks, trailers, empty lines. */
export type TakeHttpLine = (text: string, at: number) => void;

/** Octets of a head, at most: a ticket in base64 can have 64 KiB. */
const LONGEST_HEAD = 131_072;
const LONGEST_START_LINE = 16_384;
/** Of a chunk's size with its extensions, and of a trailer. */
const LONGEST_LINE = 4096;
const [LF, CR] = [0x0a, 0x0d];

/** Splits one direction of HTTP/1 into heads (RFC 9112). Bodies are passed over without being kept. */
export class HttpSplitter implements LogonSplitter {
  readonly #head: TakeHttpHead;
  readonly #line: TakeHttpLine | undefined;
  readonly #assembly: Assembly;
  /** `search`: at the beginning of some segment the next message starts. */
  #state: 'search' | 'head' | 'body' | 'size' | 'trailer' = 'search';
  /** Octets of the body, or of the chunk with the end of its line, to come. */
  #left = 0;
  #chunked = false;
  /** The first line of the head that is assembled was whole, and right. */
  #started = false;
  /** Of a line of chunked coding, of which only so much is kept. */
  #text = '';
  /** Where the head or line that is not whole starts in the direction. */
  #unfinishedAt = 0;
  /** Where in the direction the octets end that came so far, and what a place among the newest lacks to one there. */
  #position = 0;
  #base = 0;

  constructor(head: TakeHttpHead, budget: AssemblyBudget, line?: TakeHttpLine) {
    this.#head = head;
    this.#line = line;
    this.#assembly = new Assembly(budget);
  }

  /** Only the beginning of a segment is believed to be that of a message. */
  get searching(): boolean {
    return this.#state === 'search';
  }

  /** The first octet of the direction that is still to be told of. */
  get needed(): number {
    return this.#assembly.open || this.#text !== '' ? this.#unfinishedAt : this.#position;
  }

  data(bytes: Buffer, start: number, end: number): void {
    this.#base = this.#position - start;
    this.#position += end - start;
    if (this.#state === 'search' && recognise(bytes, start, end) === undefined) return;
    let at = start;
    while (at < end) {
      if (this.#state === 'body') at = this.#pass(at, end);
      else if (this.#state === 'size' || this.#state === 'trailer') at = this.#lines(bytes, at, end);
      else at = this.#heads(bytes, at, end);
    }
  }

  /** The next `lost` octets are missing; -1 where their number is not known. */
  gap(lost: number): void {
    this.#position += Math.max(0, lost);
    if (this.#state === 'body' && lost >= 0 && lost <= this.#left) {
      this.#left -= lost;
      if (this.#left === 0) this.#ended();
    } else this.#search();
  }

  end(): void {
    this.#search();
  }

  /** After this only the beginning of a segment is believed to be that of a message. */
  #search(): void {
    if (this.#assembly.open) this.#assembly.take();
    this.#state = 'search';
    this.#text = '';
  }

  #pass(at: number, end: number): number {
    const passed = Math.min(this.#left, end - at);
    this.#left -= passed;
    if (this.#left === 0) this.#ended();
    return at + passed;
  }

  /** A body, or a chunk of one, has ended. */
  #ended(): void {
    this.#state = this.#chunked ? 'size' : 'head';
  }

  /** Returns where to go on; `end` where it gives up. */
  #heads(bytes: Buffer, from: number, end: number): number {
    if (!this.#assembly.open) {
      // RFC 9112 2.2: empty lines before a request are passed over.
      let at = from;
      while (at < end && (bytes[at] === CR || bytes[at] === LF)) at++;
      if (at > from) this.#line?.(bytes.toString('latin1', from, at), this.#base + from);
      if (at === end) return end;
      return this.#begin(bytes, at, end);
    }
    const before = this.#assembly.filled;
    const next = this.#assembly.fill(bytes, from, end);
    if (next < 0) return this.#giveUp(end);
    const all = this.#assembly.there;
    const length = headEnd(all, Math.max(0, before - 3), all.length);
    if (length >= 0) {
      this.#assembly.take();
      this.#take(all.toString('latin1', 0, length));
      return next - (all.length - length);
    }
    const goesOn = this.#assembly.missing > 0 && this.#stillHead(all, 0, all.length);
    return goesOn ? next : this.#giveUp(end);
  }

  #begin(bytes: Buffer, at: number, end: number): number {
    this.#started = false;
    this.#unfinishedAt = this.#base + at;
    const length = headEnd(bytes, at, end);
    if (length >= 0) {
      if (length - at > LONGEST_HEAD || !this.#stillHead(bytes, at, length)) return this.#giveUp(end);
      this.#take(bytes.toString('latin1', at, length));
      return length;
    }
    if (!this.#stillHead(bytes, at, end) || end - at >= LONGEST_HEAD) return this.#giveUp(end);
    if (!this.#assembly.begin(LONGEST_HEAD, end - at)) return this.#giveUp(end);
    this.#state = 'head';
    return this.#assembly.fill(bytes, at, end) < 0 ? this.#giveUp(end) : end;
  }

  #giveUp(end: number): number {
    this.#search();
    return end;
  }

  /** Octets that may be the first ones of a head do not contradict it. */
  #stillHead(bytes: Buffer, at: number, end: number): boolean {
    if (this.#started) return true;
    const kind = recognise(bytes, at, end);
    if (kind !== 'http') return kind === 'more';
    const line = bytes.subarray(at, Math.min(end, at + LONGEST_START_LINE)).indexOf(LF);
    if (line < 0) return end - at < LONGEST_START_LINE;
    this.#started = isStartLine(bytes.toString('latin1', at, at + line).replace(/\r$/, ''));
    return this.#started;
  }

  #take(text: string): void {
    this.#state = 'search';
    const head = httpHead(text);
    if (head === undefined) return;
    const body = this.#head(head, text, this.#unfinishedAt);
    if (body === 'unknown') return;
    this.#chunked = body === 'chunked';
    if (body === 'chunked') this.#state = 'size';
    else {
      this.#left = body;
      this.#state = body === 0 ? 'head' : 'body';
    }
  }

  /** RFC 9112 7.1: a line with the size of the chunk behind it; after the last one, trailers up to an empty line. */
  #lines(bytes: Buffer, at: number, end: number): number {
    const found = bytes.subarray(at, end).indexOf(LF);
    const to = found < 0 ? end : at + found;
    if (this.#text === '') this.#unfinishedAt = this.#base + at;
    this.#text += bytes.toString('latin1', at, Math.min(to, at + LONGEST_LINE));
    if (this.#text.length > LONGEST_LINE) return this.#giveUp(end);
    if (found < 0) return end;
    this.#line?.(`${this.#text}\n`, this.#unfinishedAt);
    const line = this.#text.trim();
    this.#text = '';
    if (this.#state === 'trailer') {
      if (line === '') this.#state = 'head';
      return to + 1;
    }
    const size = /^([0-9a-f]{1,12})\s*(?:;.*)?$/i.exec(line)?.[1];
    if (size === undefined) return this.#giveUp(end);
    const octets = Number.parseInt(size, 16);
    this.#left = octets + 2;
    this.#state = octets === 0 ? 'trailer' : 'body';
    return to + 1;
  }
}

/** Behind the empty line that ends a head, searched from `at`; -1 where it is not there. */
function headEnd(bytes: Buffer, at: number, end: number): number {
  const all = bytes.subarray(0, end);
  for (let line = all.indexOf(LF, at); line >= 0; line = all.indexOf(LF, line + 1)) {
    const next = all[line + 1] === CR ? line + 2 : line + 1;
    if (all[next] === LF) return next + 1;
  }
  return -1;
}

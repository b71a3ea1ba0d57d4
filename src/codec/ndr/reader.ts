import { CodecError, type CodecErrorCode } from '../error.js';
import type { Span } from '../span.js';
import { readUuid } from '../uuid.js';
import { LayoutRecorder } from './layout.js';
import { type Declared, SpanRecorder } from './span-recorder.js';

/** C706 14 and [MS-RPCE] 2.2.5. */
export type Syntax = 'ndr20' | 'ndr64';

/** How the octets at hand are written. `packed` octets know no alignment: the packet versions in [MS-DCOM] 2.2. */
export interface Mode {
  readonly wide: boolean;
  readonly little: boolean;
  readonly packed: boolean;
}

/** [MS-DCOM] 2.2.18 and [MS-WMIO] 2.1: little-endian, and without gaps. */
export const PACKED: Mode = { wide: false, little: true, packed: true };

export type { Span };

/** The object or array that a value is a part of. */
export type Holder = Record<string | number, unknown>;

/** Something that is read later, once the construct around it is complete. */
export interface Deferred extends Declared {
  readInto(reader: NdrReader, holder: Holder, key: string | number): void;
}

interface Pending {
  readonly what: Deferred;
  readonly holder: Holder;
  readonly key: string | number;
  readonly path: readonly string[] | undefined;
}

/** Nesting of pointers and buffers within buffers. */
export const MAX_DEPTH = 200;
/** The first referent id that Windows sends; each further one is 4 more. */
export const FIRST_REFERENT = 0x20000;

/** Reads primitives of either syntax in either byte order, and postpones referents (C706 14.3.12.3). */
export class NdrReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly layout = new LayoutRecorder();
  offset = 0;
  end: number;
  wide: boolean;
  little: boolean;
  packed = false;
  /** Whether counts and tags that contradict what they are of are refused. */
  strict = false;
  /** Where alignment is counted from. */
  #base = 0;
  #depth = 0;
  #nextReferent = FIRST_REFERENT;
  #full = new Map<number | bigint, unknown>();
  readonly #pending: Pending[] = [];
  /** Kept only for spans, or to find out where an error was. */
  path: string[] | undefined;
  /** Absent where no path is kept. */
  readonly #spans: SpanRecorder | undefined;

  /** `section` is that of what is read, for spans. */
  constructor(bytes: Uint8Array, syntax: Syntax, little: boolean, path?: string[], section = '') {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.end = bytes.length;
    this.wide = syntax === 'ndr64';
    this.little = little;
    this.path = path;
    this.#spans = path && new SpanRecorder(section);
  }

  get spans(): readonly Span[] {
    return this.#spans?.spans ?? [];
  }

  fail(code: CodecErrorCode, detail: string, offset = this.offset): never {
    throw new CodecError(code, this.path?.join('.') ?? '', offset, detail);
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  /** Steps over `size` octets and gives the offset of the first. */
  take(size: number): number {
    const at = this.offset;
    if (size > this.end - at) this.fail('SHORT', `needs ${size} octets, has ${this.end - at}`);
    this.offset = at + size;
    return at;
  }

  align(alignment: number): void {
    const gap = (this.#base - this.offset) & (alignment - 1);
    if (gap === 0 || this.packed) return;
    const at = this.take(gap);
    this.layout.padding(this.bytes, at, gap);
    if (this.path) this.#spans?.padding(this.path, at, this.offset);
  }

  /** The gap at the end of an NDR64 structure; a sender may leave it out at the end of its buffer. */
  alignEnd(alignment: number): void {
    const gap = (this.#base - this.offset) & (alignment - 1);
    if (gap <= this.end - this.offset) this.align(alignment);
    else this.layout.missing(this.octets(this.end - this.offset));
  }

  u8(): number {
    return this.view.getUint8(this.take(1));
  }

  u16(): number {
    this.align(2);
    return this.view.getUint16(this.take(2), this.little);
  }

  u32(): number {
    this.align(4);
    return this.view.getUint32(this.take(4), this.little);
  }

  u64(): bigint {
    this.align(8);
    return this.view.getBigUint64(this.take(8), this.little);
  }

  uuid(): string {
    this.align(4);
    return readUuid(this.bytes, this.take(16), this.little ? 'little' : 'big');
  }

  /** A view into the decoded buffer, not a copy. */
  octets(size: number): Uint8Array {
    const at = this.take(size);
    return new Uint8Array(this.bytes.buffer, this.bytes.byteOffset + at, size);
  }

  /** A max_count, offset or actual_count: 4 octets, in NDR64 8. */
  word(name = 'max_count'): number {
    const word = this.#word();
    if (this.path) this.mark(`(${name})`, this.wide ? 8 : 4, word);
    return word;
  }

  #word(): number {
    if (!this.wide) return this.u32();
    const long = this.u64();
    if (long > Number.MAX_SAFE_INTEGER) this.fail('BAD_LENGTH', `count ${long}`, this.offset - 8);
    return Number(long);
  }

  /** Refuses a count that the octets left cannot hold, before anything is allocated for it. */
  checkCount(count: number, least: number): void {
    if (count * least > this.end - this.offset)
      this.fail('BAD_LENGTH', `${count} elements in ${this.end - this.offset} octets`);
  }

  /** The representation of a pointer that is not a top-level reference pointer. */
  pointer(): number | bigint {
    if (!this.wide) return this.u32();
    const long = this.u64();
    return long <= Number.MAX_SAFE_INTEGER ? Number(long) : long;
  }

  /** Takes note of the referent id of a pointer that has a referent. */
  referent(id: number | bigint): void {
    this.layout.referent(id, this.#nextReferent);
    this.#nextReferent += 4;
  }

  /** What full pointers of this stub refer to, by referent id. */
  get full(): Map<number | bigint, unknown> {
    return this.#full;
  }

  defer(what: Deferred, holder: Holder, key: string | number): void {
    this.#pending.push({ what, holder, key, path: this.path && [...this.path] });
  }

  /** How much is postponed: what to hand to `settle`. */
  get pending(): number {
    return this.#pending.length;
  }

  /** Reads what was postponed since `from`, each with all that it points to before the next. */
  settle(from: number): void {
    const end = this.#pending.length;
    if (end === from) return;
    this.#descend();
    const path = this.path;
    for (let i = from; i < end; i++) {
      const { what, holder, key, path: own } = this.#pending[i] as Pending;
      if (own) this.path = [...own];
      if (own && what.name !== '') this.#spans?.open(own, this.offset, what);
      what.readInto(this, holder, key);
      if (own && what.name !== '') this.#spans?.close(this.offset, holder[key]);
      this.settle(end);
    }
    this.path = path;
    this.#pending.length = from;
    this.#depth--;
  }

  #descend(): void {
    if (++this.#depth > MAX_DEPTH) this.fail('TOO_DEEP', `more than ${MAX_DEPTH} levels`);
  }

  /** Reads the next `size` octets as a buffer of their own: own bounds, own alignment, own referents. */
  window<T>(size: number, mode: Mode, read: () => T): T {
    if (size > this.end - this.offset) this.fail('BAD_LENGTH', `${size} octets in ${this.end - this.offset}`);
    this.#descend();
    const { end, wide, little, packed, strict } = this;
    const [base, nextReferent, full] = [this.#base, this.#nextReferent, this.#full];
    this.end = this.offset + size;
    this.#base = this.offset;
    this.#nextReferent = FIRST_REFERENT;
    this.#full = new Map();
    this.#set(mode);
    this.strict = false;
    const pending = this.#pending.length;
    const value = read();
    this.settle(pending);
    this.end = end;
    this.#set({ wide, little, packed });
    this.strict = strict;
    [this.#base, this.#nextReferent, this.#full] = [base, nextReferent, full];
    this.#depth--;
    return value;
  }

  #set(mode: Mode): void {
    this.wide = mode.wide;
    this.little = mode.little;
    this.packed = mode.packed;
  }

  /** Reads in another mode, without a buffer of its own. */
  within<T>(mode: Mode, read: () => T): T {
    const { wide, little, packed } = this;
    this.#set(mode);
    const value = read();
    this.#set({ wide, little, packed });
    return value;
  }

  /** Where alignment counts from, in octets of the decoded buffer. */
  get base(): number {
    return this.#base;
  }

  /** Takes octets that belong to no value, by default all that is left; `zeros` octets of zero are expected. */
  tail(zeros: number, size: number = this.end - this.offset): void {
    this.layout.tail(this.octets(size), zeros);
    this.mark('(trailing)', size);
  }

  /** Takes note of a word that the value does not tell, where another than the expected one was sent. */
  note(sent: number | bigint, expected: number | bigint): void {
    this.layout.word(this.layout.wordSlot(), sent, expected);
  }

  /** Called only where `path` is kept. */
  enter(name: string | number, type?: Declared, note?: string): void {
    this.path?.push(String(name));
    this.#spans?.open(this.path ?? [], this.offset, type, note);
  }

  leave(value?: unknown): void {
    this.path?.pop();
    this.#spans?.close(this.offset, value);
  }

  /** Takes note of a part that has just been read by itself: `size` octets. */
  mark(name: string, size: number, value?: unknown): void {
    if (this.path) this.#spans?.add(this.path, name, this.offset - size, this.offset, value);
  }
}

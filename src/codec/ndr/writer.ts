import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';
import { uuidToBytes } from '../uuid.js';
import { type Layout, LayoutSource } from './layout.js';
import { FIRST_REFERENT, MAX_DEPTH, type Mode, type Syntax } from './reader.js';

/** Writes `value` later, once the construct around it is complete. */
export interface DeferredWrite {
  writeValue(writer: NdrWriter, value: unknown): void;
}

interface Pending {
  readonly what: DeferredWrite;
  readonly value: unknown;
  readonly path: readonly string[] | undefined;
}

/** A count whose place was passed before it was known. */
export interface Place {
  readonly at: number;
  readonly size: 4 | 8;
  readonly little: boolean;
  /** What the layout sends instead. */
  readonly sent: number | bigint | undefined;
}

/** The counterpart of `NdrReader`. A layout's entries are sent instead of the defaults. */
export class NdrWriter {
  #buffer: Buffer = Buffer.alloc(256);
  #view = new DataView(this.#buffer.buffer, this.#buffer.byteOffset, this.#buffer.byteLength);
  offset = 0;
  wide: boolean;
  little: boolean;
  packed = false;
  #base = 0;
  #depth = 0;
  #nextReferent = FIRST_REFERENT;
  #fullIds = new Map<unknown, number | bigint>();
  #fullValues = new Map<number | bigint, unknown>();
  readonly #layout: LayoutSource | undefined;
  readonly #pending: Pending[] = [];
  /** Places that a type leaves to be filled by the one around it. */
  readonly marks: Place[] = [];
  /** Kept only to find out where an error was. */
  path: string[] | undefined;

  constructor(syntax: Syntax, little: boolean, layout?: Layout | LayoutSource, path?: string[]) {
    this.wide = syntax === 'ndr64';
    this.little = little;
    this.#layout = layout instanceof LayoutSource ? layout : layout && new LayoutSource(layout);
    this.path = path;
  }

  fail(detail: string): never {
    throw new CodecError('UNENCODABLE', this.path?.join('.') ?? '', this.offset, detail);
  }

  get view(): DataView {
    return this.#view;
  }

  /** Steps over `size` octets of zero and gives the offset of the first. */
  take(size: number): number {
    const at = this.offset;
    if (at + size > this.#buffer.length) {
      const grown = Buffer.alloc(Math.max(this.#buffer.length * 2, at + size));
      this.#buffer.copy(grown, 0, 0, at);
      this.#buffer = grown;
      this.#view = new DataView(grown.buffer, grown.byteOffset, grown.byteLength);
    }
    this.offset = at + size;
    return at;
  }

  align(alignment: number): void {
    const gap = (this.#base - this.offset) & (alignment - 1);
    if (gap === 0 || this.packed) return;
    const at = this.take(gap);
    const sent = this.#layout?.padding();
    if (sent) this.#buffer.set(sent.subarray(0, gap), at);
  }

  /** The gap at the end of an NDR64 structure, which the layout may cut short. */
  alignEnd(alignment: number): void {
    const gap = (this.#base - this.offset) & (alignment - 1);
    if (gap === 0 || this.packed) return;
    const sent = this.#layout?.padding();
    if (sent) this.octets(sent.subarray(0, gap));
    else this.take(gap);
  }

  u8(value: number): void {
    const at = this.take(1);
    this.#view.setUint8(at, value);
  }

  u16(value: number): void {
    this.align(2);
    const at = this.take(2);
    this.#view.setUint16(at, value, this.little);
  }

  u32(value: number): void {
    this.align(4);
    const at = this.take(4);
    this.#view.setUint32(at, value, this.little);
  }

  u64(value: bigint): void {
    this.align(8);
    const at = this.take(8);
    this.#view.setBigUint64(at, value, this.little);
  }

  uuid(value: unknown): void {
    this.align(4);
    this.octets(this.#uuidOctets(value));
  }

  #uuidOctets(value: unknown): Uint8Array {
    try {
      if (typeof value === 'string') return uuidToBytes(value, this.little ? 'little' : 'big');
    } catch {
      // The error below names the field.
    }
    return this.fail(`not a UUID: ${describe(value)}`);
  }

  octets(value: Uint8Array): void {
    const at = this.take(value.length);
    this.#buffer.set(value, at);
  }

  /** A max_count, offset or actual_count: 4 octets, in NDR64 8. Gives what was sent. */
  word(value: number): number | bigint {
    const sent = this.sentWord() ?? value;
    if (this.wide) this.u64(BigInt.asUintN(64, BigInt(sent)));
    else this.u32(Number(BigInt.asUintN(32, BigInt(sent))));
    return sent;
  }

  /** What the layout sends for the next word, if it does. */
  sentWord(): number | bigint | undefined {
    return this.#layout?.word();
  }

  /** Leaves room for a word; `fill` puts it. */
  wordPlace(): Place {
    const size = this.wide ? 8 : 4;
    this.align(size);
    return { at: this.take(size), size, little: this.little, sent: this.sentWord() };
  }

  /** Leaves room for an unsigned long that the layout knows as a word. */
  longPlace(): Place {
    this.align(4);
    return { at: this.take(4), size: 4, little: this.little, sent: this.sentWord() };
  }

  fill(place: Place, value: number): void {
    if (!Number.isSafeInteger(value)) this.fail(`${describe(value)} is no size`);
    const sent = BigInt(place.sent ?? value);
    if (place.size === 8) this.#view.setBigUint64(place.at, BigInt.asUintN(64, sent), place.little);
    else this.#view.setUint32(place.at, Number(BigInt.asUintN(32, sent)), place.little);
  }

  /** The representation of a pointer without referent, or of one whose id is given. */
  pointer(id: number | bigint): void {
    if (this.wide) this.u64(BigInt.asUintN(64, BigInt(id)));
    else this.u32(Number(BigInt.asUintN(32, BigInt(id))));
  }

  /** The id of the next pointer that has a referent. */
  referent(): number | bigint {
    const id = this.#layout?.referent() ?? this.#nextReferent;
    this.#nextReferent += 4;
    return id;
  }

  /**
   * Writes a full pointer to `value`; true where its referent has been written already. Objects are known by identity,
   * other values by the id that the layout gives.
   */
  fullPointer(value: unknown): boolean {
    const proposed = this.#layout?.referent();
    const known = typeof value === 'object' ? this.#fullIds.get(value) : undefined;
    const alias = proposed !== undefined && this.#fullValues.get(proposed) === value ? proposed : known;
    const id = alias ?? proposed ?? this.#nextReferent;
    this.#nextReferent += 4;
    this.pointer(id);
    if (alias !== undefined) return true;
    this.#fullIds.set(value, id);
    this.#fullValues.set(id, value);
    return false;
  }

  defer(what: DeferredWrite, value: unknown): void {
    this.#pending.push({ what, value, path: this.path && [...this.path] });
  }

  get pending(): number {
    return this.#pending.length;
  }

  settle(from: number): void {
    const end = this.#pending.length;
    if (end === from) return;
    this.#descend();
    const path = this.path;
    for (let i = from; i < end; i++) {
      const { what, value, path: own } = this.#pending[i] as Pending;
      if (own) this.path = [...own];
      what.writeValue(this, value);
      this.settle(end);
    }
    this.path = path;
    this.#pending.length = from;
    this.#depth--;
  }

  #descend(): void {
    if (++this.#depth > MAX_DEPTH) {
      throw new CodecError('TOO_DEEP', this.path?.join('.') ?? '', this.offset, `more than ${MAX_DEPTH} levels`);
    }
  }

  #set(mode: Mode): void {
    this.wide = mode.wide;
    this.little = mode.little;
    this.packed = mode.packed;
  }

  /** Writes a buffer of its own: own alignment, own referents. Gives its size. */
  window(mode: Mode, write: () => void): number {
    this.#descend();
    const { wide, little, packed } = this;
    const start = this.offset;
    const [base, nextReferent, ids, values] = [this.#base, this.#nextReferent, this.#fullIds, this.#fullValues];
    this.#base = start;
    this.#nextReferent = FIRST_REFERENT;
    this.#fullIds = new Map();
    this.#fullValues = new Map();
    this.#set(mode);
    const pending = this.#pending.length;
    write();
    this.settle(pending);
    this.#set({ wide, little, packed });
    [this.#base, this.#nextReferent, this.#fullIds, this.#fullValues] = [base, nextReferent, ids, values];
    this.#depth--;
    return this.offset - start;
  }

  within(mode: Mode, write: () => void): void {
    const { wide, little, packed } = this;
    this.#set(mode);
    write();
    this.#set({ wide, little, packed });
  }

  get base(): number {
    return this.#base;
  }

  /** Ends the current buffer with `zeros` octets of zero, or with what the layout kept. */
  tail(zeros: number): void {
    const sent = this.#layout?.tail();
    if (sent) this.octets(sent);
    else this.take(zeros);
  }

  enter(name: string | number): void {
    this.path?.push(String(name));
  }

  leave(): void {
    this.path?.pop();
  }

  /** A writer of octets that are put somewhere later. It goes on with the layout of this one. */
  aside(): NdrWriter {
    const other = new NdrWriter('ndr20', this.little, this.#layout, this.path);
    other.packed = this.packed;
    other.#depth = this.#depth;
    return other;
  }

  /** What the layout sends as the next tail, if it does. */
  sentTail(): Uint8Array | undefined {
    return this.#layout?.tail();
  }

  /** A copy of its own, free of the growth reserve. */
  finish(): Buffer {
    return Buffer.from(asBuffer(this.#buffer).subarray(0, this.offset));
  }
}

/** A value in an error text: its kind for what is large. */
export const describe = (value: unknown): string => {
  if (Array.isArray(value)) return `an array of ${value.length}`;
  if (value instanceof Uint8Array) return `${value.length} octets`;
  if (typeof value === 'object' && value !== null) return 'an object';
  return typeof value === 'string' ? JSON.stringify(value.slice(0, 40)) : String(value);
};

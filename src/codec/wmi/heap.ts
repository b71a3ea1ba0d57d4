import type { NdrReader, NdrWriter } from '../ndr/index.js';
import { DICTIONARY, dictionaryReference, readEncodedString, writeEncodedString } from './encoded-string.js';
import type { CimObject } from './object.js';

/** How objects that lie in objects are read and written: an ObjectEncodingLength and an ObjectBlock. */
export interface EmbeddedObjects {
  read(reader: NdrReader): CimObject;
  write(writer: NdrWriter, value: CimObject): void;
}

const HEAP_LENGTH_MARK = 0x80000000;
/** [MS-WMIO] 2.2.69: no item. */
export const NO_ITEM = 0xffffffff;
/** Items may lie in each other, and heaps in items of heaps: so many octets are read for each one that was sent. */
const WORK_PER_OCTET = 64;

const budgets = new WeakMap<NdrReader, { left: number }>();

function budgetOf(reader: NdrReader): { left: number } {
  const known = budgets.get(reader);
  if (known !== undefined) return known;
  const budget = { left: 4096 + WORK_PER_OCTET * reader.bytes.length };
  budgets.set(reader, budget);
  return budget;
}

/**
 * [MS-WMIO] 2.2.66, for reading. An encoder that starts anew puts items one after the other, in the order in which they
 * are referred to; where an item lies elsewhere, and what lies between items, is kept in the layout.
 */
export class HeapReader {
  readonly #reader: NdrReader;
  readonly #embedded: EmbeddedObjects;
  readonly #start: number;
  readonly #size: number;
  readonly #budget: { left: number };
  readonly #items: [at: number, size: number][] = [];
  #next = 0;
  #isElsewhere = false;

  /** `at` is where its HeapLength stands: after what refers to it. */
  constructor(reader: NdrReader, at: number, embedded: EmbeddedObjects) {
    this.#embedded = embedded;
    this.#reader = reader;
    this.#budget = budgetOf(reader);
    const before = reader.offset;
    reader.offset = at;
    const size = (reader.u32() & ~HEAP_LENGTH_MARK) >>> 0;
    if (size > reader.remaining) reader.fail('BAD_LENGTH', `a heap of ${size} octets in ${reader.remaining}`, at);
    this.#start = at + 4;
    this.#size = size;
    reader.offset = before;
  }

  /** An item, or null; `sizeOf` finds out how large it is without what it refers to, unless `read` may tell. */
  item<T>(read: (size: number) => T, sizeOf?: (reader: NdrReader) => number, absent = NO_ITEM): T | null {
    const at = this.#reader.offset;
    const slot = this.#reader.layout.wordSlot();
    const ref = this.#reader.u32();
    if (ref === NO_ITEM) {
      this.#reader.layout.word(slot, ref, absent);
      return null;
    }
    return this.#inItem(ref, at, () => {
      const start = this.#reader.offset;
      const known = sizeOf?.(this.#reader);
      const expected = this.#next;
      if (known !== undefined) this.#take(ref, known);
      const value = read(known ?? 0);
      if (known === undefined) this.#take(ref, this.#reader.offset - start);
      this.#note(slot, ref, expected);
      return value;
    });
  }

  object(): CimObject | null {
    return this.item(() => this.#embedded.read(this.#reader));
  }

  /** [MS-WMIO] 2.2.70: without an object it is a length of 0, as impacket needs it of Windows; no item says the same. */
  signature(): CimObject | null {
    const { view } = this.#reader;
    const read = (): CimObject | null => {
      const at = this.#reader.take(4);
      if (view.getUint32(at, true) === 0) return null;
      this.#reader.offset = at;
      return this.#embedded.read(this.#reader);
    };
    return this.item(read, undefined, this.#next);
  }

  /** [MS-WMIO] 2.2.68: a name, which the dictionary stands for where it has it. */
  name(): string | null {
    return this.#string(dictionaryReference);
  }

  /**
   * A text that is a value. By [MS-WMIO] 2.2.80 the dictionary stands for these too, but impacket and aiowmi, which work
   * with Windows, cannot read that.
   */
  text(): string | null {
    return this.#string(NEVER);
  }

  #string(short: typeof dictionaryReference): string | null {
    const at = this.#reader.offset;
    const slot = this.#reader.layout.wordSlot();
    const ref = this.#reader.u32();
    if (ref === NO_ITEM) return null;
    if (ref >= HEAP_LENGTH_MARK) {
      const text = DICTIONARY[ref - HEAP_LENGTH_MARK];
      if (text === undefined) this.#reader.fail('BAD_VALUE', `dictionary reference 0x${ref.toString(16)}`, at);
      this.#reader.layout.word(slot, ref, short(text as string) ?? this.#next);
      return text as string;
    }
    return this.#inItem(ref, at, () => {
      const start = this.#reader.offset;
      const text = readEncodedString(this.#reader);
      const size = this.#reader.offset - start;
      const inDictionary = short(text);
      const expected = inDictionary ?? this.#next;
      if (inDictionary === undefined) this.#take(ref, size);
      else {
        this.#items.push([ref, size]);
        this.#isElsewhere = true;
      }
      this.#note(slot, ref, expected);
      return text;
    });
  }

  #take(ref: number, size: number): void {
    this.#items.push([ref, size]);
    this.#next += size;
    this.#budget.left -= size;
    if (this.#budget.left < 0) this.#reader.fail('TOO_DEEP', 'heap items that lie in each other too often');
  }

  #note(slot: number, ref: number, expected: number): void {
    if (ref !== expected) this.#isElsewhere = true;
    this.#reader.layout.word(slot, ref, expected);
  }

  #inItem<T>(ref: number, at: number, read: () => T): T {
    const reader = this.#reader;
    if (ref >= this.#size)
      reader.fail('BAD_LENGTH', `reference 0x${ref.toString(16)} into a heap of ${this.#size}`, at);
    const { offset, end } = reader;
    reader.offset = this.#start + ref;
    reader.end = this.#start + this.#size;
    const value = read();
    reader.offset = offset;
    reader.end = end;
    return value;
  }

  /** Called where the heap stands: steps over it, and keeps what no reference leads to. */
  finish(): void {
    const reader = this.#reader;
    reader.note(reader.u32(), (this.#size | HEAP_LENGTH_MARK) >>> 0);
    const octets = reader.octets(this.#size);
    if (this.#isElsewhere) this.#refuseOverlaps();
    const isPlain = !this.#isElsewhere && this.#next === this.#size;
    reader.layout.tail(isPlain ? NOTHING : this.#gaps(octets), 0);
  }

  /** Two references may lead to one item. Items that share octets otherwise would be written over each other. */
  #refuseOverlaps(): void {
    const items = this.#items.toSorted(([one], [other]) => one - other);
    let [last, lastSize] = [0, 0];
    for (const [at, size] of items) {
      if (at < last + lastSize && !(at === last && size === lastSize))
        this.#reader.fail('BAD_VALUE', `heap items at ${last} and ${at} share octets`, this.#start + at);
      [last, lastSize] = [at, size];
    }
  }

  #gaps(octets: Uint8Array): Uint8Array {
    const gaps = Uint8Array.from(octets);
    for (const [at, size] of this.#items) gaps.fill(0, at, at + size);
    return gaps;
  }
}

const NOTHING = new Uint8Array(0);
const NEVER = (): undefined => undefined;

interface Placed {
  readonly from: number;
  size: number;
  readonly to: number;
}

/** The counterpart of `HeapReader`: items are written aside, since what refers to them comes first. */
export class HeapWriter {
  readonly writer: NdrWriter;
  readonly #embedded: EmbeddedObjects;
  readonly #items: Placed[] = [];
  #next = 0;
  #isElsewhere = false;

  constructor(around: NdrWriter, embedded: EmbeddedObjects) {
    this.#embedded = embedded;
    this.writer = around.aside();
  }

  /** Writes the reference into `place`, and the item into the heap; an item of unknown `size` refers to no others. */
  item(place: NdrWriter, write: (() => void) | null, size?: number): void {
    const sent = place.sentWord();
    if (write === null) {
      place.u32(sent === undefined ? NO_ITEM : Number(sent) >>> 0);
      return;
    }
    const at = this.#next;
    place.u32(Number(sent ?? at) >>> 0);
    this.#place(at, sent, write, size);
  }

  object(place: NdrWriter, value: CimObject | null): void {
    this.item(place, value === null ? null : () => this.#embedded.write(this.writer, value));
  }

  signature(place: NdrWriter, value: CimObject | null): void {
    if (value !== null) return this.object(place, value);
    const sent = place.sentWord();
    if (sent === NO_ITEM) place.u32(NO_ITEM);
    else {
      const at = this.#next;
      place.u32(Number(sent ?? at) >>> 0);
      this.#place(at, sent, () => this.writer.u32(0), 4);
    }
  }

  name(place: NdrWriter, name: string | null): void {
    this.#string(place, name, dictionaryReference);
  }

  text(place: NdrWriter, text: string | null): void {
    this.#string(place, text, NEVER);
  }

  #string(place: NdrWriter, text: string | null, short: typeof dictionaryReference): void {
    const sent = place.sentWord();
    const known = text === null ? NO_ITEM : short(text);
    const ref = Number(sent ?? known ?? this.#next) >>> 0;
    place.u32(ref);
    if (text === null || ref >= HEAP_LENGTH_MARK) return;
    if (known === undefined) this.#place(this.#next, sent, () => writeEncodedString(this.writer, text));
    else this.#extra(ref, text);
  }

  #place(at: number, sent: number | bigint | undefined, write: () => void, size?: number): void {
    const item = { from: at, size: size ?? 0, to: Number(sent ?? at) };
    if (item.to !== at) this.#isElsewhere = true;
    this.#items.push(item);
    const { offset } = this.writer;
    this.writer.offset = at;
    if (size !== undefined) this.#next = at + size;
    write();
    if (size === undefined) {
      item.size = this.writer.offset - at;
      this.#next = this.writer.offset;
    }
    this.writer.offset = offset;
  }

  /** A text of the dictionary that the sender had put into the heap nevertheless. */
  #extra(to: number, text: string): void {
    this.#isElsewhere = true;
    const { offset } = this.writer;
    const from = this.#next;
    this.writer.offset = from;
    writeEncodedString(this.writer, text);
    this.#extras.push([to, Buffer.from(this.writer.finish().subarray(from))]);
    this.writer.offset = offset;
  }

  readonly #extras: [to: number, octets: Uint8Array][] = [];

  finish(place: NdrWriter): void {
    const length = place.sentWord();
    const gaps = place.sentTail();
    this.writer.offset = this.#next;
    const written = this.writer.finish();
    const octets = gaps === undefined && !this.#isElsewhere ? written : this.#compose(written, gaps);
    place.u32(Number(length ?? (octets.length | HEAP_LENGTH_MARK) >>> 0) >>> 0);
    place.octets(octets);
  }

  /** An item that a layout puts beyond the heap of that layout is left out: only its reference tells of it. */
  #compose(written: Uint8Array, gaps: Uint8Array | undefined): Uint8Array {
    const octets = Buffer.alloc(gaps?.length ?? written.length);
    if (gaps !== undefined) octets.set(gaps);
    for (const { from, size, to } of this.#items)
      if (to + size <= octets.length) octets.set(written.subarray(from, from + size), to);
    for (const [to, text] of this.#extras) if (to + text.length <= octets.length) octets.set(text, to);
    return octets;
  }
}

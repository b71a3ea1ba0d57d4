import { CodecError } from '../error.js';
import type { Layout } from './layout.js';
import { type Holder, NdrReader, type Span, type Syntax } from './reader.js';
import { NdrWriter } from './writer.js';

/** How NDR is read: its transfer syntax and byte order, and bounds of memory. */
export interface DecodeOptions {
  /** By default `ndr20`. */
  readonly syntax?: Syntax | undefined;
  /** The byte order of the data representation label; by default little-endian. */
  readonly little?: boolean | undefined;
  /** Whether to report where each part of the value stands. */
  readonly spans?: boolean | undefined;
  /**
   * [MS-RPCE] 3.1.1.5.3: whether counts and tags have to be those of what they are of. Else the value keeps the ones that
   * are not; buffers of their own within the octets are read so in any case. False where absent.
   */
  readonly strict?: boolean | undefined;
}

/** How NDR is written: its transfer syntax and byte order, and counts that are to be wrong. */
export interface EncodeOptions {
  /** NDR 2.0 or NDR64; NDR 2.0 where absent. */
  readonly syntax?: Syntax | undefined;
  /** Byte order; little-endian where absent. */
  readonly little?: boolean | undefined;
  /** From `decode`, to get the same octets again; or hand-made, to lie about counts. */
  readonly layout?: Layout | undefined;
}

/** A value, with what is needed to encode the same octets again. */
export interface Decoded<T> {
  readonly value: T;
  /** What `encode` needs besides the value to give the same octets; undefined where that is nothing. */
  readonly layout: Layout | undefined;
  /** Where asked for: the parts of the value, outermost and first ones first. */
  readonly spans?: readonly Span[];
}

/** The part of a conformant type that follows its max_count, which the outermost structure sends (C706 14.3.7.1). */
export interface ConformantBody<T> {
  /** `slot` is the layout's place of `max`, for a type whose max_count its value does not tell. */
  readBody(reader: NdrReader, max: number, slot: number): T;
  maxOf(writer: NdrWriter, value: T): number;
  writeBody(writer: NdrWriter, value: T): void;
}

/** One row of the table that the docs give for a type. */
export interface FieldRow {
  readonly name: string;
  /** Octets from the start, where that is always the same. */
  readonly offset?: number;
  readonly type: string;
  readonly note: string;
}

/** Facts of a type that the types around it need. */
export interface Shape {
  readonly align20: number;
  readonly align64: number;
  /** A lower bound for the octets of one value; bounds counts before anything is allocated. */
  readonly least: number;
}

/**
 * A wire type. `read` and `write` are the codec of a value within a stub; `decode` and `encode` are for a whole buffer.
 * The writing methods take what they are given, and check it: a caller may hold no value of the type.
 */
export abstract class NdrType<T> {
  /** As IDL would spell it. */
  readonly name: string;
  readonly section: string;
  readonly align20: number;
  readonly align64: number;
  readonly least: number;

  constructor(name: string, section: string, shape: Shape) {
    this.name = name;
    this.section = section;
    this.align20 = shape.align20;
    this.align64 = shape.align64;
    this.least = shape.least;
  }

  /** Present where a max_count goes before the outermost structure that ends in this type. */
  get body(): ConformantBody<T> | undefined {
    return undefined;
  }

  /** Whether a value's place is filled only when the construct around it is complete. */
  get deferred(): boolean {
    return false;
  }

  /** The type that a lazy one stands for. */
  get itself(): NdrType<T> {
    return this;
  }

  /** Whether null is a value. */
  get nullable(): boolean {
    return false;
  }

  get fields(): readonly FieldRow[] {
    return [];
  }

  /** The types that this one is made of, so that all structures can be listed. */
  get parts(): readonly NdrType<unknown>[] {
    return [];
  }

  abstract read(reader: NdrReader): T;
  abstract write(writer: NdrWriter, value: T): void;

  /** Reads into its place in an enclosing value; a pointer fills that place later. */
  readInto(reader: NdrReader, holder: Holder, key: string | number): void {
    holder[key] = this.read(reader);
  }

  writeValue(writer: NdrWriter, value: unknown): void {
    this.write(writer, value as T);
  }

  /** Throws only `CodecError`. Octets in the value are views into `bytes`. */
  decode(bytes: Uint8Array, options: DecodeOptions = {}): Decoded<T> {
    if (options.spans) return this.#decode(bytes, options, [this.name]);
    try {
      return this.#decode(bytes, options);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      // No path is kept on the way that succeeds: a failure is worth a second pass that keeps it.
      return this.#decode(bytes, options, [this.name]);
    }
  }

  /** Where each part of the value stands, up to where decoding failed if it did. */
  spans(bytes: Uint8Array, { syntax = 'ndr20', little = true }: DecodeOptions = {}): readonly Span[] {
    const reader = new NdrReader(bytes, syntax, little, [this.name], this.section);
    try {
      this.#read(reader);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
    }
    return reader.spans.filter(({ start, end }) => end > start);
  }

  #decode(
    bytes: Uint8Array,
    { syntax = 'ndr20', little = true, spans, strict = false }: DecodeOptions,
    path?: string[],
  ): Decoded<T> {
    const reader = new NdrReader(bytes, syntax, little, path, this.section);
    reader.strict = strict;
    const value = this.#read(reader);
    const layout = reader.layout.result();
    return spans ? { value, layout, spans: reader.spans } : { value, layout };
  }

  #read(reader: NdrReader): T {
    const holder: { value?: unknown } = {};
    this.readInto(reader, holder as Holder, 'value');
    reader.settle(0);
    reader.tail(0);
    return holder.value as T;
  }

  /** Throws only `CodecError`. */
  encode(value: T, options: EncodeOptions = {}): Buffer {
    try {
      return this.#encode(value, options);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      return this.#encode(value, options, [this.name]);
    }
  }

  #encode(value: T, { syntax = 'ndr20', little = true, layout }: EncodeOptions, path?: string[]): Buffer {
    const writer = new NdrWriter(syntax, little, layout, path);
    this.write(writer, value);
    writer.settle(0);
    writer.tail(0);
    return writer.finish();
  }
}

/** The static type of the values of a wire type. */
export type Infer<N> = N extends NdrType<infer T> ? T : never;

/** A type that starts with its own max_count, where nothing around it sends that. */
export abstract class ConformantType<T> extends NdrType<T> implements ConformantBody<T> {
  override get body(): ConformantBody<T> {
    return this;
  }

  override read(reader: NdrReader): T {
    const slot = reader.layout.wordSlot();
    return this.readBody(reader, reader.word(), slot);
  }

  override write(writer: NdrWriter, value: T): void {
    writer.word(this.maxOf(writer, value));
    this.writeBody(writer, value);
  }

  abstract readBody(reader: NdrReader, max: number, slot: number): T;
  abstract maxOf(writer: NdrWriter, value: T): number;
  abstract writeBody(writer: NdrWriter, value: T): void;
}

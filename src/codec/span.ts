import type { Field } from './fixed.js';
import { sizeOf } from './generated-reader.js';

/** A value that one field holds by itself. */
export type Scalar = number | bigint | string | boolean;

export const isScalar = (value: unknown): value is Scalar => value !== null && SCALARS.has(typeof value);
const SCALARS: ReadonlySet<string> = new Set(['number', 'bigint', 'string', 'boolean']);

/** Where a field stands: `[start, end)` of the buffer that was decoded. */
export interface Span {
  /** `structure.member.member`; a pointer and what it points to have the same one. */
  readonly path: string;
  start: number;
  end: number;
  /** As the declaration spells it: `u32`, `[unique] [string] wchar_t[] *`; empty where it has none. */
  readonly type: string;
  /** Of the field's type, or of the structure that the field is a member of. */
  readonly section: string;
  /** What the declaration says of the field. */
  readonly note?: string;
  /** Absent for octets, and for what has parts. */
  value?: Scalar;
}

/** What a span needs to know of a fixed header. */
export interface DeclaredHeader {
  readonly name: string;
  readonly section: string;
  readonly fields: readonly Field[];
}

/** What is said of a field: its name, its declaration and its value. */
export interface About {
  readonly section: string;
  readonly type?: string;
  readonly note?: string;
  readonly value?: Scalar | undefined;
}

/**
 * Collects where the fields of fixed structures stand while they are decoded. Whatever a decoder hands on is a view of
 * one buffer, so a view tells by itself where it stands.
 */
export class SpanTrace {
  readonly spans: Span[];
  /** Where the buffer begins that spans are counted in. */
  readonly origin: number;
  readonly #prefix: string;

  /** `origin` is the buffer that spans are counted in, or where it begins. */
  constructor(origin: Uint8Array | number, prefix = '', spans: Span[] = []) {
    this.origin = typeof origin === 'number' ? origin : origin.byteOffset;
    this.#prefix = prefix;
    this.spans = spans;
  }

  /** For what is read from within the field `name`. */
  within(name: string): SpanTrace {
    return new SpanTrace(this.origin, `${this.#prefix}${name}.`, this.spans);
  }

  /** The fields of a header that was read at `offset` of `view`, with the values of its row. */
  header({ name, section, fields }: DeclaredHeader, view: Uint8Array, offset: number, row: object): void {
    let start = view.byteOffset - this.origin + offset;
    for (const field of fields) {
      const size = sizeOf(field.kind);
      const value = (row as Record<string, unknown>)[field.name];
      this.#add(`${name}.${field.name}`, start, start + size, {
        section,
        type: typeof field.kind === 'number' ? `octets[${field.kind}]` : field.kind,
        note: field.doc,
        value: isScalar(value) ? value : undefined,
      });
      start += size;
    }
  }

  /** A field that is a run of octets of its own. */
  octets(name: string, view: Uint8Array, about: About): void {
    const start = view.byteOffset - this.origin;
    if (view.length > 0) this.#add(name, start, start + view.length, about);
  }

  #add(name: string, start: number, end: number, { section, type = 'octets', note, value }: About): void {
    const span = { path: this.#prefix + name, start, end, type, section };
    this.spans.push({ ...span, ...(note !== undefined && { note }), ...(value !== undefined && { value }) });
  }
}

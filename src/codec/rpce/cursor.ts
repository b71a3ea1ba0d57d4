import { CodecError } from '../error.js';
import type { Field, FixedHeader, Row } from '../fixed.js';
import type { SpanTrace } from '../span.js';
import type { Endian } from '../uuid.js';

/** Reads one structure after another from a bounded range, in one byte order. */
export class Cursor {
  readonly bytes: Uint8Array;
  readonly end: number;
  readonly endian: Endian;
  /** Where spans are wanted. */
  readonly trace: SpanTrace | undefined;
  offset: number;

  constructor(bytes: Uint8Array, offset: number, end: number, endian: Endian, trace?: SpanTrace) {
    this.bytes = bytes;
    this.offset = offset;
    this.end = end;
    this.endian = endian;
    this.trace = trace;
  }

  get remaining(): number {
    return this.end - this.offset;
  }

  header<const F extends readonly Field[]>(header: FixedHeader<F>): Row<F> {
    this.need(header.size, header.name);
    const row = header.decode(this.bytes, this.offset, this.endian);
    this.trace?.header(header, this.bytes, this.offset, row);
    this.offset += header.size;
    return row;
  }

  octets(length: number, name: string, section = ''): Uint8Array {
    this.need(length, name);
    const taken = this.bytes.subarray(this.offset, this.offset + length);
    this.trace?.octets(name, taken, { section });
    this.offset += length;
    return taken;
  }

  /** All that is left: the stub of a call, as a rule. */
  rest(name = 'stub', section = ''): Uint8Array {
    return this.octets(this.remaining, name, section);
  }

  private need(length: number, name: string): void {
    if (this.remaining < length) {
      throw new CodecError('SHORT', name, this.offset, `needs ${length} octets, has ${Math.max(0, this.remaining)}`);
    }
  }
}

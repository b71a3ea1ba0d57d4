import type { NdrReader } from './reader.js';
import { ConformantType, NdrType } from './type.js';
import { describe, type NdrWriter } from './writer.js';

const check = (writer: NdrWriter, value: Uint8Array): Uint8Array =>
  value instanceof Uint8Array ? value : writer.fail(`${describe(value)} are no octets`);

/** Beside their counts, the octets are a part of their own. */
function markedOctets(reader: NdrReader, count: number): Uint8Array {
  const octets = reader.octets(count);
  reader.mark('(octets)', count);
  return octets;
}

class FixedBytesType extends NdrType<Uint8Array> {
  readonly #size: number;

  constructor(size: number) {
    super(`byte[${size}]`, 'C706 14.3.3.1', { align20: 1, align64: 1, least: size });
    this.#size = size;
  }

  override read(reader: NdrReader): Uint8Array {
    return reader.octets(this.#size);
  }

  override write(writer: NdrWriter, value: Uint8Array): void {
    if (check(writer, value).length !== this.#size) writer.fail(`${describe(value)} are not ${this.#size}`);
    writer.octets(value);
  }
}

/** So many octets as they are. */
export const fixedBytes = (size: number): NdrType<Uint8Array> => new FixedBytesType(size);

class ConformantBytesType extends ConformantType<Uint8Array> {
  constructor() {
    super('[size_is] byte[]', 'C706 14.3.3.2', { align20: 1, align64: 1, least: 0 });
  }

  override readBody(reader: NdrReader, max: number): Uint8Array {
    reader.checkCount(max, 1);
    return markedOctets(reader, max);
  }

  override maxOf(writer: NdrWriter, value: Uint8Array): number {
    return check(writer, value).length;
  }

  override writeBody(writer: NdrWriter, value: Uint8Array): void {
    writer.octets(value);
  }
}

export const conformantBytes: NdrType<Uint8Array> = new ConformantBytesType();

/** The offset and actual_count of a varying type (C706 14.3.3.3); gives the latter. */
export function readVariance(reader: NdrReader, max: number | undefined): number {
  const slot = reader.layout.wordSlot();
  const offset = reader.word('offset');
  reader.layout.word(slot, offset, 0);
  reader.layout.wordSlot();
  const actual = reader.word('actual_count');
  if (max !== undefined && offset + actual > max)
    reader.fail('BAD_LENGTH', `elements ${offset} to ${offset + actual} of ${max}`);
  return actual;
}

export function writeVariance(writer: NdrWriter, actual: number): void {
  writer.word(0);
  writer.word(actual);
}

class VaryingBytesType extends NdrType<Uint8Array> {
  constructor() {
    super('[length_is] byte[]', 'C706 14.3.3.3', { align20: 1, align64: 1, least: 8 });
  }

  override read(reader: NdrReader): Uint8Array {
    const actual = readVariance(reader, undefined);
    reader.checkCount(actual, 1);
    return markedOctets(reader, actual);
  }

  override write(writer: NdrWriter, value: Uint8Array): void {
    writeVariance(writer, check(writer, value).length);
    writer.octets(value);
  }
}

export const varyingBytes: NdrType<Uint8Array> = new VaryingBytesType();

class ConformantVaryingBytesType extends ConformantType<Uint8Array> {
  constructor() {
    super('[size_is, length_is] byte[]', 'C706 14.3.3.4', { align20: 1, align64: 1, least: 8 });
  }

  override readBody(reader: NdrReader, max: number, slot: number): Uint8Array {
    const actual = readVariance(reader, max);
    reader.layout.word(slot, max, actual);
    reader.checkCount(actual, 1);
    return markedOctets(reader, actual);
  }

  override maxOf(writer: NdrWriter, value: Uint8Array): number {
    return check(writer, value).length;
  }

  override writeBody(writer: NdrWriter, value: Uint8Array): void {
    writeVariance(writer, value.length);
    writer.octets(value);
  }
}

/** max_count is taken to be the number of octets; another is kept in the layout. */
export const conformantVaryingBytes: NdrType<Uint8Array> = new ConformantVaryingBytesType();

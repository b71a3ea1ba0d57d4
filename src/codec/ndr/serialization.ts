import { padding } from '../bytes.js';
import type { NdrReader } from './reader.js';
import { type FieldRow, NdrType } from './type.js';
import type { NdrWriter } from './writer.js';

const VERSION = 1;
const LITTLE = 0x10;
const BIG = 0x00;
const COMMON_HEADER_LENGTH = 8;
const FILLER = 0xcccccccc;

/**
 * [MS-RPCE] 2.2.6: one constructed type with its common and private header. The value is the type's own; byte order,
 * fillers and padding other than Windows sends are kept in the layout, as is what follows the type in its buffer.
 */
class TypeSerialization1<T> extends NdrType<T> {
  readonly #type: NdrType<T>;

  constructor(type: NdrType<T>) {
    super(type.name, type.section, { align20: 8, align64: 8, least: 16 });
    this.#type = type;
  }

  override get fields(): readonly FieldRow[] {
    return this.#type.fields;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#type];
  }

  override read(reader: NdrReader): T {
    reader.align(8);
    const little = this.#readCommonHeader(reader);
    const mode = { wide: false, little, packed: false };
    const size = reader.within(mode, () => {
      const length = reader.u32();
      reader.mark('(ObjectBufferLength)', 4, length);
      reader.note(reader.u32(), 0);
      reader.mark('(Filler)', 4);
      return length;
    });
    return reader.window(size, mode, () => {
      const pending = reader.pending;
      const value = this.#type.read(reader);
      reader.settle(pending);
      reader.tail(padding(reader.offset - reader.base, 8));
      return value;
    });
  }

  #readCommonHeader(reader: NdrReader): boolean {
    const at = reader.offset;
    const version = reader.u8();
    reader.mark('(Version)', 1, version);
    const endianness = reader.u8();
    reader.mark('(Endianness)', 1, endianness);
    reader.note(endianness, LITTLE);
    return reader.within({ wide: false, little: true, packed: false }, () => {
      const length = reader.u16();
      reader.mark('(CommonHeaderLength)', 2, length);
      reader.note(reader.u32(), FILLER);
      reader.mark('(Filler)', 4);
      if (version !== VERSION) reader.fail('BAD_VALUE', `type serialization version ${version}`, at);
      if (endianness !== LITTLE && endianness !== BIG) reader.fail('BAD_VALUE', `endianness ${endianness}`, at + 1);
      if (length !== COMMON_HEADER_LENGTH) reader.fail('BAD_LENGTH', `common header of ${length} octets`, at + 2);
      return endianness === LITTLE;
    });
  }

  override write(writer: NdrWriter, value: T): void {
    writer.align(8);
    const endianness = Number(writer.sentWord() ?? LITTLE) & 0xff;
    const mode = { wide: false, little: endianness !== BIG, packed: false };
    writer.u8(VERSION);
    writer.u8(endianness);
    writer.within({ wide: false, little: true, packed: false }, () => {
      writer.u16(COMMON_HEADER_LENGTH);
      writer.word(FILLER);
    });
    writer.within(mode, () => {
      const length = { at: writer.take(4), size: 4, little: writer.little, sent: undefined } as const;
      writer.word(0);
      const size = writer.window(mode, () => {
        const pending = writer.pending;
        this.#type.write(writer, value);
        writer.settle(pending);
        writer.tail(padding(writer.offset - writer.base, 8));
      });
      writer.fill(length, size);
    });
  }
}

/** The type as it stands in a buffer of its own: type serialization version 1. */
export const typeSerialization1 = <T>(type: NdrType<T>): NdrType<T> => new TypeSerialization1(type);

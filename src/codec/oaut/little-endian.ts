import { type FieldRow, type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';

/** What [MS-OAUT] marshals little-endian whatever the data representation label says, with all that it points to. */
class LittleEndianType<T> extends NdrType<T> {
  readonly #type: NdrType<T>;

  constructor(type: NdrType<T>) {
    super(type.name, type.section, type);
    this.#type = type;
  }

  override get fields(): readonly FieldRow[] {
    return this.#type.fields;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#type];
  }

  override read(reader: NdrReader): T {
    return reader.within({ wide: reader.wide, little: true, packed: reader.packed }, () => {
      const pending = reader.pending;
      const value = this.#type.read(reader);
      reader.settle(pending);
      return value;
    });
  }

  override write(writer: NdrWriter, value: T): void {
    writer.within({ wide: writer.wide, little: true, packed: writer.packed }, () => {
      const pending = writer.pending;
      this.#type.write(writer, value);
      writer.settle(pending);
    });
  }
}

/** For the target of a pointer: the referents follow at once. */
export const littleEndian = <T>(type: NdrType<T>): NdrType<T> => new LittleEndianType(type);

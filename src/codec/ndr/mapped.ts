import type { NdrReader } from './reader.js';
import { type ConformantBody, type FieldRow, NdrType } from './type.js';
import type { NdrWriter } from './writer.js';

/** How a value is made of the wire's, and back. `toWire` refuses with `writer.fail`. */
export interface Mapping<W, T> {
  readonly fromWire: (wire: W) => T;
  readonly toWire: (value: T, writer: NdrWriter) => W;
}

class MappedType<W, T> extends NdrType<T> implements ConformantBody<T> {
  readonly #wire: NdrType<W>;
  readonly #mapping: Mapping<W, T>;

  constructor(wire: NdrType<W>, mapping: Mapping<W, T>) {
    super(wire.name, wire.section, wire);
    this.#wire = wire;
    this.#mapping = mapping;
  }

  override get body(): ConformantBody<T> | undefined {
    return this.#wire.body && this;
  }

  override get fields(): readonly FieldRow[] {
    return this.#wire.fields;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#wire];
  }

  override read(reader: NdrReader): T {
    return this.#mapping.fromWire(this.#wire.read(reader));
  }

  override write(writer: NdrWriter, value: T): void {
    this.#wire.write(writer, this.#mapping.toWire(value, writer));
  }

  readBody(reader: NdrReader, max: number, slot: number): T {
    return this.#mapping.fromWire((this.#wire.body as ConformantBody<W>).readBody(reader, max, slot));
  }

  maxOf(writer: NdrWriter, value: T): number {
    return (this.#wire.body as ConformantBody<W>).maxOf(writer, this.#mapping.toWire(value, writer));
  }

  writeBody(writer: NdrWriter, value: T): void {
    (this.#wire.body as ConformantBody<W>).writeBody(writer, this.#mapping.toWire(value, writer));
  }
}

/** Gives the values of a type without pointers another form. */
export const mapped = <W, T>(wire: NdrType<W>, mapping: Mapping<W, T>): NdrType<T> => new MappedType(wire, mapping);

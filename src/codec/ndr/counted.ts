import { readElements, writeElements } from './arrays.js';
import type { NdrReader } from './reader.js';
import { NdrType } from './type.js';
import { describe, type NdrWriter } from './writer.js';

/** An array that has no count of its own: an earlier sibling holds it. NDR knows none; packed structures do. */
export abstract class CountedType<T> extends NdrType<T> {
  readonly sibling: string;

  constructor(name: string, sibling: string, align: { align20: number; align64: number }) {
    super(name, '', { ...align, least: 0 });
    this.sibling = sibling;
  }

  override read(reader: NdrReader): T {
    return reader.fail('BAD_LENGTH', `nothing tells how long ${this.name} is`);
  }

  abstract readCounted(reader: NdrReader, count: number): T;
}

class CountedArrayType<T> extends CountedType<T[]> {
  readonly #element: NdrType<T>;

  constructor(sibling: string, element: NdrType<T>) {
    super(`${element.name}[${sibling}]`, sibling, element);
    this.#element = element;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#element];
  }

  readCounted(reader: NdrReader, count: number): T[] {
    return readElements(reader, this.#element, count);
  }

  override write(writer: NdrWriter, value: T[]): void {
    if (!Array.isArray(value)) writer.fail(`${describe(value)} is no array`);
    writeElements(writer, this.#element, value);
  }
}

class CountedBytesType extends CountedType<Uint8Array> {
  constructor(sibling: string) {
    super(`byte[${sibling}]`, sibling, { align20: 1, align64: 1 });
  }

  readCounted(reader: NdrReader, count: number): Uint8Array {
    reader.checkCount(count, 1);
    return reader.octets(count);
  }

  override write(writer: NdrWriter, value: Uint8Array): void {
    if (!(value instanceof Uint8Array)) writer.fail(`${describe(value)} are no octets`);
    writer.octets(value);
  }
}

/** `sibling` is an earlier `sizeOf` of the same structure. */
export const counted = <T>(sibling: string, element: NdrType<T>): NdrType<T[]> =>
  new CountedArrayType(sibling, element);

/** Octets whose number another member says, by its name. */
export const countedBytes = (sibling: string): NdrType<Uint8Array> => new CountedBytesType(sibling);

import { readVariance, writeVariance } from './octets.js';
import type { Holder, NdrReader } from './reader.js';
import { ConformantType, NdrType } from './type.js';
import { describe, type NdrWriter } from './writer.js';

/** NDR has no arrays of types that send a max_count of their own before them. */
function elementOf<T>(type: NdrType<T>): NdrType<T> {
  if (type.body) throw new TypeError(`${type.name}: a conformant type cannot be an array element`);
  return type;
}

export function readElements<T>(reader: NdrReader, element: NdrType<T>, count: number): T[] {
  reader.checkCount(count, Math.max(1, element.least));
  const items: T[] = [];
  // Characters, which is what so short elements are, tell nothing one by one.
  const path = element.least > 2 ? reader.path : undefined;
  for (let i = 0; i < count; i++) {
    if (path) reader.enter(i, element);
    element.readInto(reader, items as unknown as Holder, i);
    if (path) reader.leave(items[i]);
  }
  if (!path) reader.mark('(elements)', count * element.least);
  return items;
}

export function writeElements<T>(writer: NdrWriter, element: NdrType<T>, items: readonly T[]): void {
  for (let i = 0; i < items.length; i++) {
    if (writer.path) writer.enter(i);
    element.write(writer, items[i] as T);
    if (writer.path) writer.leave();
  }
}

const check = <T>(writer: NdrWriter, value: readonly T[]): readonly T[] =>
  Array.isArray(value) ? value : writer.fail(`${describe(value)} is no array`);

const shape = (element: NdrType<unknown>, least: number) => ({
  align20: element.align20,
  align64: element.align64,
  least,
});

class FixedArrayType<T> extends NdrType<T[]> {
  readonly #element: NdrType<T>;
  readonly #count: number;

  constructor(element: NdrType<T>, count: number) {
    super(`${element.name}[${count}]`, 'C706 14.3.3.1', shape(element, element.least * count));
    this.#element = elementOf(element);
    this.#count = count;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#element];
  }

  override read(reader: NdrReader): T[] {
    return readElements(reader, this.#element, this.#count);
  }

  override write(writer: NdrWriter, value: T[]): void {
    if (check(writer, value).length !== this.#count) writer.fail(`${describe(value)} has not ${this.#count} elements`);
    writeElements(writer, this.#element, value);
  }
}

class ConformantArrayType<T> extends ConformantType<T[]> {
  readonly #element: NdrType<T>;

  constructor(element: NdrType<T>) {
    super(`[size_is] ${element.name}[]`, 'C706 14.3.3.2', shape(element, 0));
    this.#element = elementOf(element);
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#element];
  }

  override readBody(reader: NdrReader, max: number): T[] {
    return readElements(reader, this.#element, max);
  }

  override maxOf(writer: NdrWriter, value: T[]): number {
    return check(writer, value).length;
  }

  override writeBody(writer: NdrWriter, value: T[]): void {
    writeElements(writer, this.#element, value);
  }
}

class VaryingArrayType<T> extends NdrType<T[]> {
  readonly #element: NdrType<T>;

  constructor(element: NdrType<T>) {
    super(`[length_is] ${element.name}[]`, 'C706 14.3.3.3', shape(element, 8));
    this.#element = elementOf(element);
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#element];
  }

  override read(reader: NdrReader): T[] {
    return readElements(reader, this.#element, readVariance(reader, undefined));
  }

  override write(writer: NdrWriter, value: T[]): void {
    writeVariance(writer, check(writer, value).length);
    writeElements(writer, this.#element, value);
  }
}

class ConformantVaryingArrayType<T> extends ConformantType<T[]> {
  readonly #element: NdrType<T>;

  constructor(element: NdrType<T>) {
    super(`[size_is, length_is] ${element.name}[]`, 'C706 14.3.3.4', shape(element, 8));
    this.#element = elementOf(element);
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [this.#element];
  }

  override readBody(reader: NdrReader, max: number, slot: number): T[] {
    const actual = readVariance(reader, max);
    reader.layout.word(slot, max, actual);
    return readElements(reader, this.#element, actual);
  }

  override maxOf(writer: NdrWriter, value: T[]): number {
    return check(writer, value).length;
  }

  override writeBody(writer: NdrWriter, value: T[]): void {
    writeVariance(writer, value.length);
    writeElements(writer, this.#element, value);
  }
}

/** An array of so many elements, C706 14.3.3.1. */
export const fixedArray = <T>(element: NdrType<T>, count: number): NdrType<T[]> => new FixedArrayType(element, count);

/** Its max_count goes before the outermost structure that ends in it. */
export const conformant = <T>(element: NdrType<T>): NdrType<T[]> => new ConformantArrayType(element);

/** A varying array, C706 14.3.3.3: its offset and number of elements stand before it. */
export const varying = <T>(element: NdrType<T>): NdrType<T[]> => new VaryingArrayType(element);

/** max_count is taken to be the number of elements; another is kept in the layout. */
export const conformantVarying = <T>(element: NdrType<T>): NdrType<T[]> => new ConformantVaryingArrayType(element);

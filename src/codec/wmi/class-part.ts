import { describeValue, type NdrReader, type NdrWriter } from '../ndr/index.js';
import { CIM_INHERITED } from './cim-type.js';
import { readEncodedString, writeEncodedString } from './encoded-string.js';
import { type EmbeddedObjects, HeapReader, HeapWriter } from './heap.js';
import type { CimClassPart, CimProperty, CimQualifier } from './object.js';
import { readPart, writePart } from './part.js';
import { peekQualifiers, readQualifiers, sizeOfQualifiers, writeQualifiers } from './qualifiers.js';
import { sizeOfType } from './value.js';
import { ndLength, readTables, shapeOf, usualLength, usualOffsets, writeTables } from './value-table.js';

const LOOKUP = 8;
/** PropertyType, DeclarationOrder, ValueTableOffset and ClassOfOrigin. */
const PROPERTY_INFO = 14;

/** [MS-WMIO] 2.2.15. */
export function readClassPart(reader: NdrReader, embedded: EmbeddedObjects): CimClassPart {
  return readPart(reader, 'a ClassPart', () => readBody(reader, embedded));
}

function readBody(reader: NdrReader, embedded: EmbeddedObjects): CimClassPart {
  reader.note(reader.u8(), 0);
  const nameAt = reader.offset;
  reader.take(4);
  const tables = reader.u32();
  const heap = new HeapReader(reader, heapAfter(reader, tables), embedded);
  const name = at(reader, nameAt, () => heap.name());
  const derivation = readDerivation(reader);
  const qualifiers = readQualifiers(reader, heap);
  const infos = readLookup(reader, heap);
  const nd = ndLength(infos.length);
  if (nd > tables) reader.fail('BAD_LENGTH', `an NdTable of ${nd} in tables of ${tables} octets`);
  const shape = { nd, length: tables - nd, offsets: infos.map(({ offset }) => offset) };
  const entries = readTables(reader, heap, infos, shape, 0xff);
  heap.finish();
  const usual = usualOffsets(infos, reader);
  return {
    name,
    derivation,
    qualifiers,
    properties: infos.map((info, i) => propertyOf(info, entries[i] as (typeof entries)[number], usual[i])),
    ...(shape.length === usualLength(infos, reader) ? {} : { tableLength: shape.length }),
  };
}

/** Where the heap stands: behind parts whose lengths are known before they are read. */
function heapAfter(reader: NdrReader, tables: number): number {
  const start = reader.offset;
  reader.take(peekLength(reader));
  reader.take(peekQualifiers(reader));
  const count = reader.u32();
  if (count * LOOKUP > reader.remaining) reader.fail('BAD_LENGTH', `${count} properties in ${reader.remaining} octets`);
  reader.take(count * LOOKUP);
  reader.take(tables);
  const heap = reader.offset;
  reader.offset = start;
  return heap;
}

function at<T>(reader: NdrReader, offset: number, read: () => T): T {
  const before = reader.offset;
  reader.offset = offset;
  const value = read();
  reader.offset = before;
  return value;
}

function peekLength(reader: NdrReader): number {
  const size = reader.u32();
  reader.offset -= 4;
  return size >= 4 ? size : reader.fail('BAD_LENGTH', `a DerivationList of ${size} octets`);
}

/** [MS-WMIO] 2.2.17. */
function readDerivation(reader: NdrReader): string[] {
  const end = reader.offset + peekLength(reader);
  reader.offset += 4;
  const names: string[] = [];
  while (reader.offset < end) {
    const start = reader.offset;
    const name = readEncodedString(reader);
    const size = reader.offset - start;
    names.push(name);
    reader.note(reader.u32(), size);
  }
  if (reader.offset !== end) reader.fail('BAD_LENGTH', 'a class name goes beyond the DerivationList');
  return names;
}

interface PropertyInfo {
  readonly name: string;
  readonly type: number;
  readonly inherited: boolean;
  readonly order: number;
  readonly offset: number;
  readonly origin: number;
  readonly qualifiers: CimQualifier[];
}

/** [MS-WMIO] 2.2.21. */
function readLookup(reader: NdrReader, heap: HeapReader): PropertyInfo[] {
  const count = reader.u32();
  const infos: PropertyInfo[] = [];
  for (let i = 0; i < count; i++) {
    const name = heap.name() ?? reader.fail('BAD_VALUE', 'a property without a name');
    if (reader.path) reader.enter(name);
    const info = heap.item(() => readInfo(reader, heap, name), sizeOfInfo);
    infos.push(info ?? reader.fail('BAD_VALUE', `no PropertyInfo of ${name}`));
    if (reader.path) reader.leave();
  }
  return infos;
}

function sizeOfInfo(reader: NdrReader): number {
  const start = reader.offset;
  reader.take(PROPERTY_INFO);
  const size = PROPERTY_INFO + peekQualifiers(reader);
  reader.offset = start;
  return size;
}

/** [MS-WMIO] 2.2.30. */
function readInfo(reader: NdrReader, heap: HeapReader, name: string): PropertyInfo {
  const word = reader.u32();
  const type = word & 0xffff & ~CIM_INHERITED;
  sizeOfType(type, reader);
  const inherited = (word & CIM_INHERITED) !== 0;
  reader.note(word, type | (inherited ? CIM_INHERITED : 0));
  const order = reader.u16();
  const offset = reader.u32();
  const origin = reader.u32();
  return { name, type, inherited, order, offset, origin, qualifiers: readQualifiers(reader, heap) };
}

const propertyOf = (
  { name, type, inherited, order, offset, origin, qualifiers }: PropertyInfo,
  entry: { value: CimProperty['value']; inherited: boolean },
  usual: number | undefined,
): CimProperty => ({
  name,
  type,
  value: entry.value,
  order,
  origin,
  ...(inherited ? { inherited } : {}),
  ...(entry.inherited ? { inheritedDefault: true } : {}),
  ...(offset === usual ? {} : { offset }),
  qualifiers,
});

export function writeClassPart(writer: NdrWriter, value: CimClassPart, embedded: EmbeddedObjects): void {
  if (!Array.isArray(value?.properties)) writer.fail(`${describeValue(value)} is no class`);
  writePart(writer, () => writeBody(writer, value, embedded));
}

function writeBody(writer: NdrWriter, value: CimClassPart, embedded: EmbeddedObjects): void {
  writer.u8(Number(writer.sentWord() ?? 0) & 0xff);
  const heap = new HeapWriter(writer, embedded);
  heap.name(writer, value.name);
  const shape = shapeOf(value, writer);
  writer.u32(shape.nd + shape.length);
  writeDerivation(writer, value.derivation);
  writeQualifiers(writer, heap, value.qualifiers);
  writer.u32(value.properties.length);
  value.properties.forEach((property, i) => {
    if (writer.path) writer.enter(property.name);
    writeLookup(writer, heap, property, shape.offsets[i] as number);
    if (writer.path) writer.leave();
  });
  const entries = value.properties.map((property) => ({
    value: property.value,
    inherited: property.inheritedDefault === true,
  }));
  writeTables(writer, heap, value.properties, shape, entries, 0xff);
  heap.finish(writer);
}

function writeDerivation(writer: NdrWriter, names: readonly string[]): void {
  if (!Array.isArray(names)) writer.fail(`${describeValue(names)} is no derivation`);
  const length = writer.take(4);
  for (const name of names) {
    const start = writer.offset;
    writeEncodedString(writer, name);
    const size = writer.offset - start;
    writer.u32(Number(writer.sentWord() ?? size) >>> 0);
  }
  writer.view.setUint32(length, writer.offset - length, true);
}

function writeLookup(writer: NdrWriter, heap: HeapWriter, property: CimProperty, offset: number): void {
  const { name, type, inherited, order, origin, qualifiers } = property;
  if (typeof name !== 'string') writer.fail(`${describeValue(name)} is not the name of a property`);
  heap.name(writer, name);
  const write = () => {
    const word = type | (inherited ? CIM_INHERITED : 0);
    heap.writer.u32(Number(heap.writer.sentWord() ?? word) >>> 0);
    heap.writer.u16(order);
    heap.writer.u32(offset);
    heap.writer.u32(origin);
    writeQualifiers(heap.writer, heap, qualifiers);
  };
  heap.item(writer, write, PROPERTY_INFO + sizeOfQualifiers(writer, qualifiers));
}

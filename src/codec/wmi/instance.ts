import { describeValue, type NdrReader, type NdrWriter } from '../ndr/index.js';
import { type EmbeddedObjects, HeapReader, HeapWriter } from './heap.js';
import type { CimClassPart, CimInstance, CimProperty, CimQualifier, CimValue } from './object.js';
import { readPart, writePart } from './part.js';
import { peekQualifiers, readQualifiers, writeQualifiers } from './qualifiers.js';
import { readTables, shapeOf, type TableShape, writeTables } from './value-table.js';

/** [MS-WMIO] 2.2.65: whether there are qualifiers of properties. */
const NO_PROPERTY_QUALIFIERS = 1;
const PROPERTY_QUALIFIERS = 2;

type InstanceBody = Omit<CimInstance, 'kind' | 'class' | 'flags' | 'server' | 'namespace'>;

/** [MS-WMIO] 2.2.53 behind its CurrentClass, which tells how to read it. */
export function readInstance(reader: NdrReader, ofClass: CimClassPart, embedded: EmbeddedObjects): InstanceBody {
  return readPart(reader, 'an instance', () => readBody(reader, ofClass, embedded));
}

function readBody(reader: NdrReader, ofClass: CimClassPart, embedded: EmbeddedObjects): InstanceBody {
  const shape = shapeOf(ofClass, reader);
  reader.note(reader.u8(), 0);
  const heap = new HeapReader(reader, heapAfter(reader, shape, ofClass.properties.length), embedded);
  const className = heap.name();
  const entries = readTables(reader, heap, ofClass.properties, shape, 0);
  const qualifiers = readQualifiers(reader, heap);
  const propertyQualifiers = readPropertyQualifiers(reader, heap, ofClass);
  heap.finish();
  const values: Record<string, CimValue> = Object.create(null);
  const defaulted: string[] = [];
  ofClass.properties.forEach(({ name, value }, i) => {
    const entry = entries[i] as (typeof entries)[number];
    if (name in values) reader.fail('BAD_VALUE', `two properties called ${name}`);
    values[name] = entry.inherited ? value : entry.value;
    if (entry.inherited) defaulted.push(name);
  });
  return {
    className,
    values,
    ...(defaulted.length === 0 ? {} : { defaulted }),
    qualifiers,
    ...(propertyQualifiers === undefined ? {} : { propertyQualifiers }),
  };
}

function heapAfter(reader: NdrReader, shape: TableShape, properties: number): number {
  const start = reader.offset;
  reader.take(4 + shape.nd + shape.length);
  reader.take(peekQualifiers(reader));
  if (reader.u8() === PROPERTY_QUALIFIERS) for (let i = 0; i < properties; i++) reader.take(peekQualifiers(reader));
  const heap = reader.offset;
  reader.offset = start;
  return heap;
}

function readPropertyQualifiers(
  reader: NdrReader,
  heap: HeapReader,
  { properties }: CimClassPart,
): Record<string, CimQualifier[]> | undefined {
  const flag = reader.u8();
  reader.note(flag, flag === PROPERTY_QUALIFIERS ? PROPERTY_QUALIFIERS : NO_PROPERTY_QUALIFIERS);
  if (flag !== PROPERTY_QUALIFIERS) return undefined;
  const sets: Record<string, CimQualifier[]> = Object.create(null);
  for (const { name } of properties) {
    const qualifiers = readQualifiers(reader, heap);
    if (qualifiers.length > 0) sets[name] = qualifiers;
  }
  return sets;
}

export function writeInstance(
  writer: NdrWriter,
  value: InstanceBody,
  ofClass: CimClassPart,
  embedded: EmbeddedObjects,
): void {
  if (typeof value.values !== 'object' || value.values === null) writer.fail('an instance needs values');
  writePart(writer, () => writeBody(writer, value, ofClass, embedded));
}

function writeBody(writer: NdrWriter, value: InstanceBody, ofClass: CimClassPart, embedded: EmbeddedObjects): void {
  const shape = shapeOf(ofClass, writer);
  writer.u8(Number(writer.sentWord() ?? 0) & 0xff);
  const heap = new HeapWriter(writer, embedded);
  heap.name(writer, value.className);
  const entries = ofClass.properties.map((property) => entryOf(value, property));
  writeTables(writer, heap, ofClass.properties, shape, entries, 0);
  writeQualifiers(writer, heap, value.qualifiers);
  writePropertyQualifiers(writer, heap, value.propertyQualifiers, ofClass);
  heap.finish(writer);
}

function entryOf({ values, defaulted }: InstanceBody, property: CimProperty) {
  const inherited = defaulted?.includes(property.name) === true;
  const own = Object.hasOwn(values, property.name) ? (values[property.name] ?? null) : null;
  return { value: inherited ? null : own, inherited };
}

function writePropertyQualifiers(
  writer: NdrWriter,
  heap: HeapWriter,
  sets: CimInstance['propertyQualifiers'],
  { properties }: CimClassPart,
): void {
  const flag = sets === undefined ? NO_PROPERTY_QUALIFIERS : PROPERTY_QUALIFIERS;
  const sent = Number(writer.sentWord() ?? flag) & 0xff;
  writer.u8(sets !== undefined || sent === PROPERTY_QUALIFIERS ? flag : sent);
  if (sets === undefined) return;
  if (typeof sets !== 'object' || sets === null) writer.fail(`${describeValue(sets)} are no qualifiers of properties`);
  for (const { name } of properties) writeQualifiers(writer, heap, Object.hasOwn(sets, name) ? (sets[name] ?? []) : []);
}

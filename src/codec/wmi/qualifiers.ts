import { describeValue, type NdrReader, type NdrWriter } from '../ndr/index.js';
import type { HeapReader, HeapWriter } from './heap.js';
import type { CimQualifier } from './object.js';
import { readValue, sizeOfType, writeValue } from './value.js';

/** The EncodingLength of the qualifier set that stands next, which it does not step over. */
export function peekQualifiers(reader: NdrReader): number {
  const size = reader.u32();
  reader.offset -= 4;
  if (size < 4 || size > reader.remaining)
    reader.fail('BAD_LENGTH', `a QualifierSet of ${size} octets in ${reader.remaining}`);
  return size;
}

/** [MS-WMIO] 2.2.59. */
export function readQualifiers(reader: NdrReader, heap: HeapReader): CimQualifier[] {
  const end = reader.offset + peekQualifiers(reader);
  reader.offset += 4;
  const qualifiers: CimQualifier[] = [];
  while (reader.offset < end) {
    if (reader.path) reader.enter(qualifiers.length);
    qualifiers.push(readQualifier(reader, heap));
    if (reader.path) reader.leave();
  }
  if (reader.offset !== end) reader.fail('BAD_LENGTH', 'a qualifier goes beyond its set');
  return qualifiers;
}

function readQualifier(reader: NdrReader, heap: HeapReader): CimQualifier {
  const name = heap.name() ?? reader.fail('BAD_VALUE', 'a qualifier without a name');
  const flavor = reader.u8();
  const type = reader.u32();
  return { name, type, value: readValue(reader, heap, type), flavor };
}

const setOf = (writer: NdrWriter, qualifiers: unknown): readonly CimQualifier[] =>
  Array.isArray(qualifiers) ? qualifiers : writer.fail(`${describeValue(qualifiers)} is not a list of qualifiers`);

export const sizeOfQualifiers = (writer: NdrWriter, qualifiers: readonly CimQualifier[]): number =>
  setOf(writer, qualifiers).reduce((sum, each) => sum + 9 + sizeOfType(each?.type, writer), 4);

export function writeQualifiers(writer: NdrWriter, heap: HeapWriter, qualifiers: readonly CimQualifier[]): void {
  writer.u32(sizeOfQualifiers(writer, qualifiers));
  for (const { name, type, value, flavor } of qualifiers) {
    if (typeof name !== 'string') writer.fail(`${describeValue(name)} is not the name of a qualifier`);
    if (!Number.isInteger(flavor)) writer.fail(`${describeValue(flavor)} is no flavor`);
    heap.name(writer, name);
    writer.u8(flavor & 0xff);
    writer.u32(type);
    writeValue(writer, heap, type, value);
  }
}

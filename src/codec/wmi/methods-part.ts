import { describeValue, type NdrReader, type NdrWriter } from '../ndr/index.js';
import { type EmbeddedObjects, HeapReader, HeapWriter } from './heap.js';
import type { CimClass, CimMethod } from './object.js';
import { readPart, writePart } from './part.js';
import { peekQualifiers, readQualifiers, sizeOfQualifiers, writeQualifiers } from './qualifiers.js';

const METHOD_DESCRIPTION = 24;

/** [MS-WMIO] 2.2.38. */
export function readMethodsPart(reader: NdrReader, embedded: EmbeddedObjects): CimMethod[] {
  return readPart(reader, 'a MethodsPart', () => {
    const count = reader.u16();
    reader.note(reader.u16(), 0);
    if (count * METHOD_DESCRIPTION > reader.remaining)
      reader.fail('BAD_LENGTH', `${count} methods in ${reader.remaining} octets`);
    const heap = new HeapReader(reader, reader.offset + count * METHOD_DESCRIPTION, embedded);
    const methods: CimMethod[] = [];
    for (let i = 0; i < count; i++) methods.push(readMethod(reader, heap));
    heap.finish();
    return methods;
  });
}

/** [MS-WMIO] 2.2.41; in the heap the signatures come before the qualifiers, as in the example of section 3.2. */
function readMethod(reader: NdrReader, heap: HeapReader): CimMethod {
  const name = heap.name() ?? reader.fail('BAD_VALUE', 'a method without a name');
  if (reader.path) reader.enter(name);
  const flags = reader.u8();
  reader.note(reader.u8() | (reader.u8() << 8) | (reader.u8() << 16), 0);
  const origin = reader.u32();
  const qualifiersAt = reader.take(4);
  const input = readSignature(reader, heap);
  const output = readSignature(reader, heap);
  const after = reader.offset;
  reader.offset = qualifiersAt;
  const qualifiers = heap.item(() => readQualifiers(reader, heap), peekQualifiers);
  reader.offset = after;
  if (reader.path) reader.leave();
  return { name, flags, origin, qualifiers, input, output };
}

/** [MS-WMIO] 2.2.70. */
function readSignature(reader: NdrReader, heap: HeapReader): CimClass | null {
  const object = heap.signature();
  if (object?.kind === 'instance') reader.fail('BAD_VALUE', 'a signature that is no class');
  return object as CimClass | null;
}

export function writeMethodsPart(writer: NdrWriter, methods: readonly CimMethod[], embedded: EmbeddedObjects): void {
  if (!Array.isArray(methods)) writer.fail(`${describeValue(methods)} is not a list of methods`);
  writePart(writer, () => {
    writer.u16(methods.length);
    writer.u16(Number(writer.sentWord() ?? 0) & 0xffff);
    const heap = new HeapWriter(writer, embedded);
    for (const method of methods) writeMethod(writer, heap, method);
    heap.finish(writer);
  });
}

function writeMethod(writer: NdrWriter, heap: HeapWriter, method: CimMethod): void {
  const { name, flags, origin, qualifiers, input, output } = method;
  if (typeof name !== 'string') writer.fail(`${describeValue(name)} is not the name of a method`);
  heap.name(writer, name);
  writer.u8(flags & 0xff);
  const padding = Number(writer.sentWord() ?? 0);
  for (const shift of [0, 8, 16]) writer.u8((padding >> shift) & 0xff);
  writer.u32(origin);
  const qualifiersAt = writer.take(4);
  for (const signature of [input, output]) heap.signature(writer, signature);
  const after = writer.offset;
  writer.offset = qualifiersAt;
  if (qualifiers === null) heap.item(writer, null);
  else {
    const size = sizeOfQualifiers(writer, qualifiers);
    heap.item(writer, () => writeQualifiers(heap.writer, heap, qualifiers), size);
  }
  writer.offset = after;
}

import { describeValue, type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';
import { PACKED } from '../ndr/reader.js';
import { readClassPart, writeClassPart } from './class-part.js';
import { readEncodedString, writeEncodedString } from './encoded-string.js';
import type { EmbeddedObjects } from './heap.js';
import { readInstance, writeInstance } from './instance.js';
import { readMethodsPart, writeMethodsPart } from './methods-part.js';
import type { CimClassAndMethods, CimClassPart, CimInstance, CimObject } from './object.js';
import { readSize, readSized, writeSized } from './part.js';

/** [MS-WMIO] 2.2.77. */
const SIGNATURE = 0x12345678;

/** [MS-WMIO] 2.2.6. */
const IS_CLASS = 1;
const IS_INSTANCE = 2;
const IS_DECORATED = 4;
/** The object is a prototype of the result of a query, and whether it lacks a key. */
export const OBJECT_IS_PROTOTYPE = 0x10;
export const OBJECT_LACKS_KEY = 0x40;
const KIND = IS_CLASS | IS_INSTANCE;

interface Header {
  readonly flags?: number;
  readonly server?: string;
  readonly namespace?: string;
}

function readHeader(reader: NdrReader): { kind: number; header: Header } {
  const flags = reader.u8();
  const kind = flags & KIND;
  if (kind !== IS_CLASS && kind !== IS_INSTANCE)
    reader.fail('BAD_VALUE', `ObjectFlags 0x${flags.toString(16)}: neither a class nor an instance`, reader.offset - 1);
  const others = flags & ~(KIND | IS_DECORATED);
  const decoration =
    flags & IS_DECORATED ? { server: readEncodedString(reader), namespace: readEncodedString(reader) } : {};
  return { kind, header: { ...(others === 0 ? {} : { flags: others }), ...decoration } };
}

function writeHeader(writer: NdrWriter, kind: number, { flags = 0, server, namespace }: Header): void {
  const isDecorated = server !== undefined || namespace !== undefined;
  writer.u8((flags & ~(KIND | IS_DECORATED) & 0xff) | kind | (isDecorated ? IS_DECORATED : 0));
  if (!isDecorated) return;
  writeEncodedString(writer, server ?? '');
  writeEncodedString(writer, namespace ?? '');
}

/** [MS-WMIO] 2.2.14 of a class object. */
const readClassAndMethods = (reader: NdrReader): CimClassAndMethods => {
  const part = readClassPart(reader, EMBEDDED);
  return { ...part, methods: readMethodsPart(reader, EMBEDDED) };
};

function writeClassAndMethods(writer: NdrWriter, value: CimClassAndMethods): void {
  writeClassPart(writer, value, EMBEDDED);
  writeMethodsPart(writer, value.methods, EMBEDDED);
}

/** [MS-WMIO] 2.2.5. */
export function readObjectBlock(reader: NdrReader): CimObject {
  const { kind, header } = readHeader(reader);
  if (kind === IS_CLASS) {
    const parent = inside(reader, 'parent', readClassAndMethods);
    return { kind: 'class', ...header, parent, class: inside(reader, 'class', readClassAndMethods) };
  }
  const ofClass = inside(reader, 'class', () => readClassPart(reader, EMBEDDED));
  return { kind: 'instance', ...header, class: ofClass, ...readInstance(reader, ofClass, EMBEDDED) };
}

function inside<T>(reader: NdrReader, name: string, read: (reader: NdrReader) => T): T {
  if (reader.path) reader.enter(name);
  const value = read(reader);
  if (reader.path) reader.leave();
  return value;
}

export function writeObjectBlock(writer: NdrWriter, value: CimObject): void {
  if (value?.kind === 'class') {
    writeHeader(writer, IS_CLASS, value);
    writeClassAndMethods(writer, value.parent);
    writeClassAndMethods(writer, value.class);
  } else if (value?.kind === 'instance') {
    writeHeader(writer, IS_INSTANCE, value);
    writeClassPart(writer, value.class, EMBEDDED);
    writeInstance(writer, value, value.class, EMBEDDED);
  } else writer.fail(`${describeValue(value)} is no CIM object`);
}

/** [MS-WMIO] 2.2.3: an instance whose class the reader knows from before. */
export function readInstanceNoClass(reader: NdrReader, ofClass: CimClassPart): CimInstance {
  const { kind, header } = readHeader(reader);
  if (kind !== IS_INSTANCE) reader.fail('BAD_VALUE', 'a class where an instance should be');
  return { kind: 'instance', ...header, class: ofClass, ...readInstance(reader, ofClass, EMBEDDED) };
}

export function writeInstanceNoClass(writer: NdrWriter, value: CimInstance): void {
  writeHeader(writer, IS_INSTANCE, value);
  writeInstance(writer, value, value.class, EMBEDDED);
}

/** An ObjectEncodingLength and an ObjectBlock: an embedded object, or a signature ([MS-WMIO] 2.2.70, 2.2.71). */
const readSizedObject = (reader: NdrReader): CimObject =>
  readSized(reader, readSize(reader), () => readObjectBlock(reader));

const writeSizedObject = (writer: NdrWriter, value: CimObject): void =>
  writeSized(writer, writer.longPlace(), () => writeObjectBlock(writer, value));

const EMBEDDED: EmbeddedObjects = { read: readSizedObject, write: writeSizedObject };

class EncodingUnitType extends NdrType<CimObject> {
  constructor() {
    super('EncodingUnit', '[MS-WMIO] 2.2.1', { align20: 1, align64: 1, least: 8 });
  }

  override get fields() {
    return [
      { name: 'Signature', type: 'UINT32', note: '0x12345678' },
      { name: 'ObjectEncodingLength', type: 'UINT32', note: 'of the ObjectBlock' },
      { name: 'ObjectBlock', type: 'ObjectBlock', note: 'a class or an instance' },
    ];
  }

  override read(reader: NdrReader): CimObject {
    return reader.window(reader.remaining, PACKED, () => {
      const signature = reader.u32();
      if (signature !== SIGNATURE)
        reader.fail('BAD_VALUE', `signature 0x${signature.toString(16)} of a CIM object`, reader.offset - 4);
      return readSizedObject(reader);
    });
  }

  override write(writer: NdrWriter, value: CimObject): void {
    writer.window(PACKED, () => {
      writer.u32(SIGNATURE);
      writeSizedObject(writer, value);
    });
  }
}

/** A class or an instance by itself, as an OBJREF_CUSTOM carries it ([MS-WMI] 2.2.4). */
export const EncodingUnit: NdrType<CimObject> = new EncodingUnitType();

import { describeValue, type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';
import { PACKED } from '../ndr/reader.js';
import type { CimClass, CimClassPart, CimInstance, CimObject } from './object.js';
import { readInstanceNoClass, readObjectBlock, writeInstanceNoClass, writeObjectBlock } from './object-block.js';
import { readSize, readSized, writeSized } from './part.js';

/** [MS-WMI] 2.2.14.1, bObjectType. */
export const WBEMOBJECT_CLASS = 1;
export const WBEMOBJECT_INSTANCE = 2;
export const WBEMOBJECT_INSTANCE_NOCLASS = 3;

/** [MS-WMI] 2.2.14, bPacketType: what the objects are sent in. */
export const PACKET_INDICATE = 0;
export const PACKET_SMART_ENUM = 1;

/** [MS-WMI] 2.2.14.1. */
export type ObjectArrayItem =
  | { readonly type: 1; readonly object: CimClass }
  | { readonly type: 2; readonly classId: string; readonly object: CimInstance }
  | { readonly type: 3; readonly classId: string; readonly object: CimInstance }
  /** An instance of a class that was sent before what the reader has seen. */
  | { readonly type: 3; readonly classId: string; readonly raw: Uint8Array };

/** [MS-WMI] 2.2.14: several objects in one buffer. */
export interface ObjectArray {
  readonly packetType: number;
  readonly objects: readonly ObjectArrayItem[];
}

/** Classes by the identifier that a server gave them; a reader adds those that it meets. */
export interface KnownClasses {
  /** The class of an identifier. */
  get(id: string): CimClassPart | undefined;
  /** Keeps a class. */
  set(id: string, part: CimClassPart): unknown;
}

const SIGNATURE = Buffer.from('WBEMDATA', 'latin1');
const VERSION = 1;
const HEADER_1 = 26;
const HEADER_2 = 8;
const HEADER_3 = 12;
const OBJECT_HEADER = 9;
const CLASS_HEADER = 8;
const INSTANCE_HEADER = 24;

class ObjectArrayType extends NdrType<ObjectArray> {
  readonly #classes: KnownClasses;

  constructor(classes: KnownClasses) {
    super('ObjectArray', '[MS-WMI] 2.2.14', { align20: 1, align64: 1, least: HEADER_1 + HEADER_2 + HEADER_3 });
    this.#classes = classes;
  }

  override get fields() {
    return [
      { name: 'dwByteOrdering', type: 'UINT32', note: '0: little-endian' },
      { name: 'abSignature', type: 'byte[8]', note: '"WBEMDATA"' },
      { name: 'dwSizeOfHeader1', type: 'UINT32', note: '26' },
      { name: 'dwDataSize1', type: 'UINT32', note: 'of what follows this header' },
      { name: 'dwFlags', type: 'UINT32', note: '0' },
      { name: 'bVersion', type: 'byte', note: '1' },
      { name: 'bPacketType', type: 'byte', note: '0: Indicate, 1: IWbemWCOSmartEnum::Next' },
      { name: 'dwSizeOfHeader2', type: 'UINT32', note: '8' },
      { name: 'dwDataSize2', type: 'UINT32', note: '' },
      { name: 'dwSizeOfHeader3', type: 'UINT32', note: '12' },
      { name: 'dwDataSize3', type: 'UINT32', note: '' },
      { name: 'dwNumObjects', type: 'UINT32', note: '' },
      { name: 'wbemObjects', type: 'WBEM_DATAPACKET_OBJECT[dwNumObjects]', note: '' },
    ];
  }

  override read(reader: NdrReader): ObjectArray {
    return reader.window(reader.remaining, PACKED, () => {
      reader.note(reader.u32(), 0);
      const signature = reader.octets(8);
      if (!SIGNATURE.equals(signature)) reader.fail('BAD_VALUE', 'no WBEMDATA', reader.offset - 8);
      reader.note(reader.u32(), HEADER_1);
      const size1 = readSize(reader);
      reader.note(reader.u32(), 0);
      reader.note(reader.u8(), VERSION);
      const packetType = reader.u8();
      const objects = readSized(reader, size1, () => {
        reader.note(reader.u32(), HEADER_2);
        return readSized(reader, readSize(reader), () => {
          reader.note(reader.u32(), HEADER_3);
          const size3 = readSize(reader);
          const count = reader.u32();
          return readSized(reader, size3, () => this.#readObjects(reader, count));
        });
      });
      return { packetType, objects };
    });
  }

  #readObjects(reader: NdrReader, count: number): ObjectArrayItem[] {
    reader.checkCount(count, OBJECT_HEADER + CLASS_HEADER);
    const objects: ObjectArrayItem[] = [];
    for (let i = 0; i < count; i++) {
      if (reader.path) reader.enter(i);
      objects.push(this.#readItem(reader));
      if (reader.path) reader.leave();
    }
    return objects;
  }

  /** [MS-WMI] 2.2.14.1. */
  #readItem(reader: NdrReader): ObjectArrayItem {
    reader.note(reader.u32(), OBJECT_HEADER);
    const size = readSize(reader);
    const type = reader.u8();
    return readSized(reader, size, () => {
      if (type === WBEMOBJECT_CLASS) return this.#readClass(reader);
      if (type === WBEMOBJECT_INSTANCE || type === WBEMOBJECT_INSTANCE_NOCLASS) return this.#readInstance(reader, type);
      return reader.fail('BAD_VALUE', `object of type ${type}`);
    });
  }

  #readClass(reader: NdrReader): ObjectArrayItem {
    reader.note(reader.u32(), CLASS_HEADER);
    const object = readSized(reader, readSize(reader), () => readObjectBlock(reader));
    return object.kind === 'class' ? { type: 1, object } : reader.fail('BAD_VALUE', 'an instance in WBEMOBJECT_CLASS');
  }

  #readInstance(reader: NdrReader, type: 2 | 3): ObjectArrayItem {
    reader.note(reader.u32(), INSTANCE_HEADER);
    const size = readSize(reader);
    const classId = reader.uuid();
    const known = this.#classes.get(classId);
    if (type === 3 && known === undefined) return { type, classId, raw: reader.octets(size) };
    const object = readSized(reader, size, () =>
      type === 2 ? readObjectBlock(reader) : readInstanceNoClass(reader, known as CimClassPart),
    );
    if (object.kind !== 'instance') return reader.fail('BAD_VALUE', 'a class in WBEMOBJECT_INSTANCE');
    this.#classes.set(classId, object.class);
    return { type, classId, object } as ObjectArrayItem;
  }

  override write(writer: NdrWriter, { packetType, objects }: ObjectArray): void {
    if (!Array.isArray(objects)) writer.fail(`${describeValue(objects)} is not a list of objects`);
    writer.window(PACKED, () => {
      writer.u32(Number(writer.sentWord() ?? 0) >>> 0);
      writer.octets(SIGNATURE);
      writer.u32(Number(writer.sentWord() ?? HEADER_1) >>> 0);
      const size1 = writer.longPlace();
      writer.u32(Number(writer.sentWord() ?? 0) >>> 0);
      writer.u8(Number(writer.sentWord() ?? VERSION) & 0xff);
      writer.u8(packetType);
      writeSized(writer, size1, () => {
        writer.u32(Number(writer.sentWord() ?? HEADER_2) >>> 0);
        writeSized(writer, writer.longPlace(), () => {
          writer.u32(Number(writer.sentWord() ?? HEADER_3) >>> 0);
          const size3 = writer.longPlace();
          writer.u32(objects.length);
          writeSized(writer, size3, () => {
            for (const item of objects) this.#writeItem(writer, item);
          });
        });
      });
    });
  }

  #writeItem(writer: NdrWriter, item: ObjectArrayItem): void {
    writer.u32(Number(writer.sentWord() ?? OBJECT_HEADER) >>> 0);
    const size = writer.longPlace();
    writer.u8(item.type);
    writeSized(writer, size, () => {
      writer.u32(Number(writer.sentWord() ?? (item.type === 1 ? CLASS_HEADER : INSTANCE_HEADER)) >>> 0);
      const inner = writer.longPlace();
      if (item.type !== 1) writer.uuid(item.classId);
      if ('raw' in item) {
        writer.octets(item.raw);
        writer.fill(inner, item.raw.length);
        return;
      }
      writeSized(writer, inner, () => {
        if (item.type === 3) writeInstanceNoClass(writer, item.object);
        else writeObjectBlock(writer, item.object);
      });
    });
  }
}

/** The objects of one buffer, and with them what is needed for the next of the same enumerator. */
export const objectArray = (classes: KnownClasses = new Map()): NdrType<ObjectArray> => new ObjectArrayType(classes);

/** The objects of an array; those whose class is not known are left out. */
export const objectsOf = ({ objects }: ObjectArray): CimObject[] =>
  objects.flatMap((item) => ('object' in item ? [item.object] : []));

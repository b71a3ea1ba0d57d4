import { type InterfacePointer, marshaledByValue } from '../dcom/minterface-pointer.js';
import { describeValue, type NdrReader, NdrType, type NdrWriter } from '../ndr/index.js';
import { PACKED } from '../ndr/reader.js';
import * as vt from '../oaut/constants.js';
import { CLSID_WbemContextMarshaler, IID_IWbemContext } from './constants.js';
import type { CimObject } from './object.js';
import { EncodingUnit } from './object-block.js';

/** What a property of a context holds, by its VARTYPE. */
export type ContextValue = null | boolean | number | string | CimObject | readonly ContextValue[];

/** [MS-WMI] 2.2.13.2. */
export interface ContextProperty {
  readonly name: string;
  readonly flags: number;
  /** VT_*, with VT_ARRAY for an array. */
  readonly type: number;
  readonly value: ContextValue;
}

/** [MS-WMI] 2.2.13.1. */
export interface WbemContext {
  readonly guids: readonly string[];
  readonly properties: readonly ContextProperty[];
}

interface Kind {
  /** Octets of an element of an array; 0 where they vary. */
  readonly size: number;
  readonly get: (view: DataView, at: number) => ContextValue;
  readonly put: (view: DataView, at: number, value: never) => void;
}

const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [vt.VT_I1, { size: 1, get: (v, at) => v.getInt8(at), put: (v, at, n) => v.setInt8(at, n) }],
  [vt.VT_UI1, { size: 1, get: (v, at) => v.getUint8(at), put: (v, at, n) => v.setUint8(at, n) }],
  [vt.VT_I2, { size: 2, get: (v, at) => v.getInt16(at, true), put: (v, at, n) => v.setInt16(at, n, true) }],
  [vt.VT_UI2, { size: 2, get: (v, at) => v.getUint16(at, true), put: (v, at, n) => v.setUint16(at, n, true) }],
  [
    vt.VT_BOOL,
    { size: 2, get: (v, at) => v.getInt16(at, true) !== 0, put: (v, at, is) => v.setInt16(at, is ? -1 : 0, true) },
  ],
  [vt.VT_I4, { size: 4, get: (v, at) => v.getInt32(at, true), put: (v, at, n) => v.setInt32(at, n, true) }],
  [vt.VT_UI4, { size: 4, get: (v, at) => v.getUint32(at, true), put: (v, at, n) => v.setUint32(at, n, true) }],
  [vt.VT_R4, { size: 4, get: (v, at) => v.getFloat32(at, true), put: (v, at, n) => v.setFloat32(at, n, true) }],
  [vt.VT_R8, { size: 8, get: (v, at) => v.getFloat64(at, true), put: (v, at, n) => v.setFloat64(at, n, true) }],
]);

/** A number that is no element of an array takes so many octets, whatever its size. */
const SCALAR = 8;
/** What an array says of the size of elements that vary; Windows of 64 bits sends 8. */
const POINTER = 8;
/** A real32 takes 8 octets in an array too. */
const sizeInArray = (type: number): number => (type === vt.VT_R4 ? SCALAR : (KINDS.get(type)?.size ?? POINTER));

function readString(reader: NdrReader): string {
  const count = reader.u32();
  if (count * 2 > reader.remaining) reader.fail('BAD_LENGTH', `${count} characters in ${reader.remaining} octets`);
  return Buffer.from(reader.octets(count * 2)).toString('ucs2');
}

function writeString(writer: NdrWriter, text: unknown): void {
  if (typeof text !== 'string') return writer.fail(`${describeValue(text)} is no text`);
  writer.u32(text.length);
  writer.octets(Buffer.from(text, 'ucs2'));
}

/** A value in so many octets; those that it does not fill are kept in the layout. */
function readNumber(reader: NdrReader, type: number, size: number): ContextValue {
  const kind = KINDS.get(type) ?? reader.fail('BAD_VALUE', `${type} is not a type of a context property`);
  const at = reader.take(size);
  const value = kind.get(reader.view, at);
  const expected = new DataView(new ArrayBuffer(8));
  kind.put(expected, 0, value as never);
  const rest = Uint8Array.from({ length: size }, (_, i) => (reader.bytes[at + i] as number) ^ expected.getUint8(i));
  reader.layout.tail(rest, size);
  return value;
}

function writeNumber(writer: NdrWriter, type: number, size: number, value: ContextValue): void {
  const kind = KINDS.get(type) ?? writer.fail(`${type} is not a type of a context property`);
  if (typeof value !== 'number' && typeof value !== 'boolean') writer.fail(`${describeValue(value)} is no number`);
  const at = writer.take(size);
  kind.put(writer.view, at, value as never);
  writer
    .sentTail()
    ?.subarray(0, size)
    .forEach((octet, i) => {
      writer.view.setUint8(at + i, writer.view.getUint8(at + i) ^ octet);
    });
}

function readValue(reader: NdrReader, type: number): ContextValue {
  if (type & vt.VT_ARRAY) return readArray(reader, type & ~vt.VT_ARRAY);
  if (type === vt.VT_NULL) return null;
  if (type === vt.VT_BSTR) return readString(reader);
  if (type === vt.VT_UNKNOWN) return EncodingUnit.read(reader);
  return readNumber(reader, type, SCALAR);
}

function writeValue(writer: NdrWriter, type: number, value: ContextValue): void {
  if (type & vt.VT_ARRAY) writeArray(writer, type & ~vt.VT_ARRAY, value);
  else if (type === vt.VT_NULL) return;
  else if (type === vt.VT_BSTR) writeString(writer, value);
  else if (type === vt.VT_UNKNOWN) EncodingUnit.write(writer, value as CimObject);
  else writeNumber(writer, type, SCALAR, value);
}

/** [MS-WMI] 2.2.13.4. */
function readArray(reader: NdrReader, type: number): ContextValue[] {
  const count = reader.u32();
  const size = reader.u32();
  reader.note(size, sizeInArray(type));
  reader.checkCount(count, Math.min(4, sizeInArray(type)));
  const values: ContextValue[] = [];
  for (let i = 0; i < count; i++)
    values.push(KINDS.has(type) ? readNumber(reader, type, sizeInArray(type)) : readValue(reader, type));
  return values;
}

function writeArray(writer: NdrWriter, type: number, values: ContextValue): void {
  if (!Array.isArray(values)) return writer.fail(`${describeValue(values)} is no array`);
  writer.u32(values.length);
  writer.u32(Number(writer.sentWord() ?? sizeInArray(type)) >>> 0);
  for (const value of values)
    if (KINDS.has(type)) writeNumber(writer, type, sizeInArray(type), value as ContextValue);
    else writeValue(writer, type, value as ContextValue);
}

/** Name, flags and type of a property without a name. */
const LEAST_PROPERTY = 10;

class ContextBufferType extends NdrType<WbemContext> {
  constructor() {
    super('IWbemContextBuffer', '[MS-WMI] 2.2.13.1', { align20: 1, align64: 1, least: 8 });
  }

  override get fields() {
    return [
      { name: 'NumGuids', type: 'UINT32', note: '1' },
      { name: 'GUID', type: 'GUID[NumGuids]', note: '' },
      { name: 'NumProps', type: 'UINT32', note: '' },
      { name: 'properties', type: 'IWbemContextProperty[NumProps]', note: 'name, flags, VARTYPE and value' },
    ];
  }

  override read(reader: NdrReader): WbemContext {
    return reader.within(PACKED, () => this.#read(reader));
  }

  #read(reader: NdrReader): WbemContext {
    const guids = this.#list(reader, 16, () => reader.uuid());
    const properties = this.#list(reader, LEAST_PROPERTY, () => {
      const name = readString(reader);
      const flags = reader.u32();
      const type = reader.u16();
      return { name, flags, type, value: readValue(reader, type) };
    });
    return { guids, properties };
  }

  #list<T>(reader: NdrReader, least: number, read: () => T): T[] {
    const count = reader.u32();
    reader.checkCount(count, least);
    return Array.from({ length: count }, read);
  }

  override write(writer: NdrWriter, value: WbemContext): void {
    writer.within(PACKED, () => this.#write(writer, value));
  }

  #write(writer: NdrWriter, { guids, properties }: WbemContext): void {
    if (!Array.isArray(guids) || !Array.isArray(properties)) writer.fail('a context needs guids and properties');
    writer.u32(guids.length);
    for (const guid of guids) writer.uuid(guid);
    writer.u32(properties.length);
    for (const { name, flags, type, value } of properties) {
      writeString(writer, name);
      writer.u32(flags);
      writer.u16(type);
      writeValue(writer, type, value);
    }
  }
}

export const IWbemContextBuffer: NdrType<WbemContext> = new ContextBufferType();

const isContext = (value: WbemContext | InterfacePointer): value is WbemContext =>
  'properties' in value && 'guids' in value;

/** [MS-WMI] 2.2.13: what a client tells the providers. */
export const IWbemContext: NdrType<WbemContext | InterfacePointer> = marshaledByValue(
  {
    name: 'IWbemContext',
    section: '[MS-WMI] 2.2.13',
    iid: IID_IWbemContext,
    clsid: CLSID_WbemContextMarshaler,
  },
  IWbemContextBuffer,
  isContext,
);

import { describeValue, double, float, type NdrReader, type NdrWriter } from '../ndr/index.js';
import { CIM_ARRAY, CIM_TYPE, SIZES } from './cim-type.js';
import type { HeapReader, HeapWriter } from './heap.js';
import type { CimObject, CimValue } from './object.js';

/** Octets that a value takes where it stands; CodecError for an invalid type. */
export function sizeOfType(type: number, io: NdrReader | NdrWriter): number {
  if (type & CIM_ARRAY) return SIZES.has(type & ~CIM_ARRAY) ? 4 : unknownType(type, io);
  return SIZES.get(type) ?? unknownType(type, io);
}

function unknownType(type: number, io: NdrReader | NdrWriter): never {
  const detail = `0x${type.toString(16)} is no CimType`;
  return 'bytes' in io ? io.fail('BAD_VALUE', detail) : io.fail(detail);
}

interface Kind {
  read(reader: NdrReader, heap: HeapReader): CimValue;
  write(writer: NdrWriter, heap: HeapWriter, value: CimValue): void;
}

type Get = (view: DataView, at: number) => number | bigint;
type Put = (view: DataView, at: number, value: never) => void;

function integer(bits: 8 | 16 | 32, signed: boolean, get: Get, put: Put): Kind {
  const low = signed ? -(2 ** (bits - 1)) : 0;
  const high = low + 2 ** bits - 1;
  return {
    read: (reader) => get(reader.view, reader.take(bits / 8)),
    write: (writer, _heap, value) => {
      if (!Number.isInteger(value) || (value as number) < low || (value as number) > high)
        writer.fail(`${describeValue(value)} is no ${signed ? 'sint' : 'uint'}${bits}`);
      const at = writer.take(bits / 8);
      put(writer.view, at, value as never);
    },
  };
}

function long(signed: boolean): Kind {
  const wrap = signed ? BigInt.asIntN : BigInt.asUintN;
  return {
    read: (reader) => {
      const at = reader.take(8);
      return signed ? reader.view.getBigInt64(at, true) : reader.view.getBigUint64(at, true);
    },
    write: (writer, _heap, value) => {
      if (typeof value !== 'bigint' || wrap(64, value) !== value)
        writer.fail(`${describeValue(value)} is no ${signed ? 'sint' : 'uint'}64, which is a bigint`);
      const at = writer.take(8);
      writer.view.setBigUint64(at, BigInt.asUintN(64, value as bigint), true);
    },
  };
}

/** IEEE, as NDR has it: a NaN keeps its bits in the layout. */
function real(size: 4 | 8): Kind {
  const type = size === 4 ? float : double;
  return {
    read: (reader) => type.read(reader),
    write: (writer, _heap, value) => {
      if (typeof value !== 'number') return writer.fail(`${describeValue(value)} is no real${size * 8}`);
      type.write(writer, value);
    },
  };
}

/** [MS-WMIO] 2.2.75. */
const boolean: Kind = {
  read: (reader) => {
    const word = reader.u16();
    reader.note(word, word === 0 ? 0 : 0xffff);
    return word !== 0;
  },
  write: (writer, _heap, value) => {
    if (typeof value !== 'boolean') writer.fail(`${describeValue(value)} is no boolean`);
    const sent = Number(writer.sentWord() ?? 0xffff) & 0xffff;
    writer.u16(value ? sent || 0xffff : 0);
  },
};

const text: Kind = {
  read: (_reader, heap) => heap.text(),
  write: (writer, heap, value) => {
    if (typeof value !== 'string' && value !== null) writer.fail(`${describeValue(value)} is no text`);
    heap.text(writer, value as string | null);
  },
};

const object: Kind = {
  read: (_reader, heap) => heap.object(),
  write: (writer, heap, value) => {
    if (typeof value !== 'object' || Array.isArray(value)) writer.fail(`${describeValue(value)} is no object`);
    heap.object(writer, value as CimObject | null);
  },
};

const { sint8, uint8, sint16, uint16, sint32, uint32, sint64, uint64, real32, real64, char16 } = CIM_TYPE;

const unsigned16 = integer(
  16,
  false,
  (view, at) => view.getUint16(at, true),
  (view, at, value) => view.setUint16(at, value, true),
);

const KINDS: ReadonlyMap<number, Kind> = new Map<number, Kind>([
  [
    sint8,
    integer(
      8,
      true,
      (view, at) => view.getInt8(at),
      (view, at, value) => view.setInt8(at, value),
    ),
  ],
  [
    uint8,
    integer(
      8,
      false,
      (view, at) => view.getUint8(at),
      (view, at, value) => view.setUint8(at, value),
    ),
  ],
  [
    sint16,
    integer(
      16,
      true,
      (view, at) => view.getInt16(at, true),
      (view, at, value) => view.setInt16(at, value, true),
    ),
  ],
  [uint16, unsigned16],
  [char16, unsigned16],
  [
    sint32,
    integer(
      32,
      true,
      (view, at) => view.getInt32(at, true),
      (view, at, value) => view.setInt32(at, value, true),
    ),
  ],
  [
    uint32,
    integer(
      32,
      false,
      (view, at) => view.getUint32(at, true),
      (view, at, value) => view.setUint32(at, value, true),
    ),
  ],
  [sint64, long(true)],
  [uint64, long(false)],
  [real32, real(4)],
  [real64, real(8)],
  [CIM_TYPE.boolean, boolean],
  [CIM_TYPE.string, text],
  [CIM_TYPE.datetime, text],
  [CIM_TYPE.reference, text],
  [CIM_TYPE.object, object],
]);

/** [MS-WMIO] 2.2.71: a value where it stands, or what its reference leads to. */
export function readValue(reader: NdrReader, heap: HeapReader, type: number): CimValue {
  sizeOfType(type, reader);
  const base = type & ~CIM_ARRAY;
  const kind = KINDS.get(base) as Kind;
  return type & CIM_ARRAY ? readArray(reader, heap, kind, SIZES.get(base) as number) : kind.read(reader, heap);
}

/** [MS-WMIO] 2.2.79. */
function readArray(reader: NdrReader, heap: HeapReader, kind: Kind, size: number): CimValue {
  return heap.item(
    () => {
      const count = reader.u32();
      const values: CimValue[] = [];
      for (let i = 0; i < count; i++) values.push(kind.read(reader, heap));
      return values;
    },
    () => {
      const count = reader.view.getUint32(reader.take(4), true);
      reader.offset -= 4;
      if (count * size > reader.remaining - 4)
        reader.fail('BAD_LENGTH', `an array of ${count} in ${reader.remaining} octets`);
      return 4 + count * size;
    },
  );
}

export function writeValue(writer: NdrWriter, heap: HeapWriter, type: number, value: CimValue): void {
  sizeOfType(type, writer);
  const base = type & ~CIM_ARRAY;
  const kind = KINDS.get(base) as Kind;
  if ((type & CIM_ARRAY) === 0) return kind.write(writer, heap, value);
  if (value === null) return heap.item(writer, null);
  if (!Array.isArray(value)) return writer.fail(`${describeValue(value)} is no array`);
  const write = () => {
    heap.writer.u32(value.length);
    for (const element of value) kind.write(heap.writer, heap, element as CimValue);
  };
  heap.item(writer, write, 4 + value.length * (SIZES.get(base) as number));
}

import { type InterfacePointer, MInterfacePointer } from '../dcom/minterface-pointer.js';
import {
  describeValue,
  double,
  type FieldRow,
  float,
  HRESULT,
  i8,
  i16,
  i32,
  i64,
  lazy,
  type NdrReader,
  NdrType,
  type NdrWriter,
  optional,
  reserved,
  struct,
  u8,
  u16,
  u32,
  u64,
  union,
  unique,
} from '../ndr/index.js';
import { BSTR } from './bstr.js';
import * as vt from './constants.js';
import { VT_ARRAY, VT_BYREF } from './constants.js';
import { littleEndian } from './little-endian.js';
import { BRECORD, type wireBRECORDStr } from './record.js';
import { PSAFEARRAY, type SAFEARRAY } from './safearray.js';
import { CURRENCY, DATE, DECIMAL, VARIANT_BOOL } from './scalars.js';
import { userPointer } from './user-pointer.js';

/** What a VARIANT holds, by its `vt`; with VT_BYREF the same, or undefined where that pointer is null. */
export type VariantValue =
  | undefined
  | number
  | bigint
  | boolean
  | BSTR
  | DECIMAL
  | InterfacePointer
  | SAFEARRAY
  | wireBRECORDStr
  | VARIANT
  | null;

/** `variant` and `fromVariant` make one of a JavaScript value, and back. */
export interface VARIANT {
  /** VT_*, with VT_ARRAY and VT_BYREF where need be. */
  readonly vt: number;
  /** Absent for VT_EMPTY, VT_NULL and a null VT_BYREF. */
  readonly value?: VariantValue;
  /** In units of 8 octets; absent where it is the size that the octets have. */
  readonly clSize?: number | undefined;
  /** The discriminant of `_varUnion`, which selects the type of `value`; absent where it is the one of `vt`. */
  readonly tag?: number | undefined;
  readonly rpcReserved?: number | undefined;
  readonly wReserved1?: number | undefined;
  readonly wReserved2?: number | undefined;
  readonly wReserved3?: number | undefined;
}

/** Leaves a place that is filled when the end of the VARIANT is known. */
class ClSizeType extends NdrType<number | undefined> {
  constructor() {
    super('unsigned long', '[MS-OAUT] 2.2.29.1', { align20: 4, align64: 4, least: 4 });
  }

  override read(reader: NdrReader): number {
    return reader.u32();
  }

  override write(writer: NdrWriter, value: number | undefined): void {
    u32.write(writer, value ?? 0);
    if (value === undefined)
      writer.marks.push({ at: writer.offset - 4, size: 4, little: writer.little, sent: undefined });
  }
}

const interfacePointer = unique(MInterfacePointer);

/** The types that a VARIANT holds by value as well as by reference. */
const TYPES = {
  [vt.VT_I8]: i64,
  [vt.VT_I4]: i32,
  [vt.VT_UI1]: u8,
  [vt.VT_I2]: i16,
  [vt.VT_R4]: float,
  [vt.VT_R8]: double,
  [vt.VT_BOOL]: VARIANT_BOOL,
  [vt.VT_ERROR]: HRESULT,
  [vt.VT_CY]: CURRENCY,
  [vt.VT_DATE]: DATE,
  [vt.VT_BSTR]: BSTR,
  [vt.VT_UNKNOWN]: interfacePointer,
  [vt.VT_DISPATCH]: interfacePointer,
  [VT_ARRAY]: lazy('PSAFEARRAY', () => PSAFEARRAY),
  [vt.VT_I1]: i8,
  [vt.VT_UI2]: u16,
  [vt.VT_UI4]: u32,
  [vt.VT_UI8]: u64,
  [vt.VT_INT]: i32,
  [vt.VT_UINT]: u32,
  [vt.VT_DECIMAL]: DECIMAL,
} as const;

/** [MS-OAUT] 2.2.29.2: a parameter, an element or the target of VT_VARIANT | VT_BYREF. */
export const VARIANT: NdrType<VARIANT | null> = userPointer(
  'VARIANT',
  '[MS-OAUT] 2.2.29.2',
  lazy('wireVARIANTStr', () => wireVARIANTStr),
);

const byReference = (types: Readonly<Record<number, NdrType<unknown>>>): Record<number, NdrType<unknown>> =>
  Object.fromEntries(Object.entries(types).map(([tag, type]) => [Number(tag) | VT_BYREF, optional(type)]));

const arms: Record<number, NdrType<unknown> | null> = {
  [vt.VT_EMPTY]: null,
  [vt.VT_NULL]: null,
  ...TYPES,
  ...byReference({ ...TYPES, [vt.VT_VARIANT]: VARIANT }),
  [vt.VT_RECORD]: BRECORD,
  [vt.VT_RECORD | VT_BYREF]: BRECORD,
};

const wire = struct(
  'wireVARIANTStr',
  '[MS-OAUT] 2.2.29.1',
  {
    clSize: new ClSizeType(),
    rpcReserved: reserved(u32, 0),
    vt: u16,
    wReserved1: reserved(u16, 0),
    wReserved2: reserved(u16, 0),
    wReserved3: reserved(u16, 0),
    _varUnion: union('_varUnion', '[MS-OAUT] 2.2.29.1', u32, arms),
  },
  { clSize: 'in units of 8 octets, with all that it points to', _varUnion: 'by vt, or by its flags for VT_ARRAY' },
);

/** The discriminant of `_varUnion`: an array is one whatever its elements are. */
const tagOf = (type: number): number => (type & VT_ARRAY ? type & (VT_ARRAY | VT_BYREF) : type);

class WireVariantType extends NdrType<VARIANT> {
  constructor() {
    super(wire.name, wire.section, wire);
  }

  override get fields(): readonly FieldRow[] {
    return wire.fields;
  }

  override get parts(): readonly NdrType<unknown>[] {
    return [wire];
  }

  override read(reader: NdrReader): VARIANT {
    reader.align(8);
    const start = reader.offset;
    const pending = reader.pending;
    const { vt: type, clSize, _varUnion, ...reservedWords } = wire.read(reader);
    reader.settle(pending);
    const { tag, value } = _varUnion as { tag: number; value?: VariantValue };
    return {
      vt: type,
      ...(value === undefined ? {} : { value }),
      ...(clSize === lengthOf(start, reader) ? {} : { clSize }),
      ...(tag === tagOf(type) ? {} : { tag }),
      ...reservedWords,
    };
  }

  override write(writer: NdrWriter, value: VARIANT): void {
    if (typeof value !== 'object' || value === null) writer.fail(`${describeValue(value)} is no VARIANT`);
    if (typeof value.vt !== 'number') writer.fail(`vt ${describeValue(value.vt)}`);
    writer.align(8);
    const start = writer.offset;
    const pending = writer.pending;
    const marks = writer.marks.length;
    const { tag = tagOf(value.vt), value: member, ...rest } = value;
    wire.write(writer, { ...rest, _varUnion: { tag, value: member } as never });
    writer.settle(pending);
    for (const place of writer.marks.splice(marks)) writer.fill(place, lengthOf(start, writer));
  }
}

const lengthOf = (start: number, { offset }: { offset: number }): number => Math.ceil((offset - start) / 8);

export const wireVARIANTStr: NdrType<VARIANT> = littleEndian(new WireVariantType());

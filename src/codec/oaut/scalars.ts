import {
  describeValue,
  double,
  type Infer,
  i32,
  i64,
  mapped,
  type NdrReader,
  NdrType,
  type NdrWriter,
  reserved,
  struct,
  u8,
  u16,
  u32,
  u64,
} from '../ndr/index.js';

/** [MS-OAUT] 2.2.32: names a member or an argument. */
export const DISPID: NdrType<number> = i32;

/** [MS-OAUT] 2.2.25: days since midnight of 1899-12-30; see `dateFromMilliseconds`. */
export const DATE: NdrType<number> = double;

const tagCY = struct('CURRENCY', '[MS-OAUT] 2.2.24', { int64: i64 }, { int64: 'the amount times 10000' });

/** The amount times 10000. */
export const CURRENCY: NdrType<bigint> = mapped<Infer<typeof tagCY>, bigint>(tagCY, {
  fromWire: ({ int64 }) => int64,
  toWire: (int64) => ({ int64 }),
});

export const DECIMAL = struct(
  'DECIMAL',
  '[MS-OAUT] 2.2.26',
  { wReserved: reserved(u16, 0), scale: u8, sign: u8, Hi32: u32, Lo64: u64 },
  { scale: '0 to 28: the power of ten to divide by', sign: '0, or 0x80 for a negative number' },
);
export type DECIMAL = Infer<typeof DECIMAL>;

const VARIANT_TRUE = 0xffff;

/** A true other than 0xffff is kept in the layout. */
class VariantBoolType extends NdrType<boolean> {
  constructor() {
    super('VARIANT_BOOL', '[MS-OAUT] 2.2.27', { align20: 2, align64: 2, least: 2 });
  }

  override read(reader: NdrReader): boolean {
    const sent = reader.u16();
    reader.note(sent, sent === 0 ? 0 : VARIANT_TRUE);
    return sent !== 0;
  }

  override write(writer: NdrWriter, value: boolean): void {
    if (typeof value !== 'boolean') writer.fail(`${describeValue(value)} is no boolean`);
    const sent = Number(writer.sentWord() ?? VARIANT_TRUE) & 0xffff;
    writer.u16(value ? sent || VARIANT_TRUE : 0);
  }
}

export const VARIANT_BOOL: NdrType<boolean> = new VariantBoolType();

/** An unsigned __int3264: 4 octets, in NDR64 8. */
class UlongPtrType extends NdrType<number | bigint> {
  constructor() {
    super('ULONG_PTR', '[MS-RPCE] 2.2.4.1.2', { align20: 4, align64: 8, least: 4 });
  }

  override read(reader: NdrReader): number | bigint {
    return reader.pointer();
  }

  override write(writer: NdrWriter, value: number | bigint): void {
    const whole = typeof value === 'bigint' || Number.isSafeInteger(value);
    const most = writer.wide ? 2n ** 64n : 2n ** 32n;
    if (!whole || value < 0 || BigInt(value) >= most) writer.fail(`${describeValue(value)} is no ${this.name}`);
    writer.pointer(value);
  }
}

export const ULONG_PTR: NdrType<number | bigint> = new UlongPtrType();

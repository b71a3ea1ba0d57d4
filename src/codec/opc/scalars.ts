import {
  describeValue,
  type Infer,
  mapped,
  type NdrReader,
  NdrType,
  type NdrWriter,
  struct,
  u32,
} from '../ndr/index.js';

/** A BOOL of Windows: 32 bits. A true other than 1 is kept in the layout. */
class BoolType extends NdrType<boolean> {
  constructor() {
    super('BOOL', '[MS-DTYP] 2.2.3', { align20: 4, align64: 4, least: 4 });
  }

  override read(reader: NdrReader): boolean {
    const sent = reader.u32();
    reader.note(sent, sent === 0 ? 0 : 1);
    return sent !== 0;
  }

  override write(writer: NdrWriter, value: boolean): void {
    if (typeof value !== 'boolean') writer.fail(`${describeValue(value)} is no boolean`);
    const sent = Number(writer.sentWord() ?? 1) >>> 0;
    writer.u32(value ? sent || 1 : 0);
  }
}

export const BOOL: NdrType<boolean> = new BoolType();

const wire = struct('FILETIME', '[MS-DTYP] 2.3.3', { dwLowDateTime: u32, dwHighDateTime: u32 });

/** Units of 100 ns since 1601-01-01 UTC. Two words of 32 bits, so its alignment is 4. */
export const FILETIME: NdrType<bigint> = mapped<Infer<typeof wire>, bigint>(wire, {
  fromWire: ({ dwLowDateTime, dwHighDateTime }) => (BigInt(dwHighDateTime) << 32n) | BigInt(dwLowDateTime),
  toWire: (value, writer) => {
    const fits = typeof value === 'bigint' && BigInt.asUintN(64, value) === value;
    if (!fits) writer.fail(`${describeValue(value)} is no FILETIME`);
    return { dwLowDateTime: Number(value & 0xffffffffn), dwHighDateTime: Number(value >> 32n) };
  },
});

/** 1970-01-01 in milliseconds since 1601-01-01. */
const EPOCH = 11_644_473_600_000;
const UNITS = 10_000n;

/** A FILETIME of milliseconds since 1970-01-01 UTC. */
export const fileTimeFromMilliseconds = (milliseconds: number): bigint =>
  BigInt(Math.round(milliseconds) + EPOCH) * UNITS;

/** Milliseconds since 1970-01-01 UTC of a FILETIME. */
export const fileTimeToMilliseconds = (fileTime: bigint): number => Number(fileTime / UNITS) - EPOCH;

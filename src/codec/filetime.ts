import { describeValue, type Infer, mapped, type NdrType, struct, u32 } from './ndr/index.js';

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

/** 1970-01-01 UTC. */
export const FILETIME_OF_1970 = 116_444_736_000_000_000n;
/** In a millisecond. */
const UNITS = 10_000n;

/** A FILETIME of milliseconds since 1970-01-01 UTC. */
export const fileTimeFromMilliseconds = (milliseconds: number): bigint =>
  BigInt(Math.round(milliseconds)) * UNITS + FILETIME_OF_1970;

/** Milliseconds since 1970-01-01 UTC of a FILETIME. */
export const fileTimeToMilliseconds = (fileTime: bigint): number => Number(fileTime / UNITS - FILETIME_OF_1970 / UNITS);

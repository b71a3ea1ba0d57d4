import type { NdrReader } from './reader.js';
import { NdrType } from './type.js';
import { describe, type NdrWriter } from './writer.js';

type Get = (view: DataView, at: number, little: boolean) => number;
type Put = (view: DataView, at: number, value: number, little: boolean) => void;

/** C706 14.2.5: an integer, aligned to its size. */
class IntegerType extends NdrType<number> {
  readonly #size: number;
  readonly #low: number;
  readonly #high: number;
  readonly #get: Get;
  readonly #put: Put;

  constructor(name: string, section: string, size: number, signed: boolean, get: Get, put: Put) {
    super(name, section, { align20: size, align64: size, least: size });
    this.#size = size;
    this.#low = signed ? -(2 ** (size * 8 - 1)) : 0;
    this.#high = signed ? 2 ** (size * 8 - 1) - 1 : 2 ** (size * 8) - 1;
    this.#get = get;
    this.#put = put;
  }

  override read(reader: NdrReader): number {
    reader.align(this.#size);
    return this.#get(reader.view, reader.take(this.#size), reader.little);
  }

  override write(writer: NdrWriter, value: number): void {
    if (!Number.isInteger(value) || value < this.#low || value > this.#high)
      writer.fail(`${describe(value)} is no ${this.name}`);
    writer.align(this.#size);
    const at = writer.take(this.#size);
    this.#put(writer.view, at, value, writer.little);
  }
}

const C706_INTEGERS = 'C706 14.2.5';

export const u8: NdrType<number> = new IntegerType(
  'unsigned small',
  C706_INTEGERS,
  1,
  false,
  (view, at) => view.getUint8(at),
  (view, at, value) => view.setUint8(at, value),
);
export const i8: NdrType<number> = new IntegerType(
  'small',
  C706_INTEGERS,
  1,
  true,
  (view, at) => view.getInt8(at),
  (view, at, value) => view.setInt8(at, value),
);

const unsigned16: [Get, Put] = [
  (v, at, little) => v.getUint16(at, little),
  (v, at, n, little) => v.setUint16(at, n, little),
];
const unsigned32: [Get, Put] = [
  (v, at, little) => v.getUint32(at, little),
  (v, at, n, little) => v.setUint32(at, n, little),
];
const signed16: [Get, Put] = [
  (v, at, little) => v.getInt16(at, little),
  (v, at, n, little) => v.setInt16(at, n, little),
];
const signed32: [Get, Put] = [
  (v, at, little) => v.getInt32(at, little),
  (v, at, n, little) => v.setInt32(at, n, little),
];

export const u16: NdrType<number> = new IntegerType('unsigned short', C706_INTEGERS, 2, false, ...unsigned16);
export const i16: NdrType<number> = new IntegerType('short', C706_INTEGERS, 2, true, ...signed16);
export const u32: NdrType<number> = new IntegerType('unsigned long', C706_INTEGERS, 4, false, ...unsigned32);
export const i32: NdrType<number> = new IntegerType('long', C706_INTEGERS, 4, true, ...signed32);
/** The status of an operation, as the unsigned number that the specifications print. */
export const error_status_t: NdrType<number> = new IntegerType(
  'error_status_t',
  'C706 14.3.13',
  4,
  false,
  ...unsigned32,
);
/** [MS-DTYP] 2.2.18, as the unsigned number that the specifications print. */
export const HRESULT: NdrType<number> = new IntegerType('HRESULT', '[MS-DTYP] 2.2.18', 4, false, ...unsigned32);
/** A [v1_enum]; an unknown number is kept. */
export const enum32: NdrType<number> = new IntegerType(
  'enum (v1_enum)',
  '[MS-RPCE] 2.2.4.1.4',
  4,
  false,
  ...unsigned32,
);

class HyperType extends NdrType<bigint> {
  readonly #signed: boolean;

  constructor(name: string, signed: boolean) {
    super(name, C706_INTEGERS, { align20: 8, align64: 8, least: 8 });
    this.#signed = signed;
  }

  override read(reader: NdrReader): bigint {
    const value = reader.u64();
    return this.#signed ? BigInt.asIntN(64, value) : value;
  }

  override write(writer: NdrWriter, value: bigint): void {
    const fits =
      typeof value === 'bigint' && (this.#signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) === value;
    if (!fits) writer.fail(`${describe(value)} is no ${this.name}`);
    writer.u64(BigInt.asUintN(64, value));
  }
}

export const u64: NdrType<bigint> = new HyperType('unsigned hyper', false);
export const i64: NdrType<bigint> = new HyperType('hyper', true);

/** C706 14.2.6: IEEE only. The bits of a NaN other than the usual one are kept in the layout. */
class FloatType extends NdrType<number> {
  constructor() {
    super('float', 'C706 14.2.6', { align20: 4, align64: 4, least: 4 });
  }

  override read(reader: NdrReader): number {
    const bits = reader.u32();
    const value = reader.view.getFloat32(reader.offset - 4, reader.little);
    reader.note(bits, Number.isNaN(value) ? 0x7fc00000 : bits);
    return value;
  }

  override write(writer: NdrWriter, value: number): void {
    if (typeof value !== 'number') writer.fail(`${describe(value)} is no float`);
    const sent = writer.sentWord();
    writer.u32(0);
    writer.view.setFloat32(writer.offset - 4, value, writer.little);
    if (Number.isNaN(value))
      writer.view.setUint32(writer.offset - 4, typeof sent === 'number' ? sent >>> 0 : 0x7fc00000, writer.little);
  }
}

const QUIET_NAN = 0x7ff8000000000000n;

class DoubleType extends NdrType<number> {
  constructor() {
    super('double', 'C706 14.2.6', { align20: 8, align64: 8, least: 8 });
  }

  override read(reader: NdrReader): number {
    const bits = reader.u64();
    const value = reader.view.getFloat64(reader.offset - 8, reader.little);
    reader.note(bits, Number.isNaN(value) ? QUIET_NAN : bits);
    return value;
  }

  override write(writer: NdrWriter, value: number): void {
    if (typeof value !== 'number') writer.fail(`${describe(value)} is no double`);
    const sent = writer.sentWord();
    writer.u64(Number.isNaN(value) ? BigInt.asUintN(64, BigInt(sent ?? QUIET_NAN)) : 0n);
    if (!Number.isNaN(value)) writer.view.setFloat64(writer.offset - 8, value, writer.little);
  }
}

export const float: NdrType<number> = new FloatType();
export const double: NdrType<number> = new DoubleType();

/** C706 14.2.3: one octet; a true other than 1 is kept in the layout. */
class BooleanType extends NdrType<boolean> {
  constructor() {
    super('boolean', 'C706 14.2.3', { align20: 1, align64: 1, least: 1 });
  }

  override read(reader: NdrReader): boolean {
    const octet = reader.u8();
    reader.note(octet, octet === 0 ? 0 : 1);
    return octet !== 0;
  }

  override write(writer: NdrWriter, value: boolean): void {
    if (typeof value !== 'boolean') writer.fail(`${describe(value)} is no boolean`);
    const sent = Number(writer.sentWord() ?? 1) & 0xff;
    writer.u8(value ? sent || 1 : 0);
  }
}

export const boolean: NdrType<boolean> = new BooleanType();

/** One character as text: an octet of Latin-1, or a UTF-16 unit. */
class CharacterType extends NdrType<string> {
  readonly #size: 1 | 2;

  constructor(name: string, section: string, size: 1 | 2) {
    super(name, section, { align20: size, align64: size, least: size });
    this.#size = size;
  }

  override read(reader: NdrReader): string {
    return String.fromCharCode(this.#size === 1 ? reader.u8() : reader.u16());
  }

  override write(writer: NdrWriter, value: string): void {
    const unit = typeof value === 'string' && value.length === 1 ? value.charCodeAt(0) : -1;
    if (unit < 0 || (this.#size === 1 && unit > 0xff)) writer.fail(`${describe(value)} is no ${this.name}`);
    if (this.#size === 1) writer.u8(unit);
    else writer.u16(unit);
  }
}

export const char: NdrType<string> = new CharacterType('char', 'C706 14.2.4', 1);
export const wchar: NdrType<string> = new CharacterType('wchar_t', '[MS-RPCE] 2.2.4.1.1', 2);

/** An enumeration: 2 octets, in NDR64 4 ([MS-RPCE] 2.2.5.2). An unknown number is kept. */
class Enum16Type extends NdrType<number> {
  constructor() {
    super('enum', 'C706 14.2.5', { align20: 2, align64: 4, least: 2 });
  }

  override read(reader: NdrReader): number {
    return reader.wide ? i32.read(reader) : u16.read(reader);
  }

  override write(writer: NdrWriter, value: number): void {
    (writer.wide ? i32 : u16).write(writer, value);
  }
}

export const enum16: NdrType<number> = new Enum16Type();

class UuidType extends NdrType<string> {
  constructor() {
    super('uuid_t', 'C706 A.1', { align20: 4, align64: 4, least: 16 });
  }

  override read(reader: NdrReader): string {
    return reader.uuid();
  }

  override write(writer: NdrWriter, value: string): void {
    writer.uuid(value);
  }
}

/** As lower-case text. */
export const uuid: NdrType<string> = new UuidType();

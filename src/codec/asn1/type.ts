import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';
import { type Element, readElement, TAG, writeElement } from './der.js';

/** Where in a message a decoder is: the field's path, and the octets before the contents that it reads. */
export interface Asn1Place {
  readonly path: string;
  readonly offset: number;
  /** The whole element that the contents are of. */
  readonly octets?: Uint8Array;
}

/** An ASN.1 type: reads the contents of its element, writes the whole of it. */
export interface Asn1Type<T> {
  readonly name: string;
  /** The identifier octet of its outermost element. */
  readonly tag: number;
  /** Takes the contents of the element and where they stand in the message. Throws `CodecError`. */
  read(contents: Uint8Array, at: Asn1Place): T;
  write(value: T): Buffer;
}

/** The value of an ASN.1 type. */
export type Asn1Value<A> = A extends Asn1Type<infer T> ? T : never;

export const refuse = (code: CodecError['code'], { path, offset }: Asn1Place, detail: string): never => {
  throw new CodecError(code, path, offset, detail);
};

/** Reads the element at `from`, which has to be of `type`, and says where the next one stands. */
export function readTyped<T>(type: Asn1Type<T>, bytes: Uint8Array, from: number, at: Asn1Place) {
  const { tag, value, octets, next } = elementAt(bytes, from, at);
  if (tag !== type.tag) {
    const detail = `tag 0x${tag.toString(16)} instead of 0x${type.tag.toString(16)}`;
    refuse('BAD_VALUE', { path: at.path, offset: at.offset + from }, detail);
  }
  const inside = { path: at.path, offset: at.offset + next - value.length, octets };
  return { value: type.read(value, inside), octets, next };
}

/** The element at `from`; errors count their offset from the start of the message. */
export function elementAt(bytes: Uint8Array, from: number, at: Asn1Place): Element {
  try {
    return readElement(bytes, from, at.path);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    throw new CodecError(error.code, error.path, at.offset + error.offset, error.detail);
  }
}

/**
 * A message as it stands in a buffer of its own. Zeros may follow it, as [MS-RPCE] 2.2.2.11 lets them follow a token;
 * anything else may not.
 */
export function decodeMessage<T>(type: Asn1Type<T>, bytes: Uint8Array): T {
  const { value, next } = readTyped(type, bytes, 0, { path: type.name, offset: 0 });
  if (bytes.subarray(next).some((octet) => octet !== 0))
    throw new CodecError('BAD_LENGTH', type.name, next, `${bytes.length - next} octets behind the message`);
  return value;
}

/** X.690 8.3: an INTEGER that a double can hold. */
function readInteger(contents: Uint8Array, at: Asn1Place): number {
  if (contents.length === 0) refuse('SHORT', at, 'an INTEGER without contents');
  if (contents.length > 6) refuse('BAD_LENGTH', at, `an INTEGER of ${contents.length} octets`);
  return asBuffer(contents).readIntBE(0, contents.length);
}

function writeInteger(value: number): Buffer {
  let length = 1;
  while (value < -(2 ** (8 * length - 1)) || value >= 2 ** (8 * length - 1)) length++;
  const contents = Buffer.alloc(length);
  contents.writeIntBE(value, 0, length);
  return writeElement(TAG.INTEGER, contents);
}

function ranged(name: string, least: number, most: number, read: (value: number) => number): Asn1Type<number> {
  return {
    name,
    tag: TAG.INTEGER,
    read(contents, at) {
      const value = read(readInteger(contents, at));
      return value < least || value > most ? refuse('BAD_VALUE', at, `${value} is no ${name}`) : value;
    },
    write(value) {
      if (!Number.isInteger(value) || value < least || value > most)
        throw new CodecError('UNENCODABLE', name, 0, `${value} is no ${name}`);
      return writeInteger(value);
    },
  };
}

/** RFC 4120 5.2.4. */
export const int32 = ranged('Int32', -(2 ** 31), 2 ** 31 - 1, (value) => value);

/** RFC 4120 5.2.4; implementations that took it for signed write large ones as negative numbers. */
export const uint32 = ranged('UInt32', 0, 2 ** 32 - 1, (value) =>
  value < 0 && value >= -(2 ** 31) ? value >>> 0 : value,
);

/** RFC 4120 5.2.4. */
export const microseconds = ranged('Microseconds', 0, 999_999, (value) => value);

/** X.690 8.7. */
export const octetString: Asn1Type<Uint8Array> = {
  name: 'OCTET STRING',
  tag: TAG.OCTET_STRING,
  read: (contents) => contents,
  write: (value) => writeElement(TAG.OCTET_STRING, value),
};

/** RFC 4120 5.2.1; Windows puts UTF-8 into it ([MS-KILE] 2.2.1). */
export const kerberosString: Asn1Type<string> = {
  name: 'KerberosString',
  tag: TAG.GENERAL_STRING,
  read: (contents) => asBuffer(contents).toString('utf8'),
  write: (value) => writeElement(TAG.GENERAL_STRING, Buffer.from(value, 'utf8')),
};

/** X.690 8.2. */
export const asn1Boolean: Asn1Type<boolean> = {
  name: 'BOOLEAN',
  tag: 0x01,
  read: (contents, at) =>
    contents.length === 1 ? contents[0] !== 0 : refuse('BAD_LENGTH', at, 'a BOOLEAN has one octet'),
  write: (value) => writeElement(0x01, Buffer.of(value ? 0xff : 0)),
};

const TIME = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/;

/** RFC 4120 5.2.3: whole seconds of UTC, as milliseconds since 1970. */
export const kerberosTime: Asn1Type<number> = {
  name: 'KerberosTime',
  tag: TAG.GENERALIZED_TIME,
  read(contents, at) {
    const text = asBuffer(contents).toString('latin1');
    const [year = 0, month = 0, ...rest] =
      TIME.exec(text)?.slice(1).map(Number) ?? refuse('BAD_VALUE', at, 'is no KerberosTime');
    const date = new Date(0);
    date.setUTCFullYear(year, month - 1, rest[0]);
    date.setUTCHours(rest[1] ?? 0, rest[2], rest[3]);
    return date.getTime();
  },
  write(value) {
    const time = new Date(Math.floor(value / 1000) * 1000);
    if (Number.isNaN(time.getTime()) || time.getUTCFullYear() > 9999 || time.getUTCFullYear() < 0)
      throw new CodecError('UNENCODABLE', 'KerberosTime', 0, `${value} is no KerberosTime`);
    const text = time.toISOString().replace(/[-:T]|\.\d+/g, '');
    return writeElement(TAG.GENERALIZED_TIME, Buffer.from(text, 'latin1'));
  },
};

/** RFC 4120 5.2.8: the first 32 bits, the first of them the highest of the number. */
export const kerberosFlags: Asn1Type<number> = {
  name: 'KerberosFlags',
  tag: TAG.BIT_STRING,
  read(contents, at) {
    if (contents.length === 0) refuse('SHORT', at, 'a BIT STRING without contents');
    const bits = Buffer.alloc(4);
    bits.set(contents.subarray(1, 5));
    return bits.readUInt32BE(0);
  },
  write(value) {
    const contents = Buffer.alloc(5);
    contents.writeUInt32BE(value >>> 0, 1);
    return writeElement(TAG.BIT_STRING, contents);
  },
};

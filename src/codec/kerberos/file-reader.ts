import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';

/** Reads the big-endian files of MIT Kerberos and never past their end. */
export class ByteReader {
  readonly #path: string;
  readonly #bytes: Buffer;
  #offset: number;

  constructor(path: string, bytes: Uint8Array, offset: number) {
    this.#path = path;
    this.#bytes = asBuffer(bytes);
    this.#offset = offset;
  }

  get left(): number {
    return this.#bytes.length - this.#offset;
  }

  take(length: number): Buffer {
    if (length > this.left)
      throw new CodecError('SHORT', this.#path, this.#offset, `needs ${length} octets, has ${this.left}`);
    this.#offset += length;
    return this.#bytes.subarray(this.#offset - length, this.#offset);
  }

  u8 = (): number => this.take(1).readUInt8();
  u16 = (): number => this.take(2).readUInt16BE();
  u32 = (): number => this.take(4).readUInt32BE();
  i32 = (): number => this.take(4).readInt32BE();

  /** A count that at least `least` octets each have to follow, so that no count asks for more than there is. */
  count(least: number): number {
    const count = this.u32();
    if (count > this.left / least)
      throw new CodecError('BAD_LENGTH', this.#path, this.#offset - 4, `${count} items in ${this.left} octets`);
    return count;
  }

  text16 = (): string => this.take(this.u16()).toString('utf8');
  data32 = (): Buffer => this.take(this.u32());
  text32 = (): string => this.data32().toString('utf8');
}

/** Octets behind a length of 16 bits. */
export function counted16(data: Buffer): Buffer {
  const length = Buffer.alloc(2);
  length.writeUInt16BE(data.length);
  return Buffer.concat([length, data]);
}

/** Octets behind a length of 32 bits. */
export function counted32(data: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  return Buffer.concat([length, data]);
}

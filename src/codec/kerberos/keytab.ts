import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';
import { ByteReader, counted16 } from './file-reader.js';

/** One key of a keytab file. A secret. */
export interface KeytabEntry {
  readonly realm: string;
  readonly name: readonly string[];
  readonly name_type: number;
  /** Seconds since 1970 at which the entry was written. */
  readonly timestamp: number;
  readonly kvno: number;
  readonly etype: number;
  readonly key: Uint8Array;
}

/**
 * A keytab file as MIT Kerberos documents it (doc/formats/keytab_file_format.rst): 05 02, then records with their
 * length; a negative length is a hole, zero the end. The file holds secrets: no error shows its contents.
 */
export function decodeKeytab(bytes: Uint8Array): readonly KeytabEntry[] {
  if (bytes[0] !== 5 || bytes[1] !== 2)
    throw new CodecError('BAD_VALUE', 'keytab', 0, 'does not begin with 05 02, as a keytab file does');
  const entries: KeytabEntry[] = [];
  const file = new ByteReader('keytab', bytes, 2);
  while (file.left >= 4) {
    const length = file.i32();
    if (length === 0) break;
    const record = file.take(Math.abs(length));
    if (length > 0) entries.push(readEntry(new ByteReader(`keytab[${entries.length}]`, record, 0)));
  }
  return entries;
}

function readEntry(record: ByteReader): KeytabEntry {
  const components = record.u16();
  const realm = record.text16();
  const name: string[] = [];
  for (let i = 0; i < components; i++) name.push(record.text16());
  const name_type = record.u32();
  const timestamp = record.u32();
  const short = record.u8();
  const etype = record.u16();
  const key = Uint8Array.from(record.take(record.u16()));
  const long = record.left >= 4 ? record.u32() : 0;
  return { realm, name, name_type, timestamp, kvno: long === 0 ? short : long, etype, key };
}

/** A keytab file, version 5.2. */
export function encodeKeytab(entries: readonly KeytabEntry[]): Buffer {
  return Buffer.concat([Buffer.of(5, 2), ...entries.map(writeEntry)]);
}

function writeEntry({ realm, name, name_type, timestamp, kvno, etype, key }: KeytabEntry): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(name.length);
  const middle = Buffer.alloc(11);
  middle.writeUInt32BE(name_type, 0);
  middle.writeUInt32BE(timestamp, 4);
  middle.writeUInt8(kvno & 0xff, 8);
  middle.writeUInt16BE(etype, 9);
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(kvno);
  const record = Buffer.concat([
    head,
    ...[realm, ...name].map((text) => counted16(Buffer.from(text, 'utf8'))),
    middle,
    counted16(asBuffer(key)),
    tail,
  ]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(record.length);
  return Buffer.concat([length, record]);
}

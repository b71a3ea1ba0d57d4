import { describeValue, type NdrReader, NdrType, type NdrWriter, readText, writeText } from '../ndr/index.js';
import { littleEndian } from './little-endian.js';
import { userPointerToNullable } from './user-pointer.js';

/** Text; null, which is another thing than the empty text; or octets where their number is odd. */
export type BSTR = string | Uint8Array | null;

/** The text up to its first null, which some clients send with it; what is none, as the empty text. */
export const bstrText = (bstr: BSTR | undefined): string =>
  typeof bstr === 'string' ? (bstr.split('\0', 1)[0] as string) : '';

/** [MS-OAUT] 2.2.23.1: cBytes of a null BSTR. */
const NULL_BSTR = 0xffffffff;

/** It ends in a conformant array, so max_count comes first. */
class FlaggedWordBlobType extends NdrType<BSTR> {
  constructor() {
    super('FLAGGED_WORD_BLOB', '[MS-OAUT] 2.2.23.1', { align20: 4, align64: 4, least: 12 });
  }

  override get fields() {
    return [
      { name: 'cBytes', type: 'unsigned long', note: '0xffffffff for a null BSTR' },
      { name: 'clSize', type: 'unsigned long /* of asData */', note: 'half of cBytes, rounded up' },
      { name: 'asData', type: '[size_is] unsigned short[]', note: 'text as a rule' },
    ];
  }

  override read(reader: NdrReader): BSTR {
    reader.layout.wordSlot();
    const max = reader.word();
    const cBytes = reader.u32();
    reader.mark('cBytes', 4, cBytes);
    const isNull = max === 0 && cBytes === NULL_BSTR;
    const isOdd = cBytes === 2 * max - 1;
    reader.note(cBytes, isNull ? NULL_BSTR : 2 * max - (isOdd ? 1 : 0));
    reader.note(reader.u32(), max);
    reader.mark('clSize', 4, max);
    const value = isNull ? null : isOdd ? readOdd(reader, cBytes) : readText(reader, 2, max);
    reader.mark('asData', isNull ? 0 : max * 2, value);
    if (reader.wide) reader.alignEnd(this.align64);
    return value;
  }

  override write(writer: NdrWriter, value: BSTR): void {
    const size = sizeOf(writer, value);
    const max = Math.ceil(size / 2);
    writer.word(max);
    writer.fill(writer.longPlace(), value === null ? NULL_BSTR : size);
    writer.fill(writer.longPlace(), max);
    if (typeof value === 'string') writeText(writer, 2, value);
    else if (value !== null) writer.octets(value);
    if (size % 2 === 1) writer.u8(Number(writer.sentWord() ?? 0) & 0xff);
    if (writer.wide) writer.alignEnd(this.align64);
  }
}

function readOdd(reader: NdrReader, size: number): Uint8Array {
  const octets = reader.octets(size);
  reader.note(reader.u8(), 0);
  return octets;
}

function sizeOf(writer: NdrWriter, value: BSTR): number {
  if (typeof value === 'string') return value.length * 2;
  if (value instanceof Uint8Array) return value.length;
  return value === null ? 0 : writer.fail(`${describeValue(value)} is no BSTR`);
}

export const FLAGGED_WORD_BLOB: NdrType<BSTR> = littleEndian(new FlaggedWordBlobType());

export const BSTR: NdrType<BSTR> = userPointerToNullable('BSTR', '[MS-OAUT] 2.2.23.2', FLAGGED_WORD_BLOB);

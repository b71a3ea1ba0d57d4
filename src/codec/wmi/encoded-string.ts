import { describeValue, type NdrReader, type NdrWriter } from '../ndr/index.js';

/** [MS-WMIO] 2.2.80: texts that a reference names by their place here. */
export const DICTIONARY = [
  "'",
  'key',
  '',
  'read',
  'write',
  'volatile',
  'provider',
  'dynamic',
  'cimwin32',
  'DWORD',
  'CIMTYPE',
];

const INDEX: ReadonlyMap<string, number> = new Map(DICTIONARY.map((text, i) => [text, i]));

/** The reference that stands for a text of the dictionary. */
export function dictionaryReference(text: string): number | undefined {
  const index = INDEX.get(text);
  return index === undefined ? undefined : (0x80000000 | index) >>> 0;
}

const COMPRESSED = 0;
const UNICODE = 1;

function isCompressible(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 0xff) return false;
  return true;
}

/** [MS-WMIO] 2.2.78. A text whose characters fit an octet each is compressed; where a sender did not, the layout says so. */
export function readEncodedString(reader: NdrReader): string {
  const at = reader.offset;
  const slot = reader.layout.wordSlot();
  const flag = reader.u8();
  if (flag > UNICODE) reader.fail('BAD_VALUE', `Encoded-String-Flag ${flag}`, at);
  const text = flag === UNICODE ? readUnicode(reader) : readCompressed(reader);
  reader.layout.word(slot, flag, isCompressible(text) ? COMPRESSED : UNICODE);
  return text;
}

function readCompressed(reader: NdrReader): string {
  const { bytes, offset, end } = reader;
  const nul = bytes.indexOf(0, offset);
  if (nul < 0 || nul >= end) reader.fail('SHORT', 'an Encoded-String without its null');
  reader.offset = nul + 1;
  return Buffer.from(bytes.buffer, bytes.byteOffset + offset, nul - offset).toString('latin1');
}

function readUnicode(reader: NdrReader): string {
  const { bytes, view, offset, end } = reader;
  for (let at = offset; at + 2 <= end; at += 2) {
    if (view.getUint16(at, true) !== 0) continue;
    reader.offset = at + 2;
    return Buffer.from(bytes.buffer, bytes.byteOffset + offset, at - offset).toString('ucs2');
  }
  return reader.fail('SHORT', 'an Encoded-String without its null');
}

export function checkText(writer: NdrWriter, text: unknown): string {
  if (typeof text !== 'string') return writer.fail(`${describeValue(text)} is no text`);
  return text.includes('\0') ? writer.fail('a text with a null in it') : text;
}

export function writeEncodedString(writer: NdrWriter, value: unknown): void {
  const text = checkText(writer, value);
  const compressible = isCompressible(text);
  const sent = Number(writer.sentWord() ?? COMPRESSED);
  const unicode = !compressible || sent === UNICODE;
  writer.u8(unicode ? UNICODE : COMPRESSED);
  writer.octets(Buffer.from(`${text}\0`, unicode ? 'ucs2' : 'latin1'));
}

import { asBuffer } from './bytes.js';
import { CodecError } from './error.js';

/** Byte order, as the drep of a PDU says it (C706 14.1). */
export type Endian = 'little' | 'big';

/** The all-zero UUID: GUID_NULL, IID_NULL. */
export const UUID_NULL = '00000000-0000-0000-0000-000000000000';

const FORM = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** `time_low`, `time_mid` and `time_hi` are integers in the sender's byte order; the rest are octets (C706 A.1). */
function reorder(source: Uint8Array, offset: number, target: Uint8Array): void {
  for (let i = 0; i < 4; i++) target[i] = source[offset + 3 - i] as number;
  target[4] = source[offset + 5] as number;
  target[5] = source[offset + 4] as number;
  target[6] = source[offset + 7] as number;
  target[7] = source[offset + 6] as number;
  for (let i = 8; i < 16; i++) target[i] = source[offset + i] as number;
}

const scratch = Buffer.alloc(16);

/** [MS-DTYP] 2.3.4, C706 A.1: 16 octets at `offset` as lower-case text. */
export function readUuid(bytes: Uint8Array, offset = 0, endian: Endian = 'little'): string {
  if (offset + 16 > bytes.length)
    throw new CodecError('SHORT', 'uuid', offset, `needs 16 octets, has ${bytes.length - offset}`);
  const a = word(bytes, offset);
  const b = word(bytes, offset + 4);
  const c = word(bytes, offset + 8);
  const d = word(bytes, offset + 12);
  const texts = endian === 'little' ? littleTexts : bigTexts;
  const place = imul(a ^ imul(b, 31) ^ imul(c, 0x2c1b3c6d) ^ imul(d, 0x85ebca6b), 0x9e3779b1) >>> PLACE_SHIFT;
  const known = texts[place];
  if (known !== undefined && known.a === a && known.b === b && known.c === c && known.d === d) return known.text;
  const text = uuidText(bytes, offset, endian);
  texts[place] = { a, b, c, d, text };
  return text;
}

/**
 * Texts that were made last. Few interfaces and objects are what nearly all UUIDs of a connection name, and to make a text
 * takes ten times as long as to find it again.
 */
interface KnownText {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
  readonly text: string;
}

const TEXTS = 512;
const PLACE_SHIFT = 32 - Math.log2(TEXTS);
const littleTexts: (KnownText | undefined)[] = new Array(TEXTS).fill(undefined);
const bigTexts: (KnownText | undefined)[] = new Array(TEXTS).fill(undefined);
const { imul } = Math;

const word = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] as number) << 24) |
  ((bytes[at + 1] as number) << 16) |
  ((bytes[at + 2] as number) << 8) |
  (bytes[at + 3] as number);

function uuidText(bytes: Uint8Array, offset: number, endian: Endian): string {
  let hex: string;
  if (endian === 'little') {
    reorder(bytes, offset, scratch);
    hex = scratch.toString('hex');
  } else {
    hex = asBuffer(bytes).toString('hex', offset, offset + 16);
  }
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** [MS-DTYP] 2.3.4: a UUID in text (braces and upper case are taken) as 16 octets. Throws `UNENCODABLE` for other text. */
export function uuidToBytes(uuid: string, endian: Endian = 'little'): Buffer {
  const text = normaliseUuid(uuid);
  if (text === undefined) throw new CodecError('UNENCODABLE', 'uuid', 0, `not a UUID: ${JSON.stringify(uuid)}`);
  const big = Buffer.from(text.replaceAll('-', ''), 'hex');
  if (endian === 'big') return big;
  const little = Buffer.alloc(16);
  reorder(big, 0, little);
  return little;
}

/** Lower case without braces, or undefined where the text is no UUID. */
export function normaliseUuid(text: string): string | undefined {
  const plain = text
    .trim()
    .replace(/^\{(.*)\}$/, '$1')
    .toLowerCase();
  return FORM.test(plain) ? plain : undefined;
}

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

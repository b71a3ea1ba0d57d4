import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';

/** [MS-NLMP] 2.2: strings are UTF-16LE or in the sender's OEM code page, read here as ISO 8859-1, which keeps each octet. */
export type Charset = 'unicode' | 'oem';

export function textOf(bytes: Uint8Array, charset: Charset = 'unicode', field = 'string'): string {
  if (charset === 'oem') return asBuffer(bytes).toString('latin1');
  if (bytes.length % 2 !== 0)
    throw new CodecError('BAD_LENGTH', field, 0, `a Unicode string of ${bytes.length} octets, an odd number`);
  return asBuffer(bytes).toString('utf16le');
}

export const bytesOfText = (text: string, charset: Charset = 'unicode'): Buffer =>
  Buffer.from(text, charset === 'unicode' ? 'utf16le' : 'latin1');

import type { PduField } from '../../capture/decode/fields.js';
import type { PduRecord } from '../../capture/decode/record.js';
import { plain } from '../../report/ndjson.js';

/** The fields between tabs, as tshark's `-T fields` has them: nothing where a PDU has none of it. */
export function fieldLine(record: PduRecord, fields: readonly PduField[]): string {
  let line = '';
  for (const [index, field] of fields.entries()) {
    if (index > 0) line += '\t';
    const value = record[field];
    if (typeof value === 'number') line += value;
    else if (value !== undefined) line += quoted(typeof value === 'string' ? value : JSON.stringify(plain(value)));
  }
  return line;
}

/** A name from the network must not begin another field or line. */
const quoted = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
  /[\u0000-\u001f\u007f-\u009f]/.test(text) ? JSON.stringify(text).replace(/[\u007f-\u009f]/g, '\ufffd') : text;

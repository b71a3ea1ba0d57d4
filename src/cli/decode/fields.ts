import type { PduRecord, RecordOptions } from '../../capture/decode/record.js';
import { plain } from '../../report/ndjson.js';

/** What a PDU's record can have, in its order; the type checks that none is missing. */
const NAMES = Object.keys({
  file: 0,
  stream: 0,
  frame: 0,
  time: 0,
  src: 0,
  dst: 0,
  ptype: 0,
  header_ptype: 0,
  call_id: 0,
  pfc_flags: 0,
  frag_length: 0,
  auth_type: 0,
  auth_level: 0,
  auth_context_id: 0,
  user: 0,
  interface: 0,
  opnum: 0,
  operation: 0,
  object: 0,
  status: 0,
  request_frame: 0,
  elapsed: 0,
  stub: 0,
  auth_token: 0,
  value: 0,
  error: 0,
} satisfies Record<keyof PduRecord, 0>) as (keyof PduRecord)[];

export type PduField = keyof PduRecord;

/** `frame,ptype,auth_level`. Throws an `Error` that names what there is. */
export function parseFields(text: string): PduField[] {
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => !(NAMES as string[]).includes(name));
  if (unknown !== undefined) throw new Error(`there is no field '${unknown}'; there are ${NAMES.join(', ')}`);
  return names as PduField[];
}

/** What has to be found out for a record, beside its header: what nobody asked for is left out, and takes no time. */
export interface Wanted extends Required<RecordOptions> {
  /** What an answer's request says of it. */
  readonly calls: boolean;
}

const NEEDS: Readonly<Record<keyof Wanted, readonly PduField[]>> = {
  // Stubs and tokens have to be decoded for these.
  content: ['auth_token', 'value', 'error'],
  place: ['time', 'src', 'dst'],
  calls: ['interface', 'opnum', 'operation', 'object', 'request_frame', 'elapsed'],
};

/** Undefined stands for every field, as filters need them. */
export function wantedOf(fields: readonly PduField[] | undefined): Wanted {
  const any = (names: readonly PduField[]): boolean =>
    fields === undefined || names.some((name) => fields.includes(name));
  return { content: any(NEEDS.content), place: any(NEEDS.place), calls: any(NEEDS.calls) };
}

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

/** The record with these members alone. */
export const chosen = (record: PduRecord, fields: readonly PduField[]): Partial<PduRecord> =>
  Object.fromEntries(fields.flatMap((field) => (record[field] === undefined ? [] : [[field, record[field]]])));

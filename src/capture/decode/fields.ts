import { didYouMean } from '../../codec/near.js';
import { WIRESHARK_FIELDS } from './names.js';
import type { PduRecord, RecordOptions } from './record.js';

/** What a PDU's record can have, in its order; the type checks that none is missing. */
const NAMES = Object.keys({
  file: 0,
  stream: 0,
  frame: 0,
  time: 0,
  src: 0,
  dst: 0,
  transport: 0,
  share: 0,
  pipe: 0,
  fid: 0,
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
  clsid: 0,
  class: 0,
  object: 0,
  status: 0,
  request_frame: 0,
  request_file: 0,
  elapsed: 0,
  stub: 0,
  auth_token: 0,
  value: 0,
  verification_trailer: 0,
  error: 0,
} satisfies Record<keyof PduRecord, 0>) as (keyof PduRecord)[];

export type PduField = keyof PduRecord;

/** `frame,ptype,auth_level`. Throws an `Error` that names what there is. */
export function parseFields(text: string): PduField[] {
  const names = text.split(',').map((name) => WIRESHARK_FIELDS.get(name.trim().toLowerCase()) ?? name.trim());
  const unknown = names.find((name) => !(NAMES as string[]).includes(name));
  if (unknown !== undefined) {
    const near = didYouMean(unknown, [...NAMES, ...WIRESHARK_FIELDS.keys()]);
    throw new Error(`there is no field '${unknown}'${near}; there are ${NAMES.join(', ')}`);
  }
  return names as PduField[];
}

/** The parts of a record beside its header, and the fields that need them: a part that no field needs takes no time. */
const NEEDS: Readonly<Record<keyof RecordOptions, readonly PduField[]>> = {
  // Stubs and tokens have to be decoded for these: an object's interface is known from the call that handed it out.
  content: ['interface', 'operation', 'clsid', 'class', 'auth_token', 'value', 'verification_trailer', 'error'],
  place: ['time', 'src', 'dst'],
};

/** Undefined stands for every field, as filters need them. */
export function wantedOf(fields: readonly PduField[] | undefined): Required<RecordOptions> {
  const any = (names: readonly PduField[]): boolean =>
    fields === undefined || names.some((name) => fields.includes(name));
  return { content: any(NEEDS.content), place: any(NEEDS.place) };
}

/** The record with only these members. */
export const chosen = (record: PduRecord, fields: readonly PduField[]): Partial<PduRecord> =>
  Object.fromEntries(fields.flatMap((field) => (record[field] === undefined ? [] : [[field, record[field]]])));

import { interfaceUuids } from '../../codec/interfaces.js';
import { endianOf, PTYPE } from '../../codec/rpce/index.js';
import { type Endian, readUuid, uuidToBytes } from '../../codec/uuid.js';

/** C706 12.6.4.3: p_cont_elem_t stands here, and its first element four octets further. */
const ELEMENTS = 24;
const MAX_ELEMENTS = 64;
/** p_cont_id, n_transfer_syn, reserved; the interface; its transfer syntaxes. */
const ELEMENT_HEAD = 4;
const SYNTAX = 20;
/** So much of a UUID has to be there to take it for that of a known interface. */
const LEAST_OF_UUID = 8;

interface CutElement {
  readonly id: number;
  readonly uuid: string;
  readonly version: number;
}

/**
 * The presentation contexts that are left of a bind or alter_context which was cut, as a snap length leaves it. An
 * interface whose UUID is cut itself is taken for the only known one that begins so.
 */
export function cutBind(bytes: Buffer): readonly CutElement[] | undefined {
  const type = bytes[2];
  if ((type !== PTYPE.bind && type !== PTYPE.alter_context) || bytes.length <= ELEMENTS) return undefined;
  const endian = endianOf(bytes, 4);
  const u16 = (at: number): number => (endian === 'little' ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const found: CutElement[] = [];
  let at = ELEMENTS + 4;
  const count = Math.min(bytes[ELEMENTS] as number, MAX_ELEMENTS);
  while (found.length < count && bytes.length - at >= ELEMENT_HEAD) {
    const start = at + ELEMENT_HEAD;
    const uuid = uuidFrom(bytes.subarray(start, start + 16), endian);
    if (uuid === undefined) break;
    const version = bytes.length >= start + SYNTAX ? u16(start + 16) : 0;
    found.push({ id: u16(at), uuid, version });
    at = start + SYNTAX * (1 + (bytes[at + 2] as number));
  }
  return found;
}

function uuidFrom(octets: Buffer, endian: Endian): string | undefined {
  if (octets.length === 16) return readUuid(octets, 0, endian);
  if (octets.length < LEAST_OF_UUID) return undefined;
  const known = interfaceUuids().filter((uuid) => uuidToBytes(uuid, endian).subarray(0, octets.length).equals(octets));
  return known.length === 1 ? known[0] : undefined;
}

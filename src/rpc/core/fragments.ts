import { PFC, type RequestPdu, type ResponsePdu } from '../../codec/rpce/index.js';
import { type Protection, protect, trailerLength } from './protection.js';

type Fragmented = Omit<RequestPdu, 'stub' | 'alloc_hint'> | Omit<ResponsePdu, 'stub' | 'alloc_hint'>;

const REQUEST_HEADER = 24;
const OBJECT_LENGTH = 16;

/**
 * Cuts a stub into fragments of at most `maxFragment` octets and protects each. Every fragment but the last has a stub
 * whose end is aligned to 16 octets from the start of the body, so that no padding is needed between fragments and the
 * stub's length is a multiple of eight (C706 12.6.2). alloc_hint counts what is still to come ([MS-RPCE] 2.2.2.6).
 */
export function fragment(
  head: Fragmented,
  stub: Uint8Array,
  maxFragment: number,
  protection: Protection | undefined,
): Buffer[] {
  const objectLength = head.PTYPE === 'request' && head.object !== undefined ? OBJECT_LENGTH : 0;
  const room = maxFragment - REQUEST_HEADER - objectLength - (protection === undefined ? 0 : trailerLength(protection));
  // 8 octets of the body stand before the stub, so a stub of 8 modulo 16 ends on a boundary of 16.
  const chunk = Math.max(8, ((room - 8) & ~15) + 8);
  const fragments: Buffer[] = [];
  let offset = 0;
  do {
    const last = stub.length - offset <= chunk;
    const pfc_flags =
      (head.pfc_flags & ~(PFC.FIRST_FRAG | PFC.LAST_FRAG)) |
      (offset === 0 ? PFC.FIRST_FRAG : 0) |
      (last ? PFC.LAST_FRAG : 0);
    const piece = stub.subarray(offset, offset + chunk);
    fragments.push(
      protect(
        { ...head, pfc_flags, alloc_hint: stub.length - offset, stub: piece } as RequestPdu | ResponsePdu,
        protection,
      ),
    );
    offset += chunk;
  } while (offset < stub.length);
  return fragments;
}

export const isFirst = (pdu: { pfc_flags: number }): boolean => (pdu.pfc_flags & PFC.FIRST_FRAG) !== 0;
export const isLast = (pdu: { pfc_flags: number }): boolean => (pdu.pfc_flags & PFC.LAST_FRAG) !== 0;

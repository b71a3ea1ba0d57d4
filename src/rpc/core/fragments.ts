import { PFC, type RequestPdu, type ResponsePdu } from '../../codec/rpce/index.js';
import { type Protection, protect, trailerLength } from './protection.js';

type Fragmented = Omit<RequestPdu, 'stub' | 'alloc_hint'> | Omit<ResponsePdu, 'stub' | 'alloc_hint'>;

const REQUEST_HEADER = 24;
const OBJECT_LENGTH = 16;

/**
 * Cuts a stub into fragments of at most `maxFragment` octets and protects each. The stub of every fragment but the last
 * is a multiple of eight octets (C706 12.6.2), and of 16 where a sec_trailer follows, so that the fragment needs no
 * padding: 5728 of 5840 octets under Kerberos at PKT_PRIVACY, as Windows sends it. alloc_hint counts what is still to
 * come ([MS-RPCE] 2.2.2.6).
 */
export function fragment(
  head: Fragmented,
  stub: Uint8Array,
  maxFragment: number,
  protection: Protection | undefined,
): Buffer[] {
  const objectLength = head.PTYPE === 'request' && head.object !== undefined ? OBJECT_LENGTH : 0;
  const trailer = protection === undefined ? 0 : trailerLength(protection);
  const multiple = trailer === 0 ? 8 : 16;
  const room = maxFragment - REQUEST_HEADER - objectLength - trailer;
  const chunk = Math.max(multiple, room - (room % multiple));
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

import { padding } from '../bytes.js';
import { CodecError } from '../error.js';
import type { SpanTrace } from '../span.js';
import type { PduType } from './constants.js';
import type { Cursor } from './cursor.js';
import { commonHeader, endianOf, sec_trailer } from './header.js';
import type { AuthVerifier, Pdu } from './pdu.js';

/** A sec_trailer where its PDU's lengths say that it stands, [MS-RPCE] 2.2.2.11. */
export interface PlacedTrailer {
  readonly at: number;
  /** Octets before it that it counts as padding. */
  readonly counted: number;
  /** With the padding from `start`, which is not before the body's end. */
  verifier(start: number, trace: SpanTrace | undefined): AuthVerifier;
}

/** Finds the trailer of a PDU whose auth_length is not 0. Throws `CodecError`. */
export function placeTrailer(bytes: Uint8Array, fragLength: number, authLength: number): PlacedTrailer {
  const at = fragLength - authLength - sec_trailer.size;
  if (at < commonHeader.size) {
    throw new CodecError('BAD_LENGTH', 'auth_length', 10, `${authLength} leaves no room in ${fragLength} octets`);
  }
  const row = sec_trailer.decode(bytes, at, endianOf(bytes, 4));
  const { auth_type, auth_level, auth_pad_length: counted, auth_reserved, auth_context_id } = row;
  if (at - counted < commonHeader.size) {
    const why = `${counted} octets of padding do not fit in the body`;
    throw new CodecError('BAD_LENGTH', 'auth_pad_length', at + 2, why);
  }
  return {
    at,
    counted,
    verifier(start, trace) {
      const auth_pad = bytes.subarray(start, at);
      const auth_value = bytes.subarray(at + sec_trailer.size, fragLength);
      const { section } = sec_trailer;
      trace?.octets('sec_trailer.auth_pad', auth_pad, { section, note: 'padding of the body' });
      trace?.header(sec_trailer, bytes, at, row);
      trace?.octets('sec_trailer.auth_value', auth_value, { section, note: 'token or signature' });
      const auth: AuthVerifier = { auth_type, auth_level, auth_context_id, auth_pad, auth_value };
      if (auth_reserved !== 0) auth.auth_reserved = auth_reserved;
      if (auth_pad.length !== counted) auth.auth_pad_length = counted;
      return auth;
    },
  };
}

/**
 * Bodies that tell where they end. Padding that such a PDU counts may reach into its body, which Samba and older Windows
 * take: the body is read as it stands.
 */
export const ENDS_BY_ITSELF: ReadonlySet<Pdu['PTYPE']> = new Set<PduType>([
  'bind',
  'bind_ack',
  'alter_context',
  'alter_context_resp',
  'auth3',
]);

/**
 * A sec_trailer without a token, whose auth_length is 0: Windows ends a handshake so where the mechanism has nothing to
 * say any more, and takes such an alter_context. [MS-RPCE] 2.2.2.11 gives no length to find it by; it is all that
 * follows the body, and its level, padding and reserved octet fit.
 */
export function bareTrailer(cursor: Cursor): AuthVerifier | undefined {
  const { bytes, offset, endian, trace } = cursor;
  if (cursor.remaining !== sec_trailer.size) return undefined;
  const row = sec_trailer.decode(bytes, offset, endian);
  const { auth_type, auth_level, auth_pad_length, auth_reserved, auth_context_id } = row;
  const plausible = auth_type !== 0 && auth_level >= 1 && auth_level <= 6 && auth_pad_length === 0;
  if (!plausible || auth_reserved !== 0) return undefined;
  trace?.header(sec_trailer, bytes, offset, row);
  cursor.offset = cursor.end;
  return { auth_type, auth_level, auth_context_id, auth_pad: cursor.rest(), auth_value: cursor.rest() };
}

/**
 * Octets of padding before the sec_trailer of a PDU whose body takes `length`. [MS-RPCE] 2.2.2.11 asks for a boundary
 * of 16 octets; Windows and Samba count it from the first octet of the stub, in every signed PDU that is known. A bind
 * is four-aligned by its contents and Windows adds nothing to it.
 */
export function authPadding(pdu: Pdu, length: number, alignment: number | undefined): number {
  if ('stub' in pdu) return padding(pdu.stub.length + (pdu.trailing?.length ?? 0), alignment ?? 16);
  return padding(length, alignment ?? 4);
}

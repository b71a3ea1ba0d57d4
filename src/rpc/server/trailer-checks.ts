import { type Pdu, sec_trailer } from '../../codec/rpce/index.js';

/**
 * [MS-RPCE] 2.2.2.11 asks for 16 octets from the start of the body. Everybody takes a sec_trailer on a boundary of four;
 * one on a boundary of two is a protocol error, as Samba's tests of Windows have it.
 */
export const isMisaligned = (bytes: Uint8Array, pdu: Pdu): boolean =>
  pdu.auth !== undefined && (bytes.length - pdu.auth.auth_value.length - sec_trailer.size) % 4 !== 0;

/** Whether the sec_trailer of a handshake's PDU counts octets of padding, which newer Windows refuses. */
export const isPadded = (pdu: Pdu): boolean => (pdu.auth?.auth_pad?.length ?? 0) > 0;

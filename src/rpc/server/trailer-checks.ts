import { type Pdu, sec_trailer } from '../../codec/rpce/index.js';

/**
 * [MS-RPCE] 2.2.2.11 has a sender put the sec_trailer on a boundary of 16. A receiver goes by auth_pad_length: Windows
 * takes any boundary of four; one of two is a protocol error, as Samba's tests of Windows have it.
 */
export const isMisaligned = (bytes: Uint8Array, pdu: Pdu): boolean =>
  pdu.auth !== undefined && (bytes.length - pdu.auth.auth_value.length - sec_trailer.size) % 4 !== 0;

/** Whether the sec_trailer of a handshake's PDU counts octets of padding, which newer Windows refuses. */
export const isPadded = (pdu: Pdu): boolean => (pdu.auth?.auth_pad?.length ?? 0) > 0;

import { commonHeader, type Pdu, sec_trailer } from '../../codec/rpce/index.js';

const trailerAt = (bytes: Uint8Array, pdu: Pdu): number =>
  bytes.length - (pdu.auth?.auth_value.length ?? 0) - sec_trailer.size;

/**
 * [MS-RPCE] 2.2.2.11 has a sender put the sec_trailer on a boundary of 16. A receiver goes by auth_pad_length: Windows
 * takes any boundary of four; one of two is a protocol error, as Samba's tests of Windows have it.
 */
export const isMisaligned = (bytes: Uint8Array, pdu: Pdu): boolean =>
  pdu.auth !== undefined && trailerAt(bytes, pdu) % 4 !== 0;

/** What is said of it. */
export const MISALIGNED = 'the sec_trailer does not stand on a boundary of four octets';

const countedPadding = ({ auth }: Pdu): number => auth?.auth_pad_length ?? auth?.auth_pad?.length ?? 0;

/** Whether the sec_trailer of a handshake's PDU counts octets of padding, which newer Windows refuses. */
export const isPadded = (pdu: Pdu): boolean => countedPadding(pdu) > 0;

/** Octets of every PDU that no padding may reach into: the head of a request, also where it is another's (Samba's rule). */
const UNPADDED = commonHeader.size + 8;

/** Whether it counts more than Samba and older Windows ignore: what stands before the trailer, the head apart. */
export const isOverpadded = (bytes: Uint8Array, pdu: Pdu): boolean =>
  countedPadding(pdu) > Math.max(0, trailerAt(bytes, pdu) - UNPADDED);

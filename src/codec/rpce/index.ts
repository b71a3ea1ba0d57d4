export { stubOffset } from './bodies.js';
export { decodePdu, type EncodedPdu, encodePdu, layOutPdu, pduType, tracePdu } from './codec.js';
export * from './constants.js';
export { commonHeader, DREP_BIG, DREP_LITTLE, endianOf, readCommonHeader, sec_trailer } from './header.js';
export type * from './pdu.js';
export * from './verification-trailer.js';

export { stubOffset } from './bodies.js';
export { decodePdu, type EncodedPdu, encodePdu, layOutPdu, pduType, tracePdu } from './codec.js';
export { CL_PTYPES, type ClPduType, dc_rpc_cl_pkt_hdr_t, readClHeader } from './connectionless.js';
export * from './constants.js';
export { commonHeader, DREP_BIG, DREP_LITTLE, endianOf, readCommonHeader, sec_trailer } from './header.js';
export type * from './pdu.js';
export { decodeRts, PTYPE_RTS, type RtsBody, type RtsCommand } from './rts.js';
export * from './verification-trailer.js';

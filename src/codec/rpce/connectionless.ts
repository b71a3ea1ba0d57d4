import { f, fixedHeader } from '../fixed.js';
import { endianOf } from './header.js';

/** C706 12.5.1: the types of connectionless PDUs, by their numbers. */
export const CL_PTYPES = [
  'request',
  'ping',
  'response',
  'fault',
  'working',
  'nocall',
  'reject',
  'ack',
  'cl_cancel',
  'fack',
  'cancel_ack',
] as const;

/** Name of a connectionless PDU type. */
export type ClPduType = (typeof CL_PTYPES)[number];

/** C706 12.5.1: what every connectionless PDU begins with. */
export const dc_rpc_cl_pkt_hdr_t = fixedHeader('dc_rpc_cl_pkt_hdr_t', 'C706 12.5.1', [
  f('rpc_vers', 'u8', '4'),
  f('ptype', 'u8', 'the PDU type, below 32'),
  f('flags1', 'u8', 'whether it is a fragment, the last one, idempotent, …'),
  f('flags2', 'u8', 'whether a cancel is pending'),
  f('drep', 3, 'integer, character and floating-point representation'),
  f('serial_hi', 'u8', 'the upper octet of the number of the fragment as it was sent'),
  f('object', 'uuid', 'the object; of zeros for none'),
  f('if_id', 'uuid', 'the interface'),
  f('act_id', 'uuid', 'the activity: calls of one client thread'),
  f('server_boot', 'u32', 'when the server started'),
  f('if_vers', 'u32', 'of the interface'),
  f('seqnum', 'u32', 'which call of the activity'),
  f('opnum', 'u16', 'which operation'),
  f('ihint', 'u16', 'ignored'),
  f('ahint', 'u16', 'ignored'),
  f('len', 'u16', 'octets of the body'),
  f('fragnum', 'u16', 'which fragment'),
  f('auth_proto', 'u8', '0 for none: what protects it follows the body'),
  f('serial_lo', 'u8', 'the lower octet of the number of the fragment as it was sent'),
]);

/** Reads one in the byte order that it states itself. Throws `CodecError` `SHORT`. */
export const readClHeader = (bytes: Uint8Array, offset = 0): ReturnType<typeof dc_rpc_cl_pkt_hdr_t.decode> =>
  dc_rpc_cl_pkt_hdr_t.decode(bytes, offset, endianOf(bytes, offset + 4));

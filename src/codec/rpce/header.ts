import { CodecError } from '../error.js';
import { f, fixedHeader } from '../fixed.js';
import type { Endian } from '../uuid.js';

/** C706 12.6.3.1, [MS-RPCE] 2.2.2.1: what every connection-oriented PDU starts with. */
export const commonHeader = fixedHeader('rpcconn_common_hdr_t', 'C706 12.6.3.1', [
  f('rpc_vers', 'u8', '5'),
  f('rpc_vers_minor', 'u8', '0, or 1'),
  f('PTYPE', 'u8', 'the PDU type'),
  f('pfc_flags', 'u8', 'PFC_*'),
  f('packed_drep', 4, 'integer, character and floating-point representation'),
  f('frag_length', 'u16', 'octets of the whole fragment'),
  f('auth_length', 'u16', 'octets of the auth_value, without the sec_trailer'),
  f('call_id', 'u32', 'which call of the association'),
]);

/** [MS-RPCE] 2.2.2.11: the trailer stands at frag_length - auth_length - 8, after its padding. */
export const sec_trailer = fixedHeader('sec_trailer', '[MS-RPCE] 2.2.2.11', [
  f('auth_type', 'u8', 'RPC_C_AUTHN_*'),
  f('auth_level', 'u8', 'RPC_C_AUTHN_LEVEL_*'),
  f('auth_pad_length', 'u8', 'octets of padding before this trailer'),
  f('auth_reserved', 'u8', '0; ignored'),
  f('auth_context_id', 'u32', 'which security context of the connection'),
]);

/** packed_drep of a sender with little-endian integers, ASCII and IEEE floats: C706 14.1. */
export const DREP_LITTLE: Uint8Array = Uint8Array.of(0x10, 0, 0, 0);
/** The same with big-endian integers. */
export const DREP_BIG: Uint8Array = Uint8Array.of(0, 0, 0, 0);

/** C706 14.1: the integer representation is the high half of the first octet; 1 is little-endian. */
export const endianOf = (packedDrep: Uint8Array, offset = 0): Endian =>
  (packedDrep[offset] as number) >> 4 === 1 ? 'little' : 'big';

/** Reads a common header at `offset` in the byte order that it states itself. Throws `CodecError` `SHORT`. */
export function readCommonHeader(bytes: Uint8Array, offset = 0): ReturnType<typeof commonHeader.decode> {
  if (bytes.length - offset < commonHeader.size) {
    throw new CodecError(
      'SHORT',
      commonHeader.name,
      offset,
      `needs ${commonHeader.size} octets, has ${Math.max(0, bytes.length - offset)}`,
    );
  }
  return commonHeader.decode(bytes, offset, endianOf(bytes, offset + 4));
}

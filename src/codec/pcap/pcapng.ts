import { f, fixedHeader } from '../fixed.js';

/** draft-ietf-opsawg-pcapng 10.1: the block types that this project reads or writes; any other is skipped. */
export const PCAPNG_BLOCK = {
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE_DESCRIPTION: 1,
  PACKET: 2,
  SIMPLE_PACKET: 3,
  ENHANCED_PACKET: 6,
} as const;

/** draft-ietf-opsawg-pcapng 4.1: the value of `byte_order_magic` in the section's own byte order. */
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** draft-ietf-opsawg-pcapng 3.5, 4.1, 4.2: option codes. */
export const PCAPNG_OPTION = {
  END: 0,
  COMMENT: 1,
  SHB_USERAPPL: 4,
  IF_NAME: 2,
  IF_DESCRIPTION: 3,
  IF_TSRESOL: 9,
  IF_TSOFFSET: 14,
} as const;

/** draft-ietf-opsawg-pcapng 3.1: every block starts with this and ends with its total length again. */
export const block_header = fixedHeader('block_header', 'draft-ietf-opsawg-pcapng 3.1', [
  f('block_type', 'u32', 'PCAPNG_BLOCK'),
  f('block_total_length', 'u32', 'octets from the block type to the second total length, a multiple of 4'),
]);

/** draft-ietf-opsawg-pcapng 3.5: options follow the fixed part of a block; each is padded to 4 octets. */
export const option_header = fixedHeader('option_header', 'draft-ietf-opsawg-pcapng 3.5', [
  f('code', 'u16', 'PCAPNG_OPTION'),
  f('length', 'u16', 'octets of the value, without its padding'),
]);

/** draft-ietf-opsawg-pcapng 4.1: opens a section; the interfaces of the one before are forgotten. */
export const section_header_block = fixedHeader('section_header_block', 'draft-ietf-opsawg-pcapng 4.1', [
  f('byte_order_magic', 'u32', '0x1a2b3c4d in the byte order of the section'),
  f('major_version', 'u16', '1'),
  f('minor_version', 'u16', '0'),
  f('section_length', 'u64', 'octets of the section, or all ones where it is not known'),
]);

/** draft-ietf-opsawg-pcapng 4.2. */
export const interface_description_block = fixedHeader('interface_description_block', 'draft-ietf-opsawg-pcapng 4.2', [
  f('linktype', 'u16', 'LINKTYPE_*'),
  f('reserved', 'u16', 'ignored'),
  f('snaplen', 'u32', 'most octets captured of a packet, 0 for no limit'),
]);

/** draft-ietf-opsawg-pcapng 4.3; the packet follows, padded to 4 octets. */
export const enhanced_packet_block = fixedHeader('enhanced_packet_block', 'draft-ietf-opsawg-pcapng 4.3', [
  f('interface_id', 'u32', 'index of the interface description in this section'),
  f('timestamp_high', 'u32', 'upper half of the time in units of if_tsresol'),
  f('timestamp_low', 'u32', 'lower half'),
  f('captured_length', 'u32', 'octets that follow, without the padding'),
  f('original_length', 'u32', 'octets that were on the wire'),
]);

/** draft-ietf-opsawg-pcapng 4.4: a packet of the first interface, without a time. */
export const simple_packet_block = fixedHeader('simple_packet_block', 'draft-ietf-opsawg-pcapng 4.4', [
  f('original_length', 'u32', 'octets that were on the wire; the snaplen of the interface may have cut them'),
]);

/** draft-ietf-opsawg-pcapng A: obsolete, still read. */
export const packet_block = fixedHeader('packet_block', 'draft-ietf-opsawg-pcapng Appendix A', [
  f('interface_id', 'u16', 'index of the interface description in this section'),
  f('drops_count', 'u16', 'packets lost before this one, 0xffff where not known'),
  f('timestamp_high', 'u32', 'upper half of the time in units of if_tsresol'),
  f('timestamp_low', 'u32', 'lower half'),
  f('captured_length', 'u32', 'octets that follow, without the padding'),
  f('original_length', 'u32', 'octets that were on the wire'),
]);

import { padding } from '../codec/bytes.js';
import type { Field, FixedHeader, Row } from '../codec/fixed.js';
import {
  BYTE_ORDER_MAGIC,
  block_header,
  enhanced_packet_block,
  interface_description_block,
  option_header,
  PCAPNG_BLOCK,
  PCAPNG_OPTION,
  section_header_block,
} from '../codec/pcap/pcapng.js';

/** https://www.tcpdump.org/linktypes.html */
export const LINKTYPE_ETHERNET = 1;

export interface InterfaceDescription {
  readonly name?: string;
  readonly linkType?: number;
  /** Decimal places of the times of its packets; 9 where absent. */
  readonly resolution?: number;
}

export interface CapturedPacket {
  readonly interfaceId?: number;
  /** Since 1970-01-01T00:00:00Z, in the unit of the interface: nanoseconds, unless that says otherwise. */
  readonly time: bigint;
  readonly bytes: Uint8Array;
  readonly comment?: string;
  /** Octets that were on the wire; those of `bytes` where absent. */
  readonly originalLength?: number;
}

/** draft-ietf-opsawg-pcapng 4.1: what a pcapng file starts with. All blocks here are little-endian. */
export function sectionHeader(application?: string): Buffer {
  const body = { byte_order_magic: BYTE_ORDER_MAGIC, major_version: 1, minor_version: 0, section_length: UNKNOWN };
  const options = application === undefined ? [] : [text(PCAPNG_OPTION.SHB_USERAPPL, application)];
  return block(PCAPNG_BLOCK.SECTION_HEADER, section_header_block, body, options);
}

/** draft-ietf-opsawg-pcapng 4.2: an interface. The first one described has id 0. */
export function interfaceDescription({
  name,
  linkType = LINKTYPE_ETHERNET,
  resolution = 9,
}: InterfaceDescription): Buffer {
  const body = { linktype: linkType, reserved: 0, snaplen: 0 };
  return block(PCAPNG_BLOCK.INTERFACE_DESCRIPTION, interface_description_block, body, [
    ...(name === undefined ? [] : [text(PCAPNG_OPTION.IF_NAME, name)]),
    { code: PCAPNG_OPTION.IF_TSRESOL, value: Buffer.of(resolution) },
  ]);
}

/** draft-ietf-opsawg-pcapng 4.3: one packet. */
export function enhancedPacket({ interfaceId = 0, time, bytes, comment, originalLength }: CapturedPacket): Buffer {
  const body = {
    interface_id: interfaceId,
    timestamp_high: Number(BigInt.asUintN(32, time >> 32n)),
    timestamp_low: Number(BigInt.asUintN(32, time)),
    captured_length: bytes.length,
    original_length: originalLength ?? bytes.length,
  };
  const options = comment === undefined ? [] : [text(PCAPNG_OPTION.COMMENT, comment)];
  return block(PCAPNG_BLOCK.ENHANCED_PACKET, enhanced_packet_block, body, options, bytes);
}

/** The section's length is not known when it starts. */
const UNKNOWN = 0xffff_ffff_ffff_ffffn;

interface Option {
  readonly code: number;
  readonly value: Uint8Array;
}

const LONGEST_OPTION = 0xffff;

function text(code: number, value: string): Option {
  const octets = Buffer.from(value, 'utf8');
  if (octets.length <= LONGEST_OPTION) return { code, value: octets };
  // Cut where a character starts, so that what is left is UTF-8.
  let end = LONGEST_OPTION;
  while (((octets[end] as number) & 0xc0) === 0x80) end--;
  return { code, value: octets.subarray(0, end) };
}

function block<const F extends readonly Field[]>(
  type: number,
  declaration: FixedHeader<F>,
  body: Row<F>,
  options: readonly Option[],
  packet: Uint8Array = new Uint8Array(0),
): Buffer {
  const parts: Uint8Array[] = [declaration.encode(body), packet, zeros(padding(packet.length, 4))];
  for (const { code, value } of options) {
    const head = option_header.encode({ code, length: value.length });
    parts.push(head, value, zeros(padding(value.length, 4)));
  }
  if (options.length > 0) parts.push(option_header.encode({ code: PCAPNG_OPTION.END, length: 0 }));
  const length = parts.reduce((sum, part) => sum + part.length, block_header.size + 4);
  const head = block_header.encode({ block_type: type, block_total_length: length });
  return Buffer.concat([head, ...parts, head.subarray(4)], length);
}

const zeros = (count: number): Uint8Array => new Uint8Array(count);

import type { Problem } from '../../../../src/capture/file/error.js';
import { CaptureReader } from '../../../../src/capture/file/reader.js';
import {
  enhanced_packet_block,
  interface_description_block,
  section_header_block,
} from '../../../../src/codec/pcap/pcapng.js';
import type { Endian } from '../../../../src/codec/uuid.js';

interface Got {
  readonly frame: number;
  readonly text: string;
  readonly time: string;
  readonly linkType: number;
  readonly offset: number;
  readonly originalLength: number;
}

/** What the reader makes of a capture that comes in pieces. */
export function read(bytes: Uint8Array, pieceLength = bytes.length || 1): { packets: Got[]; problems: Problem[] } {
  const packets: Got[] = [];
  const problems: Problem[] = [];
  const reader = new CaptureReader({
    file: 'test',
    onPacket({ bytes: all, start, end, seconds, nanoseconds, frame, linkType, offset, originalLength }) {
      const time = `${seconds}.${String(nanoseconds).padStart(9, '0')}`;
      packets.push({ frame, text: all.toString('latin1', start, end), time, linkType, offset, originalLength });
    },
    onProblem: (problem) => problems.push(problem),
  });
  for (let at = 0; at < bytes.length; at += pieceLength) reader.push(bytes.subarray(at, at + pieceLength));
  reader.end();
  return { packets, problems };
}

/** A block of pcapng, padded, with its length at both ends. */
export function block(endian: Endian, type: number, ...body: Uint8Array[]): Buffer {
  const content = Buffer.concat(body);
  const padded = Buffer.concat([content, Buffer.alloc(-content.length & 3)]);
  const bytes = Buffer.alloc(12 + padded.length);
  const put = (value: number, at: number): number =>
    endian === 'big' ? bytes.writeUInt32BE(value, at) : bytes.writeUInt32LE(value, at);
  put(type, 0);
  put(bytes.length, 4);
  padded.copy(bytes, 8);
  put(bytes.length, bytes.length - 4);
  return bytes;
}

export const section = (endian: Endian): Buffer =>
  block(
    endian,
    0x0a0d0d0a,
    section_header_block.encode(
      { byte_order_magic: 0x1a2b3c4d, major_version: 1, minor_version: 0, section_length: 0xffff_ffff_ffff_ffffn },
      endian,
    ),
  );

export function describeInterface(
  endian: Endian,
  linktype: number,
  snaplen = 0,
  options: [number, Buffer][] = [],
): Buffer {
  const encoded = options.map(([code, value]) => {
    const head = Buffer.alloc(4);
    if (endian === 'big') head.writeUInt16BE(code, 0);
    else head.writeUInt16LE(code, 0);
    if (endian === 'big') head.writeUInt16BE(value.length, 2);
    else head.writeUInt16LE(value.length, 2);
    return Buffer.concat([head, value, Buffer.alloc(-value.length & 3)]);
  });
  return block(endian, 1, interface_description_block.encode({ linktype, reserved: 0, snaplen }, endian), ...encoded);
}

export const enhanced = (endian: Endian, id: number, time: bigint, text: string, captured = text.length): Buffer =>
  block(
    endian,
    6,
    enhanced_packet_block.encode(
      {
        interface_id: id,
        timestamp_high: Number(time >> 32n),
        timestamp_low: Number(time & 0xffff_ffffn),
        captured_length: captured,
        original_length: captured,
      },
      endian,
    ),
    Buffer.from(text),
  );

export const TIME = 1_700_000_000_123_456n;
export const texts = (packets: readonly Got[]): string[] => packets.map(({ text }) => text);

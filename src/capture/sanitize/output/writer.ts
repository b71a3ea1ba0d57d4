import { PCAP_MAGIC, pcap_file_header, pcap_record_header } from '../../../codec/pcap/pcap.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../net/pcapng.js';
import type { Packet } from '../../file/packet.js';

/** Writes packets in the format that they came in. The rest of a file, such as comments and names, is left out. */
export interface PacketWriter {
  /** What a file starts with. */
  readonly head: Buffer;
  /** The record of a packet, with those before it that keep the numbers of frames as they were. */
  packet(packet: Packet, bytes: Uint8Array): Buffer;
}

/** Octets of a file that tell its format and, of pcap, its byte order and link type. */
export const FILE_HEAD = pcap_file_header.size;

/** `start` has the first octets of the file. */
export const writerLike = (start: Buffer): PacketWriter =>
  start.length >= FILE_HEAD && PCAP_MAGIC[start.readUInt32LE(0)] !== undefined
    ? new PcapWriter(start.subarray(0, FILE_HEAD))
    : new PcapngWriter();

/** draft-ietf-opsawg-pcap: byte order, unit of time, snaplen and link type as in the file that was read. */
class PcapWriter implements PacketWriter {
  readonly head: Buffer;
  readonly #endian: 'little' | 'big';
  readonly #perUnit: number;

  constructor(start: Buffer) {
    const { endian, nanoseconds } = PCAP_MAGIC[start.readUInt32LE(0)] as (typeof PCAP_MAGIC)[number] & object;
    this.#endian = endian;
    this.#perUnit = nanoseconds ? 1 : 1000;
    this.head = pcap_file_header.encode(
      { ...pcap_file_header.decode(start, 0, endian), reserved1: 0, reserved2: 0 },
      endian,
    );
  }

  packet({ seconds, nanoseconds, originalLength }: Packet, bytes: Uint8Array): Buffer {
    const header = {
      seconds: seconds >>> 0,
      fraction: Math.floor(nanoseconds / this.#perUnit),
      captured_length: bytes.length,
      original_length: originalLength,
    };
    return Buffer.concat([pcap_record_header.encode(header, this.#endian), bytes]);
  }
}

/** draft-ietf-opsawg-pcapng: one section, with an interface for each link that has packets, and times in nanoseconds. */
class PcapngWriter implements PacketWriter {
  readonly head = sectionHeader();
  readonly #interfaces = new Map<string, number>();
  #frames = 0;

  packet(packet: Packet, bytes: Uint8Array): Buffer {
    const { frame, interfaceId, linkType, seconds, nanoseconds, originalLength } = packet;
    const key = `${interfaceId} ${linkType}`;
    const parts: Buffer[] = [];
    let id = this.#interfaces.get(key);
    if (id === undefined) {
      id = this.#interfaces.size;
      this.#interfaces.set(key, id);
      parts.push(interfaceDescription({ linkType: Math.max(0, linkType) }));
    }
    const time = BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
    // Blocks that count as frames and cannot be read: an empty packet stands for each.
    for (this.#frames++; this.#frames < frame; this.#frames++)
      parts.push(enhancedPacket({ interfaceId: id, time, bytes: new Uint8Array(0) }));
    parts.push(enhancedPacket({ interfaceId: id, time, bytes, originalLength }));
    return Buffer.concat(parts);
  }
}

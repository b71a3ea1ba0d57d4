import type { Packet } from '../../../capture/file/packet.js';
import { pcap_file_header, pcap_record_header } from '../../../codec/pcap/pcap.js';
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../net/pcapng.js';
import { UsageError } from '../../io.js';

export type PacketFormat = 'pcap' | 'pcapng';

/** Packets as a file has them: link types and the units of times are those of the packets. */
export interface PacketEncoder {
  /** `source` tells interfaces of several files apart. */
  packet(packet: Packet, source: number): Buffer;
}

export const packetEncoder = (format: PacketFormat, path: string): PacketEncoder =>
  format === 'pcap' ? new PcapEncoder(path) : new PcapngEncoder();

const MICROSECONDS = 6;
const NANOSECONDS = 9;

/** Decimal places that hold a time as exactly as it was read: that of binary units is kept in nanoseconds. */
const placesOf = (resolution: number): number => Math.min(resolution & 0x80 ? NANOSECONDS : resolution, NANOSECONDS);

/** draft-ietf-opsawg-pcap: one link type and one unit for all. */
class PcapEncoder implements PacketEncoder {
  readonly #path: string;
  #first: { readonly linkType: number; readonly fine: boolean } | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  packet(packet: Packet): Buffer {
    const { bytes, start, end, linkType, resolution, originalLength, seconds, nanoseconds } = packet;
    const fine = placesOf(resolution) > MICROSECONDS;
    const parts: Buffer[] = [];
    if (this.#first === undefined) {
      this.#first = { linkType, fine };
      const magic = fine ? 0xa1b23c4d : 0xa1b2c3d4;
      const version = { version_major: 2, version_minor: 4, reserved1: 0, reserved2: 0 };
      parts.push(pcap_file_header.encode({ magic, ...version, snaplen: SNAPLEN, linktype: linkType }));
    }
    const differs =
      this.#first.linkType !== linkType ? 'link types' : this.#first.fine === fine ? undefined : 'units of time';
    if (differs !== undefined)
      throw new UsageError(
        `cannot write ${this.#path}: pcap has no room for packets of several ${differs}; name it .pcapng`,
      );
    const head = pcap_record_header.encode({
      seconds: seconds >>> 0,
      fraction: fine ? nanoseconds : Math.floor(nanoseconds / 1000),
      captured_length: end - start,
      original_length: originalLength,
    });
    return Buffer.concat([...parts, head, bytes.subarray(start, end)]);
  }
}

/** As Wireshark writes it. */
const SNAPLEN = 262_144;

/** draft-ietf-opsawg-pcapng: one section, with an interface for each that has packets. */
class PcapngEncoder implements PacketEncoder {
  readonly #interfaces = new Map<string, number>();

  packet(packet: Packet, source: number): Buffer {
    const { bytes, start, end, linkType, resolution, interfaceId, originalLength, seconds, nanoseconds } = packet;
    const places = placesOf(resolution);
    const key = `${source} ${interfaceId} ${linkType} ${places}`;
    const parts: Buffer[] = this.#interfaces.size === 0 ? [sectionHeader('dcom-harness')] : [];
    let id = this.#interfaces.get(key);
    if (id === undefined) {
      id = this.#interfaces.size;
      this.#interfaces.set(key, id);
      parts.push(interfaceDescription({ linkType: Math.max(0, linkType), resolution: places }));
    }
    const time = (BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds)) / 10n ** BigInt(NANOSECONDS - places);
    parts.push(enhancedPacket({ interfaceId: id, time, bytes: bytes.subarray(start, end), originalLength }));
    return Buffer.concat(parts);
  }
}

import { f, fixedHeader } from '../fixed.js';

/** The four magic numbers of a pcap file, read as a little-endian integer: what they say of the rest of the file. */
export const PCAP_MAGIC: Readonly<Record<number, { endian: 'little' | 'big'; nanoseconds: boolean }>> = {
  2712847316: { endian: 'little', nanoseconds: false },
  2712812621: { endian: 'little', nanoseconds: true },
  3569595041: { endian: 'big', nanoseconds: false },
  1295823521: { endian: 'big', nanoseconds: true },
};

/** draft-ietf-opsawg-pcap 4: the header of a pcap file, in the byte order of the machine that wrote it. */
export const pcap_file_header = fixedHeader('pcap_file_header', 'draft-ietf-opsawg-pcap 4', [
  f('magic', 'u32', '0xa1b2c3d4 for microseconds, 0xa1b23c4d for nanoseconds'),
  f('version_major', 'u16', '2'),
  f('version_minor', 'u16', '4'),
  f('reserved1', 'u32', 'ignored; once the time zone'),
  f('reserved2', 'u32', 'ignored; once the accuracy of the time stamps'),
  f('snaplen', 'u32', 'most octets captured of a packet'),
  f('linktype', 'u32', 'LINKTYPE_* in the low 16 bits, FCS length above them'),
]);

/** draft-ietf-opsawg-pcap 5: stands before each packet. */
export const pcap_record_header = fixedHeader('pcap_record_header', 'draft-ietf-opsawg-pcap 5', [
  f('seconds', 'u32', 'since 1970-01-01T00:00:00Z'),
  f('fraction', 'u32', 'microseconds or nanoseconds, as the magic says'),
  f('captured_length', 'u32', 'octets that follow'),
  f('original_length', 'u32', 'octets that were on the wire'),
]);

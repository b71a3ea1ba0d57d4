import { internetChecksum } from '../codec/inet/checksum.js';
import {
  ETHERTYPE,
  ethernet_header,
  IP_PROTOCOL,
  ipv4_header,
  ipv6_header,
  tcp_header,
} from '../codec/inet/headers.js';

/** One TCP segment, and between whom it travels. */
export interface Segment {
  /** 4 or 16 octets each. */
  readonly source: Uint8Array;
  readonly destination: Uint8Array;
  readonly sourcePort: number;
  readonly destinationPort: number;
  readonly sequence: number;
  readonly acknowledgment: number;
  /** TCP_FLAG */
  readonly flags: number;
  readonly window: number;
  /** RFC 9293 3.2: a multiple of 4 octets. */
  readonly options?: Uint8Array;
  readonly data: Uint8Array;
  /** RFC 791 3.1; of no use with IPv6. */
  readonly identification: number;
}

const TTL = 64;
const DONT_FRAGMENT = 0x4000;

/** The Ethernet frame of a segment, with the checksums that a reader expects. */
export function frameOf(segment: Segment): Buffer {
  const { source, destination } = segment;
  const tcp = tcpOf(segment);
  const length = tcp.length + segment.data.length;
  const ip = source.length === 4 ? ipv4Of(segment, length) : ipv6Of(segment, length);
  const type = source.length === 4 ? ETHERTYPE.IPV4 : ETHERTYPE.IPV6;
  const ethernet = ethernet_header.encode({ destination: macOf(destination), source: macOf(source), type }, 'big');
  return Buffer.concat([ethernet, ip, tcp, segment.data]);
}

/** A locally administered unicast address (IEEE 802 8.4) that follows from the host's IP address. */
const macOf = (address: Uint8Array): Buffer => Buffer.from([0x02, 0x00, ...address.subarray(-4)]);

/** RFC 9293 3.1: the checksum also covers a pseudo header, so that a segment delivered to the wrong host is noticed. */
function tcpOf(segment: Segment): Buffer {
  const { source, destination, options = new Uint8Array(0), data } = segment;
  const size = tcp_header.size + options.length;
  const header = tcp_header.encode(
    {
      source_port: segment.sourcePort,
      destination_port: segment.destinationPort,
      sequence_number: segment.sequence >>> 0,
      acknowledgment_number: segment.acknowledgment >>> 0,
      data_offset: (size / 4) << 4,
      flags: segment.flags,
      window: segment.window,
      checksum: 0,
      urgent_pointer: 0,
    },
    'big',
  );
  const length = size + data.length;
  // RFC 8200 8.1 has the length before the protocol and wider than RFC 9293 3.1; the sum is the same.
  const pseudo = Buffer.from([length >>> 24, length >>> 16, length >>> 8, length, 0, IP_PROTOCOL.TCP]);
  header.writeUInt16BE(internetChecksum(source, destination, pseudo, header, options, data), CHECKSUM_AT);
  return Buffer.concat([header, options]);
}

const CHECKSUM_AT = 16;

function ipv4Of({ source, destination, identification }: Segment, length: number): Buffer {
  const header = {
    version_ihl: 0x45,
    type_of_service: 0,
    total_length: ipv4_header.size + length,
    identification,
    flags_fragment_offset: DONT_FRAGMENT,
    time_to_live: TTL,
    protocol: IP_PROTOCOL.TCP,
    source,
    destination,
  };
  const checksum = internetChecksum(ipv4_header.encode({ ...header, header_checksum: 0 }, 'big'));
  return ipv4_header.encode({ ...header, header_checksum: checksum }, 'big');
}

const ipv6Of = ({ source, destination }: Segment, length: number): Buffer =>
  ipv6_header.encode(
    {
      version_class_flow: 0x60000000,
      payload_length: length,
      next_header: IP_PROTOCOL.TCP,
      hop_limit: TTL,
      source,
      destination,
    },
    'big',
  );

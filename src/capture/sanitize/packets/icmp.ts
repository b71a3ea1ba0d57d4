import { internetChecksum } from '../../../codec/inet/checksum.js';
import { IP_PROTOCOL } from '../../../codec/inet/headers.js';
import { Datagram, readDatagram } from '../../stream/ip.js';
import { keep } from '../rewriting.js';
import { type Frame, replaceMac } from './frame.js';
import { addressesOf, replaceAddresses, replaceIpHeader, transportChecksum } from './ip.js';

/** RFC 792: messages that hold the datagram which they are about. */
const ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
const REDIRECT = 5;
const HEADER = 8;
const ADDRESS = 16;

type Range = readonly [from: number, to: number];

/** Type, code and checksum. */
const ALWAYS = 4;
const REST: Range = [ALWAYS, HEADER];
/**
 * By type, which octets of a header stay behind those: identifiers and sequence numbers, lengths, pointers, times, of
 * RFC 792, RFC 950, RFC 1191 4, RFC 1256 3, RFC 4884 4, RFC 8335 2 and 3. What is unused there can hold anything.
 */
const FIELDS: ReadonlyMap<number, Range> = new Map<number, Range>([
  [0, REST],
  [3, [5, 8]],
  [8, REST],
  [9, REST],
  [11, [5, 6]],
  [12, [4, 6]],
  [13, REST],
  [14, REST],
  [15, REST],
  [16, REST],
  [17, REST],
  [18, REST],
  [42, REST],
  [43, REST],
]);

/** The fields of the header by type, and the head of a datagram inside; all else is zero. The checksum is made anew. */
export function replaceIcmp(frame: Frame, start: number, end: number): void {
  const { names, bytes, out } = frame;
  if (end - start < HEADER) return;
  const type = bytes[start] as number;
  keepHeader(frame, start, end, FIELDS.get(type));
  if (type === REDIRECT) out.set(names.address(bytes.subarray(start + 4, start + 8)), start + 4);
  if (ERRORS.has(type)) replaceInside(frame, start + HEADER, end);
  out.writeUInt16BE(internetChecksum(out.subarray(start, end)), start + 2);
}

function keepHeader(frame: Frame, start: number, end: number, fields: Range | undefined): void {
  keep(frame, start, start + 2);
  if (fields !== undefined) keep(frame, start + fields[0], Math.min(start + fields[1], end));
}

/** Of the datagram inside: ports, and of TCP the sequence number, of UDP the length. */
const INSIDE: ReadonlyMap<number, number> = new Map([
  [IP_PROTOCOL.TCP, 8],
  [IP_PROTOCOL.UDP, 6],
]);

function replaceInside(frame: Frame, start: number, end: number): void {
  const inner = new Datagram();
  if (start >= end || !readDatagram(frame.bytes, start, end, inner)) return;
  replaceIpHeader(frame, start, inner);
  // A later fragment has no ports: its first octets are data.
  const kept = inner.fragment && inner.fragmentOffset > 0 ? 0 : (INSIDE.get(inner.protocol) ?? 0);
  keep(frame, inner.start, Math.min(inner.start + kept, inner.end));
}

/** RFC 1112, RFC 3376: type, time and group; reports with several groups are left without them. */
export function replaceIgmp(frame: Frame, start: number, end: number): void {
  const { names, bytes, out } = frame;
  if (end - start < HEADER) return;
  keep(frame, start, start + 2);
  if (bytes[start] !== 0x22) out.set(names.address(bytes.subarray(start + 4, start + 8)), start + 4);
  out.writeUInt16BE(internetChecksum(out.subarray(start, end)), start + 2);
}

/** RFC 4443 3: messages that hold the datagram which they are about. */
const ERRORS_6: ReadonlySet<number> = new Set([1, 2, 3, 4]);
/** As `FIELDS`, of RFC 4443 3 and 4, RFC 2710 3, RFC 3810 5.2, RFC 4861 4, RFC 4884 4, RFC 8335 2 and 3. */
const FIELDS_6: ReadonlyMap<number, Range> = new Map<number, Range>([
  [1, [4, 5]],
  [2, REST],
  [3, [4, 5]],
  [4, REST],
  [128, REST],
  [129, REST],
  [130, [4, 6]],
  [134, [4, 16]],
  [136, [4, 5]],
  [160, REST],
  [161, REST],
]);
/** RFC 4861 4: how long the header is, and how many addresses follow, by type. */
const NEIGHBOURS: ReadonlyMap<number, Neighbour> = new Map([
  [133, { header: 8, addresses: 0 }],
  [134, { header: 16, addresses: 0 }],
  [135, { header: 8, addresses: 1 }],
  [136, { header: 8, addresses: 1 }],
  [137, { header: 8, addresses: 2 }],
]);
interface Neighbour {
  readonly header: number;
  readonly addresses: number;
}
/** RFC 2710: multicast listeners; RFC 3810 has several records, which go with their number. */
const LISTENERS: ReadonlySet<number> = new Set([130, 131, 132]);
const [SOURCE_LINK, TARGET_LINK, PREFIX, MTU] = [1, 2, 3, 5];

/** The same for IPv6, whose checksum covers the addresses at `ip` of the datagram. */
export function replaceIcmp6(frame: Frame, datagram: Datagram, ip: number): void {
  const { bytes, out } = frame;
  const { start, end } = datagram;
  if (end - start < HEADER) return;
  const type = bytes[start] as number;
  keepHeader(frame, start, end, FIELDS_6.get(type));
  const neighbour = NEIGHBOURS.get(type);
  if (neighbour !== undefined) replaceNeighbour(frame, start, end, neighbour);
  else if (LISTENERS.has(type)) replaceAddresses(frame, start + HEADER, Math.min(start + HEADER + ADDRESS, end));
  else if (ERRORS_6.has(type)) replaceInside(frame, start + HEADER, end);
  out.writeUInt16BE(transportChecksum(out, datagram, addressesOf(out, ip, 6), start, end), start + 2);
}

function replaceNeighbour(frame: Frame, start: number, end: number, { header, addresses }: Neighbour): void {
  const options = start + header + ADDRESS * addresses;
  replaceAddresses(frame, start + header, Math.min(options, end));
  for (let at = options; at + 8 <= end; ) {
    const type = frame.bytes[at] as number;
    const length = (frame.bytes[at + 1] as number) * 8;
    if (length === 0 || at + length > end) return;
    keep(frame, at, at + 2);
    if (type === SOURCE_LINK || type === TARGET_LINK) replaceMac(frame, at + 2, at + length);
    else if (type === MTU) keep(frame, at + 4, at + 8);
    else if (type === PREFIX && length === 32) {
      keep(frame, at + 2, at + 12);
      replaceAddresses(frame, at + 16, at + length);
    }
    at += length;
  }
}

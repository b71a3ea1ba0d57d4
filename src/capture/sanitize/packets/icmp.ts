import { internetChecksum } from '../../../codec/inet/checksum.js';
import { Datagram, readDatagram } from '../../stream/ip.js';
import { type Frame, keep, replaceMac } from './frame.js';
import { addressesOf, replaceIpHeader, transportChecksum } from './ip.js';

/** RFC 792: messages that hold the datagram which they are about. */
const ERRORS: ReadonlySet<number> = new Set([3, 4, 5, 11, 12]);
const REDIRECT = 5;
const HEADER = 8;
/** Of the datagram inside: ports and, of TCP, the sequence number. */
const INSIDE = 8;

/** RFC 792: header and the head of a datagram inside; all else is zero. The checksum is made anew. */
export function replaceIcmp(frame: Frame, start: number, end: number): void {
  const { names, bytes, out } = frame;
  if (end - start < HEADER) return;
  keep(frame, start, start + HEADER);
  out.writeUInt16BE(0, start + 2);
  const type = bytes[start] as number;
  if (type === REDIRECT) out.set(names.address(bytes.subarray(start + 4, start + 8)), start + 4);
  if (ERRORS.has(type)) replaceInside(frame, start + HEADER, end);
  out.writeUInt16BE(internetChecksum(out.subarray(start, end)), start + 2);
}

function replaceInside(frame: Frame, start: number, end: number): void {
  const inner = new Datagram();
  if (start >= end || !readDatagram(frame.bytes, start, end, inner)) return;
  replaceIpHeader(frame, start, inner);
  keep(frame, inner.start, Math.min(inner.start + INSIDE, inner.end));
}

/** RFC 1112, RFC 3376: type, time and group; reports with several groups are left without them. */
export function replaceIgmp(frame: Frame, start: number, end: number): void {
  const { names, bytes, out } = frame;
  if (end - start < HEADER) return;
  keep(frame, start, start + 2);
  if (bytes[start] !== 0x22) out.set(names.address(bytes.subarray(start + 4, start + 8)), start + 4);
  out.writeUInt16BE(internetChecksum(out.subarray(start, end)), start + 2);
}

/** RFC 4443, RFC 4861: how many octets of the header stay, and where addresses stand, by type. */
const MESSAGES: ReadonlyMap<number, { readonly header: number; readonly addresses: number }> = new Map([
  [133, { header: 8, addresses: 0 }],
  [134, { header: 16, addresses: 0 }],
  [135, { header: 8, addresses: 1 }],
  [136, { header: 8, addresses: 1 }],
  [137, { header: 8, addresses: 2 }],
]);
/** RFC 2710: multicast listeners; RFC 3810 2 has several records, which go with their number. */
const LISTENERS: ReadonlySet<number> = new Set([130, 131, 132]);
const REPORT_2 = 143;
const [SOURCE_LINK, TARGET_LINK, PREFIX, MTU] = [1, 2, 3, 5];

/** The same for IPv6, whose checksum covers the addresses at `ip` of the datagram. */
export function replaceIcmp6(frame: Frame, datagram: Datagram, ip: number): void {
  const { bytes, out } = frame;
  const { start, end } = datagram;
  if (end - start < HEADER) return;
  const type = bytes[start] as number;
  keep(frame, start, start + (type === REPORT_2 ? 4 : HEADER));
  out.writeUInt16BE(0, start + 2);
  const neighbour = MESSAGES.get(type);
  if (neighbour !== undefined) replaceNeighbour(frame, start, end, neighbour);
  else if (LISTENERS.has(type)) replaceAddress(frame, start + HEADER, end);
  else if (type < 128) replaceInside(frame, start + HEADER, end);
  out.writeUInt16BE(transportChecksum(out, datagram, addressesOf(out, ip, 6), start, end), start + 2);
}

function replaceAddress({ names, bytes, out }: Frame, at: number, end: number): void {
  if (at + 16 <= end) out.set(names.address(bytes.subarray(at, at + 16)), at);
}

function replaceNeighbour(
  frame: Frame,
  start: number,
  end: number,
  { header, addresses }: { readonly header: number; readonly addresses: number },
): void {
  keep(frame, start + HEADER, Math.min(start + header, end));
  for (let index = 0; index < addresses; index++) replaceAddress(frame, start + header + 16 * index, end);
  for (let at = start + header + 16 * addresses; at + 8 <= end; ) {
    const type = frame.bytes[at] as number;
    const length = (frame.bytes[at + 1] as number) * 8;
    if (length === 0 || at + length > end) return;
    keep(frame, at, at + 2);
    if (type === SOURCE_LINK || type === TARGET_LINK) replaceMac(frame, at + 2, at + length);
    else if (type === MTU) keep(frame, at + 2, at + 8);
    else if (type === PREFIX && length === 32) {
      keep(frame, at + 2, at + 12);
      replaceAddress(frame, at + 16, end);
    }
    at += length;
  }
}

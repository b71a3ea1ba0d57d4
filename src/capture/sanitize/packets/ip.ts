import { internetChecksum } from '../../../codec/inet/checksum.js';
import { IP_PROTOCOL } from '../../../codec/inet/headers.js';
import type { Datagram } from '../../stream/ip.js';
import { keep } from '../rewriting.js';
import type { Frame } from './frame.js';

/** The header of the datagram that was read at `start`: addresses replaced, options zero, the checksum made anew. */
export function replaceIpHeader(frame: Frame, start: number, datagram: Datagram): void {
  if (datagram.version === 4) replaceIpv4Header(frame, start, datagram.start);
  else replaceIpv6Header(frame, start, datagram);
}

/** RFC 791 3.1. */
export function replaceIpv4Header(frame: Frame, start: number, end: number): void {
  const { names, bytes, out } = frame;
  keep(frame, start, start + 10);
  out.set(names.address(bytes.subarray(start + 12, start + 16)), start + 12);
  out.set(names.address(bytes.subarray(start + 16, start + 20)), start + 16);
  out.writeUInt16BE(internetChecksum(out.subarray(start, end)), start + 10);
}

/** RFC 8200 3 and 4. */
function replaceIpv6Header(frame: Frame, start: number, datagram: Datagram): void {
  const { bytes } = frame;
  keep(frame, start, start + 8);
  replaceAddresses(frame, start + 8, start + 40);
  let kind = bytes[start + 6] as number;
  for (let at = start + 40; at + 8 <= datagram.start; ) {
    const fragment = kind === IP_PROTOCOL.FRAGMENT;
    const authentication = kind === IP_PROTOCOL.AUTHENTICATION;
    const units = bytes[at + 1] as number;
    const next = Math.min(at + (fragment ? 8 : authentication ? (units + 2) * 4 : (units + 1) * 8), datagram.start);
    // Options are zero, which is padding; of an authentication header the value goes.
    keep(frame, at, Math.min(at + (fragment || kind === IP_PROTOCOL.ROUTING ? 8 : 2), next));
    if (kind === IP_PROTOCOL.ROUTING) replaceAddresses(frame, at + 8, next);
    kind = bytes[at] as number;
    at = next;
  }
}

/** Addresses of IPv6, as many as are whole. */
export function replaceAddresses({ names, bytes, out }: Frame, from: number, end: number): void {
  for (let at = from; at + 16 <= end; at += 16) out.set(names.address(bytes.subarray(at, at + 16)), at);
}

/** RFC 9293 3.1, RFC 8200 8.1: the checksum of what stands at `start` of `out`, with the addresses of its datagram. */
export function transportChecksum(
  out: Buffer,
  { version, protocol, missing }: Pick<Datagram, 'version' | 'protocol' | 'missing'>,
  addresses: Buffer,
  start: number,
  end: number,
): number {
  const length = end - start + missing;
  const pseudo = Buffer.alloc(version === 4 ? 4 : 8);
  if (version === 4) {
    pseudo[1] = protocol;
    pseudo.writeUInt16BE(length & 0xffff, 2);
  } else {
    pseudo.writeUInt32BE(length, 0);
    pseudo[7] = protocol;
  }
  return internetChecksum(addresses, pseudo, out.subarray(start, end));
}

/** Both addresses of the header that stands at `start`. */
export const addressesOf = (out: Buffer, start: number, version: number): Buffer =>
  version === 4 ? out.subarray(start + 12, start + 20) : out.subarray(start + 8, start + 40);

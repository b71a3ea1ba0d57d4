import { ETHERTYPE } from '../../../codec/inet/headers.js';
import { ETHERNET_TAGS } from '../../stream/ethernet.js';
import { keep } from '../rewriting.js';
import { replaceArp } from './arp.js';
import { type Frame, replaceMac } from './frame.js';

/**
 * IEEE 802.3 3.1: two addresses and a type, then what that names up to the datagram at `ip`, which is below zero where
 * there is none. Everything is read from the front, as `ipOffset` reads it, so that no address is sought by its distance.
 */
export function replaceEthernet(frame: Frame, start: number, end: number, ip: number): void {
  replaceMac(frame, start, end);
  replaceMac(frame, start + 6, end);
  replaceTyped(frame, start + 12, end, ip);
}

/** From a type on: what stands between it and the datagram, or an ARP packet. */
export function replaceTyped(frame: Frame, from: number, end: number, ip: number): void {
  keep(frame, from, Math.min(from + 2, end));
  if (from + 2 <= end) replaceBehindType(frame, frame.bytes.readUInt16BE(from), from + 2, end, ip);
}

const ARP = 0x0806;

/** What stands at `from` behind a type. */
export function replaceBehindType(frame: Frame, firstType: number, from: number, end: number, ip: number): void {
  let type = firstType;
  let at = from;
  for (let tag = ETHERNET_TAGS.get(type); tag !== undefined; tag = ETHERNET_TAGS.get(type)) {
    const length = tag(frame.bytes, at, end);
    const next = at + length - 2;
    (TAGS.get(type) ?? keep)(frame, at, length < 0 ? end : Math.min(next, end));
    if (length < 0 || next + 2 > end) return;
    keep(frame, next, next + 2);
    type = frame.bytes.readUInt16BE(next);
    at = next + 2;
  }
  if (type === ARP) replaceArp(frame, at, end);
  else if (ip >= 0) replaceCarrier(frame, type, at, end, ip);
}

/** Tags of which not everything stays. `to` is where the type behind it stands; the end, where what follows cannot be read. */
const TAGS: ReadonlyMap<number, (frame: Frame, at: number, to: number) => void> = new Map([
  // Version and length; the options say whose frame it is.
  [ETHERTYPE.CISCO_METADATA, (frame, at, to) => keep(frame, at, Math.min(at + 2, to))],
  [ETHERTYPE.MACSEC, replaceMacsec],
]);

const SCI_PRESENT = 0x20;

/** IEEE 802.1AE 9.3 to 9.9: the SCI is the address of the sender, and a port. */
function replaceMacsec(frame: Frame, at: number, to: number): void {
  keep(frame, at, Math.min(at + 6, to));
  if (at >= to || ((frame.bytes[at] as number) & SCI_PRESENT) === 0 || at + 14 > to) return;
  replaceMac(frame, at + 6, to);
  keep(frame, at + 12, at + 14);
}

/** Behind a type that is no tag, of a frame in which a datagram was found: labels, PPPoE, LLC. */
function replaceCarrier(frame: Frame, type: number, at: number, end: number, ip: number): void {
  if (type === ETHERTYPE.MPLS || type === ETHERTYPE.MPLS_UPSTREAM) replaceLabels(frame, at, end, ip);
  else if (type === ETHERTYPE.PPPOE_SESSION) keep(frame, at, ip);
  else if (at < ip) replaceLlc(frame, at, end, ip);
}

/** RFC 3032 2.1; RFC 4448 4.6: behind a control word stands Ethernet, with addresses of its own. */
function replaceLabels(frame: Frame, from: number, end: number, ip: number): void {
  let at = from;
  while (at + 4 < ip && ((frame.bytes[at + 2] as number) & 1) === 0) at += 4;
  at += 4;
  keep(frame, from, Math.min(at, ip));
  if (at >= ip) return;
  keep(frame, at, at + 4);
  replaceEthernet(frame, at + 4, end, ip);
}

/** IEEE 802.2 3.2: DSAP, SSAP and control; behind those of SNAP an OUI and a type. */
export function replaceLlc(frame: Frame, at: number, end: number, ip: number): void {
  if (ip < 0) return;
  keep(frame, at, Math.min(at + 3, ip));
  if (at + 8 > ip) return;
  keep(frame, at + 3, at + 6);
  replaceTyped(frame, at + 6, end, ip);
}

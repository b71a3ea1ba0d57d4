import { ipOffset } from '../../stream/link.js';
import { keep } from '../rewriting.js';
import { type Frame, replaceMac } from './frame.js';
import { replaceBehindType, replaceEthernet, replaceLlc, replaceTyped } from './typed.js';
import { replaceWireless } from './wireless.js';

/**
 * Writes what of the link header stays, and its addresses replaced. Gives where the IP datagram starts, as `ipOffset`
 * does: below zero where there is none.
 */
export function replaceLink(frame: Frame, start: number, end: number, linkType: number): number {
  const ip = ipOffset(frame.bytes, start, end, linkType);
  const replace = LINKS.get(linkType);
  if (replace !== undefined) replace(frame, start, end, ip);
  else if (ip >= 0 && PLAIN.has(linkType)) keep(frame, start, ip);
  return ip;
}

type Replace = (frame: Frame, start: number, end: number, ip: number) => void;

/** https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html: the address in eight octets, then the protocol. */
const replaceCooked: Replace = (frame, start, end, ip) => {
  if (end - start < 16) return;
  keep(frame, start, start + 6);
  replaceMac(frame, start + 6, end);
  replaceTyped(frame, start + 14, end, ip);
};

/** https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL2.html: the protocol first, the address last. */
const replaceCooked2: Replace = (frame, start, end, ip) => {
  if (end - start < 20) return;
  keep(frame, start, start + 12);
  replaceMac(frame, start + 12, end);
  replaceBehindType(frame, frame.bytes.readUInt16BE(start), start + 20, end, ip);
};

/** A header of `length` octets in front of two addresses, and LLC. */
const addressesAt =
  (length: number): Replace =>
  (frame, start, end, ip) => {
    keep(frame, start, Math.min(start + length, end));
    replaceMac(frame, start + length, end);
    replaceMac(frame, start + length + 6, end);
    replaceLlc(frame, start + length + 12, end, ip);
  };

/** Cisco HDLC: address and control in front of a type. */
const replaceHdlc: Replace = (frame, start, end, ip) => {
  keep(frame, start, Math.min(start + 2, end));
  replaceTyped(frame, start + 2, end, ip);
};

/** RFC 2427 4.1: an NLPID of SNAP, behind which stand an OUI and a type; behind the others stands the datagram. */
const replaceFrameRelay: Replace = (frame, start, end, ip) => {
  if (ip < 0) return;
  const at = start + (frame.bytes[start + 3] === 0 ? 4 : 3);
  keep(frame, start, Math.min(at + 4, ip));
  if (frame.bytes[at] === 0x80) replaceTyped(frame, at + 4, end, ip);
};

/** Notes of a machine on its own capture, such as names of interfaces and processes, go; `kept` octets stay. */
const described =
  (kept: number): Replace =>
  (frame, start, end) =>
    keep(frame, start, Math.min(start + kept, end));

/** A tap: its length at `lengthAt`, and the link type of the frame behind it at `typeAt`. */
const tapped =
  (kept: number, typeAt: number, lengthAt: number): Replace =>
  (frame, start, end) => {
    if (end - start < kept) return;
    keep(frame, start, start + kept);
    const length = frame.bytes.readUInt16LE(start + lengthAt);
    const type = frame.bytes.readUInt32LE(start + typeAt);
    if (length >= kept && start + length < end && !TAPS.has(type)) replaceLink(frame, start + length, end, type);
  };

const TAPS: ReadonlySet<number> = new Set([149, 192, 258]);

/** A header whose length is known, then a frame of 802.11. */
const wirelessBehind =
  (kept: number, lengthOf: (bytes: Buffer, start: number) => number): Replace =>
  (frame, start, end, ip) => {
    if (end - start < Math.max(kept, 8)) return;
    keep(frame, start, start + kept);
    replaceWireless(frame, start + lengthOf(frame.bytes, start), end, ip);
  };

/** NFLOG: attributes stay by type and length, their values go but for the payload. */
const replaceNflog: Replace = (frame, start, end, ip) => {
  keep(frame, start, Math.min(start + 4, end));
  for (let at = start + 4; at + 4 <= end; ) {
    const little = frame.bytes.readUInt16LE(at);
    const length = little <= end - at ? little : frame.bytes.readUInt16BE(at);
    if (length < 4 || length > end - at) return;
    keep(frame, at, at + 4);
    if (at + 4 === ip) return;
    at += (length + 3) & ~3;
  }
};

/** https://www.tcpdump.org/linktypes/LINKTYPE_NETANALYZER.html: four octets in front of Ethernet. */
const replaceAnalysed: Replace = (frame, start, end, ip) => {
  keep(frame, start, Math.min(start + 4, end));
  replaceEthernet(frame, start + 4, end, ip);
};

const LINKS: ReadonlyMap<number, Replace> = new Map<number, Replace>([
  [1, replaceEthernet],
  [6, addressesAt(2)],
  [10, addressesAt(1)],
  [100, replaceLlc],
  [104, replaceHdlc],
  [105, replaceWireless],
  [107, replaceFrameRelay],
  [113, replaceCooked],
  [117, described(4)],
  [119, wirelessBehind(8, () => 144)],
  [127, wirelessBehind(8, (bytes, start) => bytes.readUInt16LE(start + 2))],
  [149, tapped(12, 8, 0)],
  [163, wirelessBehind(8, (bytes, start) => bytes.readUInt16BE(start + 6))],
  [192, tapped(8, 4, 2)],
  [239, replaceNflog],
  [240, replaceAnalysed],
  [258, tapped(12, 8, 0)],
  [276, replaceCooked2],
]);

/** Links whose headers hold no address and no name: families, PPP, or none at all. */
const PLAIN: ReadonlySet<number> = new Set([0, 9, 12, 14, 50, 51, 101, 108, 109, 166, 204, 228, 229]);

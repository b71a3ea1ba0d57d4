import { behindLlc } from './ethernet.js';
import { ENCRYPTED, NOT_IP } from './unwrap.js';

const DATA = 2;
/** IEEE 802.11 9.2.4.1: of the second octet of the frame control. */
const TO_DS = 0x01;
const FROM_DS = 0x02;
const ORDER = 0x80;
const PROTECTED = 0x40;
/** Subtypes of data frames: with QoS, and without data. */
const QOS = 8;
const NULL_DATA = 4;
/** IEEE 802.11 9.2.4.5: several frames in one. */
const A_MSDU = 0x80;

/** IEEE 802.11 9.3.2.1: a data frame, whose body is LLC. */
export function behindWireless(bytes: Uint8Array, start: number, end: number): number {
  if (end - start < 24) return NOT_IP;
  const control = bytes[start] as number;
  const flags = bytes[start + 1] as number;
  const subtype = control >>> 4;
  if ((control & 3) !== 0 || ((control >>> 2) & 3) !== DATA || (subtype & NULL_DATA) !== 0) return NOT_IP;
  if (flags & PROTECTED) return ENCRYPTED;
  const { body, several } = wirelessBody(bytes, start);
  const at = body + (several ? SUBFRAME_HEADER : 0);
  return at < end ? behindLlc(bytes, at, end) : NOT_IP;
}

/** IEEE 802.11 9.3.2.2: of several frames in one the first has addresses and a length of its own. */
export const SUBFRAME_HEADER = 14;

/** Where the body of a data frame starts, whether it has a fourth address, and whether several frames are in it. */
export function wirelessBody(
  bytes: Uint8Array,
  start: number,
): { readonly body: number; readonly fourAddresses: boolean; readonly several: boolean } {
  const flags = bytes[start + 1] as number;
  const fourAddresses = (flags & (TO_DS | FROM_DS)) === (TO_DS | FROM_DS);
  const qos = (((bytes[start] as number) >>> 4) & QOS) !== 0;
  const at = start + 24 + (fourAddresses ? 6 : 0);
  const several = qos && ((bytes[at] as number) & A_MSDU) !== 0;
  return { body: at + (qos ? 2 + (flags & ORDER ? 4 : 0) : 0), fourAddresses, several };
}

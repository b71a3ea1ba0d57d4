import { SUBFRAME_HEADER, wirelessBody } from '../../stream/wireless.js';
import { keep } from '../rewriting.js';
import { type Frame, replaceMac } from './frame.js';
import { replaceLlc } from './typed.js';

/** IEEE 802.11 9.3.2.1: frame control and duration, three addresses and a sequence number, perhaps a fourth address. */
export function replaceWireless(frame: Frame, start: number, end: number, ip: number): void {
  if (end - start < 24) return;
  keep(frame, start, start + 4);
  for (const at of [4, 10, 16]) replaceMac(frame, start + at, end);
  keep(frame, start + 22, start + 24);
  if (ip < 0) return;
  const { body, fourAddresses, several } = wirelessBody(frame.bytes, start);
  if (fourAddresses) replaceMac(frame, start + 24, end);
  keep(frame, start + 24 + (fourAddresses ? 6 : 0), body);
  if (several) {
    replaceMac(frame, body, end);
    replaceMac(frame, body + 6, end);
    keep(frame, body + 12, body + SUBFRAME_HEADER);
  }
  replaceLlc(frame, body + (several ? SUBFRAME_HEADER : 0), end, ip);
}

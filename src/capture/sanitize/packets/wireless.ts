import { type Frame, keep, replaceMac } from './frame.js';

/** IEEE 802.11 9.3.2.1: frame control and duration, three addresses and a sequence number, perhaps a fourth address. */
export function replaceWireless(frame: Frame, start: number, end: number, ip: number): void {
  if (end - start < 24) return;
  keep(frame, start, start + 4);
  for (const at of [4, 10, 16]) replaceMac(frame, start + at, end);
  keep(frame, start + 22, start + 24);
  if (ip < 0) return;
  const four = ((frame.bytes[start + 1] as number) & 3) === 3;
  if (four) replaceMac(frame, start + 24, end);
  // LLC and SNAP are eight octets; of several frames in one the addresses and the length stand before them.
  const llc = ip - 8;
  const body = start + 24 + (four ? 6 : 0);
  if (llc - body < 14) {
    keep(frame, body, ip);
    return;
  }
  keep(frame, body, llc - 14);
  replaceMac(frame, llc - 14, end);
  replaceMac(frame, llc - 8, end);
  keep(frame, llc - 2, ip);
}

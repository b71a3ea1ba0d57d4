import { keep } from '../rewriting.js';
import { type Frame, replaceMac } from './frame.js';

/** RFC 826: of Ethernet and IPv4; of others nothing is left but the numbers of the header. */
export function replaceArp(frame: Frame, start: number, end: number): void {
  const { names, bytes, out } = frame;
  if (end - start < 8) return;
  keep(frame, start, start + 8);
  if (bytes[start + 4] !== 6 || bytes[start + 5] !== 4 || end - start < 28) return;
  for (const at of [start + 8, start + 18]) {
    replaceMac(frame, at, end);
    out.set(names.address(bytes.subarray(at + 6, at + 10)), at + 6);
  }
}

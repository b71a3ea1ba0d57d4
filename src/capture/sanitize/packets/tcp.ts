import { tcp_header } from '../../../codec/inet/headers.js';
import { keep } from '../rewriting.js';
import type { Frame } from './frame.js';

/**
 * RFC 9293 3.2, RFC 7323 2.2 and 3.2, RFC 2018 2 and 3: maximum segment size, window scale, SACK permitted, SACK,
 * timestamps, and the lengths that they have. What has another one can hold anything.
 */
const KEPT: ReadonlyMap<number, (length: number) => boolean> = new Map([
  [2, (length) => length === 4],
  [3, (length) => length === 3],
  [4, (length) => length === 2],
  [5, (length) => length > 2 && length % 8 === 2],
  [8, (length) => length === 10],
]);

/** Ports, numbers and flags stay; of the options those that hold no key, cookie or address. */
export function replaceTcpHeader(frame: Frame, start: number, data: number): void {
  const { bytes, out } = frame;
  keep(frame, start, start + tcp_header.size);
  out.writeUInt16BE(0, start + 16);
  for (let at = start + tcp_header.size; at < data; ) {
    const kind = bytes[at] as number;
    if (kind === 0) return;
    const length = kind === 1 ? 1 : (bytes[at + 1] ?? 0);
    if (length < (kind === 1 ? 1 : 2) || at + length > data) return;
    if (kind === 1) out[at] = 1;
    else if (KEPT.get(kind)?.(length)) keep(frame, at, at + length);
    // An option of no meaning takes the place of others: RFC 9293 3.2 has them ignored.
    else out.fill(1, at, at + length);
    at += length;
  }
}

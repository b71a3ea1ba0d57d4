// The limit in JavaScript: one loop over a pcap file that finds the headers of PDUs and does nothing else. It knows no
// connection, no order of segments and no pipe: it looks where a segment's octets begin, and behind each PDU in it. Of
// Ethernet, IP without extension headers, and files in little-endian order, as make-capture.mjs makes them.
import { open } from 'node:fs/promises';

const PIECE = 1 << 20;
const FILE_HEADER = 24;
const RECORD_HEADER = 16;

/** How many headers of PDUs there are. */
export async function findHeaders(file) {
  const handle = await open(file);
  const memory = Buffer.allocUnsafeSlow(2 * PIECE);
  let kept = 0;
  let from = FILE_HEADER;
  let found = 0;
  for (;;) {
    const { bytesRead } = await handle.read(memory, kept, PIECE, null);
    if (bytesRead === 0) break;
    const end = kept + bytesRead;
    let at = from;
    while (at + RECORD_HEADER <= end) {
      const next = at + RECORD_HEADER + u32le(memory, at + 8);
      if (next > end) break;
      found += headersIn(memory, at + RECORD_HEADER, next);
      at = next;
    }
    memory.copyWithin(0, at, end);
    kept = end - at;
    from = 0;
  }
  await handle.close();
  return found;
}

const u16 = (bytes, at) => (bytes[at] << 8) | bytes[at + 1];
const u32le = (bytes, at) => (bytes[at] | (bytes[at + 1] << 8) | (bytes[at + 2] << 16) | (bytes[at + 3] << 24)) >>> 0;

function headersIn(bytes, start, end) {
  let ip = start + 14;
  let type = u16(bytes, start + 12);
  while (type === 0x8100) {
    type = u16(bytes, ip + 2);
    ip += 4;
  }
  const isIpv4 = type === 0x0800;
  if (!isIpv4 && type !== 0x86dd) return 0;
  if (bytes[ip + (isIpv4 ? 9 : 6)] !== 6) return 0;
  const tcp = ip + (isIpv4 ? (bytes[ip] & 15) << 2 : 40);
  const last = Math.min(end, isIpv4 ? ip + u16(bytes, ip + 2) : ip + 40 + u16(bytes, ip + 4));
  let found = 0;
  for (let at = tcp + ((bytes[tcp + 12] >> 4) << 2); at + 16 <= last; ) {
    if (bytes[at] !== 5 || bytes[at + 1] > 1 || bytes[at + 2] > 19 || bytes[at + 5] > 3) break;
    if (bytes[at + 6] !== 0 || bytes[at + 7] !== 0) break;
    const length = bytes[at + 4] & 0x10 ? bytes[at + 8] | (bytes[at + 9] << 8) : u16(bytes, at + 8);
    if (length < 16) break;
    found++;
    at += length;
  }
  return found;
}

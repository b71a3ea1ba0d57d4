/**
 * RFC 1071: the one's complement of the one's complement sum of 16-bit words. The parts are summed as if they stood
 * one after another; only the last may have an odd length.
 */
export function internetChecksum(...parts: readonly Uint8Array[]): number {
  let sum = 0;
  for (const part of parts) {
    const even = part.length & ~1;
    for (let at = 0; at < even; at += 2) sum += ((part[at] as number) << 8) | (part[at + 1] as number);
    if (even < part.length) sum += (part[even] as number) << 8;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}

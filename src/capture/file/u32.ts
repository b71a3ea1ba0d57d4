/** A number of 32 bits without sign. By hand, as every packet takes several: Buffer's own methods check more. */
export function u32(bytes: Buffer, at: number, big: boolean): number {
  const a = bytes[at] as number;
  const b = bytes[at + 1] as number;
  const c = bytes[at + 2] as number;
  const d = bytes[at + 3] as number;
  return big ? ((a << 24) | (b << 16) | (c << 8) | d) >>> 0 : ((d << 24) | (c << 16) | (b << 8) | a) >>> 0;
}

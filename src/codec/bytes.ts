/** The same memory seen as a Buffer; nothing is copied. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Lower-case hexadecimal without separators. */
export const toHex = (bytes: Uint8Array): string => asBuffer(bytes).toString('hex');

/** How many octets bring `offset` up to a multiple of `alignment` (a power of two). */
export const padding = (offset: number, alignment: number): number => -offset & (alignment - 1);

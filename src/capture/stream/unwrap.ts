/** The result of unwrapping a frame where no IP datagram can be found in it. */
export const NOT_IP = -1;
export const UNKNOWN_LINK = -2;
/** It may carry one, under an encryption. */
export const ENCRYPTED = -3;

export const u16 = (bytes: Uint8Array, at: number): number => ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
export const u16le = (bytes: Uint8Array, at: number): number =>
  (bytes[at] as number) | ((bytes[at + 1] as number) << 8);
export const u32le = (bytes: Uint8Array, at: number): number => (u16le(bytes, at) | (u16le(bytes, at + 2) << 16)) >>> 0;

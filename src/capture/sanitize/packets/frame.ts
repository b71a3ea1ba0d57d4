import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';

/** A packet and what becomes of it: `out` has as many octets, and zeros where nothing was understood. */
export interface Frame {
  readonly names: Pseudonyms;
  readonly bytes: Buffer;
  readonly out: Buffer;
}

export function keep({ bytes, out }: Frame, from: number, to: number): void {
  const end = Math.min(to, bytes.length);
  if (from < end) bytes.copy(out, from, from, end);
}

export function replaceMac({ names, bytes, out }: Frame, at: number, end: number): void {
  if (at + 6 <= end) out.set(names.mac(bytes.subarray(at, at + 6)), at);
}

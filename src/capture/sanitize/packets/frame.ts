import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';

/** A packet and what becomes of it: `out` has as many octets, and zeros where nothing was understood. */
export interface Frame {
  readonly names: Pseudonyms;
  readonly bytes: Buffer;
  readonly out: Buffer;
}

export const keep = ({ bytes, out }: Frame, from: number, to: number): void => void bytes.copy(out, from, from, to);

export function replaceMac({ names, bytes, out }: Frame, at: number, end: number): void {
  if (at + 6 <= end) out.set(names.mac(bytes.subarray(at, at + 6)), at);
}

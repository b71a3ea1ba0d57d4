import type { Rewriting } from '../rewriting.js';

/** A packet and what becomes of it. */
export type Frame = Rewriting;

export function replaceMac({ names, bytes, out }: Frame, at: number, end: number): void {
  if (at + 6 <= end) out.set(names.mac(bytes.subarray(at, at + 6)), at);
}

import type { Pseudonyms } from './pseudonyms/pseudonyms.js';

/** Octets and what becomes of them: `out` has as many, and zeros where nothing was understood. */
export interface Rewriting {
  readonly names: Pseudonyms;
  readonly bytes: Buffer;
  readonly out: Buffer;
}

/** These stay as they are, as far as there are any. */
export function keep({ bytes, out }: Rewriting, from: number, to: number): void {
  const end = Math.min(to, bytes.length);
  if (from < end) bytes.copy(out, from, from, end);
}

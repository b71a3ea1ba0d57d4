import { replaceText } from '../pseudonyms/octets.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import { isPipe } from '../pseudonyms/words.js';
import type { Tally } from '../tally.js';
import type { TokenReplacer } from '../tokens/token.js';

/** A message of SMB and what becomes of it: `out` has as many octets, and zeros where nothing was understood. */
export interface SmbWork {
  readonly names: Pseudonyms;
  readonly tally: Tally;
  readonly tokens: TokenReplacer;
  readonly bytes: Buffer;
  readonly out: Buffer;
}

export function keep({ bytes, out }: SmbWork, from: number, to: number): void {
  const end = Math.min(to, bytes.length);
  if (from < end) bytes.copy(out, from, from, end);
}

/** A name or path; UTF-16 unless `narrow`. */
export function replaceName(work: SmbWork, from: number, length: number, narrow = false): void {
  const end = Math.min(from + length, work.bytes.length);
  keep(work, from, end);
  if (from < end) replaceText(work.names, work.out.subarray(from, end), narrow ? 'octets' : 'utf16le');
}

/** What is opened by name: a well-known pipe, or a file. */
export function replaceFileName(work: SmbWork, from: number, length: number, narrow = false): void {
  const end = Math.min(from + length, work.bytes.length);
  if (isPipe(work.bytes.toString(narrow ? 'latin1' : 'utf16le', from, end))) keep(work, from, end);
  else replaceName(work, from, length, narrow);
}

/** Nonces, keys of leases, GUIDs. */
export function replaceIdentifier({ names, bytes, out }: SmbWork, from: number, length: number): void {
  if (from + length <= bytes.length) out.set(names.identifier(bytes.subarray(from, from + length)), from);
}

/** A token of GSS-API, SPNEGO or NTLM. */
export function replaceToken(work: SmbWork, from: number, length: number): void {
  const end = from + length;
  // One that is cut cannot be rewritten.
  if (length === 0 || end > work.bytes.length) return;
  keep(work, from, end);
  work.tokens.replace(work.out.subarray(from, end));
}

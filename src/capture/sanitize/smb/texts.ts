import { replaceText } from '../pseudonyms/octets.js';
import { isPipe } from '../pseudonyms/words.js';
import { keep, type Rewriting } from '../rewriting.js';
import type { Tally } from '../tally.js';
import type { TokenReplacer } from '../tokens/token.js';

/** A message of SMB and what becomes of it. */
export interface SmbWork extends Rewriting {
  readonly tally: Tally;
  readonly tokens: TokenReplacer;
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

import { replaceText } from '../pseudonyms/octets.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Tally } from '../tally.js';

/** [MS-NRPC] 2.2.1.3.1: MessageType and Flags. */
const HEAD = 8;
const OEM_NAMES = [0x01, 0x02];
const UTF8_NAMES = [0x04, 0x08, 0x10];
const [COMPRESSION, LABEL] = [0xc0, 0x3f];

/** Rewrites an NL_AUTH_MESSAGE in place: names of domain and computer, in the order of the flags that announce them. */
export function replaceNetlogon(names: Pseudonyms, tally: Tally, token: Uint8Array): void {
  const bytes = Buffer.from(token.buffer, token.byteOffset, token.length);
  if (bytes.length < HEAD) return;
  const flags = bytes.readUInt32LE(4);
  let at = HEAD;
  for (const flag of OEM_NAMES) {
    if ((flags & flag) === 0) continue;
    const zero = bytes.indexOf(0, at);
    const end = zero < 0 ? bytes.length : zero;
    replaceText(names, bytes.subarray(at, end), 'octets');
    at = Math.min(end + 1, bytes.length);
  }
  for (const flag of UTF8_NAMES) if ((flags & flag) !== 0) at = replaceLabels(names, bytes, at);
  tally.zero(bytes.subarray(at), 'tokens that could not be read');
}

/** RFC 1035 4.1.4: labels with their lengths up to an empty one, or a pointer to labels that stand before. */
function replaceLabels(names: Pseudonyms, bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length) {
    const length = bytes[at] as number;
    if (length >= COMPRESSION) return Math.min(at + 2, bytes.length);
    if (length > LABEL || at + 1 + length > bytes.length) return at;
    if (length === 0) return at + 1;
    replaceText(names, bytes.subarray(at + 1, at + 1 + length), 'octets');
    at += 1 + length;
  }
  return at;
}

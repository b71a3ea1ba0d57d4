import { TAG } from '../../../codec/asn1/der.js';
import { isNtlm } from '../../../codec/ntlm/index.js';
import { replaceText } from '../pseudonyms/octets.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import { SERVICE_CLASSES } from '../pseudonyms/words.js';
import type { Tally } from '../tally.js';
import { saysNothing } from './der-values.js';
import { signatureHead } from './signature.js';

/** Rewrites the NTLM that is found inside. */
export type ReplaceNtlm = (token: Uint8Array) => void;

interface Part {
  readonly tag: number;
  readonly start: number;
  readonly end: number;
}

const DEEPEST = 32;
/** X.690 8.1.2.2: the universal types that texts have. */
const TEXTS: ReadonlySet<number> = new Set([0x0c, 0x12, 0x13, 0x14, 0x16, 0x19, 0x1a, 0x1b]);
/** RFC 4120 7.5.3. */
const [ADDRESS_IPV4, ADDRESS_IPV6] = [2, 24];
/** RFC 4121 4.1: TOK_ID of AP-REQ, AP-REP and KRB-ERROR; draft-swift-win2k-krb-user2user-03 3: those of a ticket. */
const TOK_IDS: ReadonlySet<number> = new Set([0x0100, 0x0200, 0x0300, 0x0400, 0x0401]);

/**
 * Rewrites what is encoded in DER where it stands: messages of Kerberos (RFC 4120), tokens of SPNEGO (RFC 4178), and what
 * is in them. Numbers, times, types and flags stay; texts are replaced; all other octets become others. False where it
 * is no DER, and then nothing was changed.
 */
export class DerReplacer {
  readonly #names: Pseudonyms;
  readonly #tally: Tally;
  readonly #ntlm: ReplaceNtlm;

  constructor(names: Pseudonyms, tally: Tally, ntlm: ReplaceNtlm) {
    this.#names = names;
    this.#tally = tally;
    this.#ntlm = ntlm;
  }

  /** Octets behind the first element are zero. */
  replace(bytes: Uint8Array): boolean {
    const part = partAt(bytes, 0, bytes.length);
    if (part === undefined || !isConstructed(part.tag) || !this.#isWhole(bytes, part, 0)) return false;
    this.#part(bytes, part, 0, []);
    this.#tally.zero(bytes.subarray(part.end), 'octets behind tokens');
    return true;
  }

  /** Every constructed element is made of elements, so that nothing is changed in what is none. */
  #isWhole(bytes: Uint8Array, part: Part, depth: number): boolean {
    if (!isConstructed(part.tag)) return true;
    if (depth >= DEEPEST) return false;
    const inner = this.#framed(bytes, part) ?? part.start;
    const parts = partsOf(bytes, inner, part.end);
    return parts?.every((each) => this.#isWhole(bytes, each, depth + 1)) === true;
  }

  /** RFC 2743 3.1: of a GSS-API token whose mechanism is Kerberos, where its message starts behind the TOK_ID. */
  #framed(bytes: Uint8Array, { tag, start, end }: Part): number | undefined {
    if (tag !== 0x60) return undefined;
    const oid = partAt(bytes, start, end);
    if (oid?.tag !== TAG.OBJECT_IDENTIFIER || oid.end + 2 >= end) return undefined;
    const id = ((bytes[oid.end] as number) << 8) | (bytes[oid.end + 1] as number);
    return TOK_IDS.has(id) ? oid.end + 2 : undefined;
  }

  #part(bytes: Uint8Array, part: Part, depth: number, siblings: readonly Part[]): void {
    const { tag, start, end } = part;
    const value = bytes.subarray(start, end);
    if (isConstructed(tag)) {
      const parts = partsOf(bytes, this.#framed(bytes, part) ?? start, end) ?? [];
      // Explicit tags have one element: what it is depends on the elements beside the tag.
      for (const each of parts) this.#part(bytes, each, depth + 1, (tag & 0xc0) === 0x80 ? [part, ...siblings] : parts);
    } else if (TEXTS.has(tag)) {
      if (!isServiceClass(value, part, siblings)) replaceText(this.#names, value, 'octets');
    } else if (tag === TAG.OCTET_STRING) this.#octets(bytes, value, depth, siblings);
    else if (saysNothing(tag, value)) return;
    else if (tag === TAG.OBJECT_IDENTIFIER) this.#oid(value);
    else if (tag === TAG.BIT_STRING && (value[0] as number) <= 7) this.#opaque(value.subarray(1));
    else this.#opaque(value);
  }

  #octets(bytes: Uint8Array, value: Uint8Array, depth: number, siblings: readonly Part[]): void {
    const type = siblings.length > 1 ? numberBeside(bytes, siblings) : undefined;
    if (isNtlm(value)) this.#ntlm(value);
    else if (type !== undefined && isAddress(type, value)) value.set(this.#names.address(value));
    else if (type === undefined && depth < DEEPEST && value.length > 2 && this.#nested(value, depth)) return;
    else this.#opaque(value.subarray(signatureHead(value)));
  }

  /** Beside a type of encryption or of a checksum, octets hold no element; elsewhere they may. */
  #nested(value: Uint8Array, depth: number): boolean {
    const part = partAt(value, 0, value.length);
    if (part === undefined || part.end !== value.length) return false;
    if (part.tag !== 0x30 && (part.tag & 0xe0) !== 0x60 && (part.tag & 0xe0) !== 0xa0) return false;
    if (!this.#isWhole(value, part, depth)) return false;
    this.#part(value, part, depth + 1, []);
    return true;
  }

  /** X.690 8.19: as many octets in as many numbers, so that it can be read if it could be. */
  #oid(value: Uint8Array): void {
    const made = this.#names.secret(value);
    for (const [at, octet] of made.entries()) value[at] = ((value[at] as number) & 0x80) | (octet & 0x7f) | 1;
  }

  #opaque(value: Uint8Array): void {
    value.set(this.#names.secret(value));
  }
}

const isConstructed = (tag: number): boolean => (tag & 0x20) !== 0;

/** RFC 4120 6.2.1: the first text of a name that has others. */
const isServiceClass = (value: Uint8Array, { start, tag }: Part, siblings: readonly Part[]): boolean =>
  siblings.length > 1 &&
  siblings[0]?.start === start &&
  siblings.every((each) => each.tag === tag) &&
  SERVICE_CLASSES.has(Buffer.from(value).toString('latin1').toLowerCase());

const isAddress = (type: number, value: Uint8Array): boolean =>
  (type === ADDRESS_IPV4 && value.length === 4) || (type === ADDRESS_IPV6 && value.length === 16);

/** The number in the element tagged [0] beside the one that holds the octets: an encryption, checksum or address type. */
function numberBeside(bytes: Uint8Array, [own, ...others]: readonly Part[]): number | undefined {
  const first = others.find(({ tag }) => tag === 0xa0);
  // RFC 4120 5.2: [1] of a checksum, key or address, [2] of encrypted data; what a KRB-ERROR has as [12] is another thing.
  if (first === undefined || (own?.tag !== 0xa1 && own?.tag !== 0xa2)) return undefined;
  const number = partAt(bytes, first.start, first.end);
  if (number?.tag !== TAG.INTEGER || number.end - number.start > 4) return undefined;
  let value = 0;
  for (let at = number.start; at < number.end; at++) value = value * 256 + (bytes[at] as number);
  return value;
}

/** The element at `at`; undefined where none stands there that ends by `end`. */
function partAt(bytes: Uint8Array, at: number, end: number): Part | undefined {
  if (at + 2 > end) return undefined;
  const tag = bytes[at] as number;
  const first = bytes[at + 1] as number;
  const count = first < 0x80 ? 0 : first & 0x7f;
  if ((tag & 0x1f) === 0x1f || first === 0x80 || count > 4) return undefined;
  const start = at + 2 + count;
  let length = count === 0 ? first : 0;
  for (let octet = at + 2; octet < start; octet++) length = length * 256 + (bytes[octet] ?? 0);
  return start + length <= end ? { tag, start, end: start + length } : undefined;
}

function partsOf(bytes: Uint8Array, from: number, end: number): Part[] | undefined {
  const parts: Part[] = [];
  for (let at = from; at < end; ) {
    const part = partAt(bytes, at, end);
    if (part === undefined) return undefined;
    parts.push(part);
    at = part.end;
  }
  return parts;
}

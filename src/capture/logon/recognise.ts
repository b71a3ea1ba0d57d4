/** What the first octets of a message say that a connection carries; `more` where they are too few to tell. */
export type Recognised = 'http' | 'ldap' | 'more' | undefined;

/** By the octets from `at` to `end`, where a message of either protocol would begin. */
export function recognise(bytes: Uint8Array, at: number, end: number): Recognised {
  const first = bytes[at] as number;
  if (first === SEQUENCE) return startsLdap(bytes, at, end);
  return first >= A && first <= Z ? startsHttp(bytes, at, end) : undefined;
}

const [A, Z, SPACE, SLASH, DASH, UNDERSCORE] = [0x41, 0x5a, 0x20, 0x2f, 0x2d, 0x5f];
/** RFC 9110 9.1; the longest that are known are those of WebDAV and RPC over HTTP. */
const LONGEST_METHOD = 24;
const SEQUENCE = 0x30;

/**
 * RFC 9112 3 and 4: a method and a space, or the name of the protocol. The rest is looked at when the line is whole.
 */
function startsHttp(bytes: Uint8Array, at: number, end: number): Recognised {
  const to = Math.min(end, at + LONGEST_METHOD);
  for (let index = at; index < to; index++) {
    const octet = bytes[index] as number;
    if (octet === SPACE) return index - at >= 3 ? 'http' : undefined;
    if (octet === SLASH) return isHttpName(bytes, at, index) ? 'http' : undefined;
    if ((octet < A || octet > Z) && octet !== DASH && octet !== UNDERSCORE) return undefined;
  }
  return to === end ? 'more' : undefined;
}

const isHttpName = (bytes: Uint8Array, at: number, to: number): boolean =>
  to - at === 4 && bytes[at] === 0x48 && bytes[at + 1] === 0x54 && bytes[at + 2] === 0x54 && bytes[at + 3] === 0x50;

/** RFC 4511 4.2: the operations of LDAP by their tags. */
export const LDAP_OPERATION = { bindRequest: 0x60, bindResponse: 0x61 } as const;
const OPERATIONS: ReadonlySet<number> = new Set([
  ...[0x60, 0x61, 0x42, 0x63, 0x64, 0x65, 0x73, 0x66, 0x67, 0x68, 0x69],
  ...[0x4a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f, 0x50, 0x77, 0x78, 0x79],
]);
const INTEGER = 0x02;

/** RFC 4511 4.1.1: the sequence of a message, its number, and its operation. */
function startsLdap(bytes: Uint8Array, at: number, end: number): Recognised {
  const head = ldapHead(bytes, at, end);
  return head === 'more' ? 'more' : head && 'ldap';
}

export interface LdapHead {
  /** Octets of the whole message. */
  readonly length: number;
  readonly operation: number;
}

/** Longest length in a message's own head: Active Directory writes five octets (0x84 and four). */
const MAX_LENGTH_OCTETS = 4;

/** The head of the message that begins at `at`. */
export function ldapHead(bytes: Uint8Array, at: number, end: number): LdapHead | 'more' | undefined {
  if (bytes[at] !== SEQUENCE) return undefined;
  if (end - at < 2) return 'more';
  const first = bytes[at + 1] as number;
  const count = first < 0x80 ? 0 : first - 0x80;
  if (first === 0x80 || count > MAX_LENGTH_OCTETS) return undefined;
  const body = at + 2 + count;
  if (end < body + 2) return 'more';
  let length = first;
  if (count > 0) length = 0;
  for (let index = at + 2; index < body; index++) length = length * 256 + (bytes[index] as number);
  const idLength = bytes[body + 1] as number;
  if (bytes[body] !== INTEGER || idLength < 1 || idLength > 4) return undefined;
  const operationAt = body + 2 + idLength;
  if (operationAt >= end) return 'more';
  const operation = bytes[operationAt] as number;
  if (!OPERATIONS.has(operation) || length < idLength + 4) return undefined;
  return { length: 2 + count + length, operation };
}

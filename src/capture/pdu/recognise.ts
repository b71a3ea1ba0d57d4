import { PTYPE_RTS } from '../../codec/rpce/index.js';
import type { Connection, Direction } from '../stream/connection.js';

/** C706 12.6.3.1, [MS-RPCE] 2.2.2.10: the connection-oriented PDU types, as a set of bits. */
const KNOWN_TYPES = [0, 2, 3, 11, 12, 13, 14, 15, 16, 17, 18, 19].reduce((set, type) => set | (1 << type), 0);
/** The PDU types that only a client sends, and those that only a server sends. */
const FROM_CLIENT = [0, 11, 14, 16, 18, 19].reduce((set, type) => set | (1 << type), 0);

/** C706 12.6.3.1: the header that all connection-oriented PDUs share. */
export const COMMON_HEADER = 16;

/**
 * The `frag_length` of the PDU whose common header stands at `at`, 0 where no header stands there that could be one:
 * version 5.0 or 5.1, a known type, a data representation that C706 14.2 knows, lengths that fit each other.
 */
export function fragLength(bytes: Uint8Array, at: number): number {
  return startsPdu(bytes, at, at + COMMON_HEADER) ? fragLengthAt(bytes, at) : 0;
}

function fragLengthAt(bytes: Uint8Array, at: number): number {
  const little = (bytes[at + 4] as number) & 0x10;
  const a = bytes[at + 8] as number;
  const b = bytes[at + 9] as number;
  const c = bytes[at + 10] as number;
  const d = bytes[at + 11] as number;
  const fragment = little ? (b << 8) | a : (a << 8) | b;
  const auth = little ? (d << 8) | c : (c << 8) | d;
  // [MS-RPCE] 2.2.2.11: a sec_trailer of 8 octets stands before the auth value.
  return fragment >= COMMON_HEADER + (auth === 0 ? 0 : auth + 8) ? fragment : 0;
}

/** As `fragLength`, for a PDU of RTS, which RPC over HTTP says about itself ([MS-RPCH] 2.2.3.6). */
export const rtsLength = (bytes: Uint8Array, at: number): number =>
  bytes[at + 2] === PTYPE_RTS && looksLikeHeader(bytes, at, at + COMMON_HEADER) ? fragLengthAt(bytes, at) : 0;

/** The octets from `at`, of which there may be fewer than a header's, do not contradict a common header. */
export function startsPdu(bytes: Uint8Array, at: number, end: number): boolean {
  return looksLikeHeader(bytes, at, end) && (end - at < 3 || isKnownType(bytes[at + 2] as number));
}

/** The PTYPE of what would be a common header if the protocol had that type; undefined for anything else. */
export function unknownType(bytes: Uint8Array, at: number, end: number): number | undefined {
  if (end - at < COMMON_HEADER || !looksLikeHeader(bytes, at, end)) return undefined;
  const type = bytes[at + 2] as number;
  return isKnownType(type) ? undefined : type;
}

function looksLikeHeader(bytes: Uint8Array, at: number, end: number): boolean {
  if (bytes[at] !== 5) return false;
  const length = end - at;
  return (
    (length < 2 || (bytes[at + 1] as number) <= 1) &&
    (length < 5 || ((bytes[at + 4] as number) & 0xee) === 0) &&
    (length < 6 || (bytes[at + 5] as number) <= 3) &&
    (length < 7 || bytes[at + 6] === 0) &&
    (length < 8 || bytes[at + 7] === 0)
  );
}

const isKnownType = (type: number): boolean => type < 32 && (KNOWN_TYPES & (1 << type)) !== 0;

/** Who sends this type of PDU, but for the rare callback ([MS-RPCE] 3.3.1.5.9), where the roles change. */
const isFromClient = (type: number): boolean => (FROM_CLIENT & (1 << type)) !== 0;

/** Of a connection whose client is not known, the first PDU tells it by its type and its direction. */
export function learnClient(connection: Connection, { forward }: Direction, type: number): void {
  connection.client ??= isFromClient(type) === forward ? 'first' : 'second';
}

/** [MS-SMB2] 2.1: direct TCP transport: a zero octet, a 24-bit length, and the protocol id of any SMB dialect. */
export const isSmb = (bytes: Uint8Array, at: number, end: number): boolean =>
  end - at >= 8 &&
  bytes[at] === 0 &&
  (bytes[at + 4] as number) >= 0xfc &&
  bytes[at + 5] === 0x53 &&
  bytes[at + 6] === 0x4d &&
  bytes[at + 7] === 0x42;

/** [MS-RPCH] 2.1.2.1: what the requests of both channels begin with, and their answers. */
const HTTP_HEADS: readonly (readonly [start: string, from: 'client' | 'server'])[] = [
  ['RPC_IN_DATA ', 'client'],
  ['RPC_OUT_DATA ', 'client'],
  ['HTTP/1.', 'server'],
];
const HEAD_END = Buffer.from('\r\n\r\n');

/** Whether the head of HTTP that stands at `at` is a client's, as RPC over HTTP has it, or a server's; undefined for none. */
export function httpHead(bytes: Buffer, at: number): 'client' | 'server' | undefined {
  if (bytes[at] !== 0x52 && bytes[at] !== 0x48) return undefined;
  return HTTP_HEADS.find(([start]) => bytes.toString('latin1', at, at + start.length) === start)?.[1];
}

/** Where the body begins behind a head of HTTP; -1 where the head goes on. */
export function httpBody(bytes: Buffer, at: number, to: number): number {
  const end = bytes.subarray(at, to).indexOf(HEAD_END);
  return end < 0 ? -1 : at + end + HEAD_END.length;
}

/** The last octets of a segment, which may be the first ones of what ends a head. */
export const HEAD_STRADDLE = HEAD_END.length - 1;

import { endianOf, PFC, PTYPE } from '../../codec/rpce/index.js';

/** The fields in front of the stub of a request, response or fault. */
export interface CallHead {
  /** C706 12.6.3.1: PTYPE. */
  readonly type: number;
  readonly first: boolean;
  readonly last: boolean;
  readonly callId: number;
  /** p_cont_id; like the opnum undefined where so few octets were captured. */
  readonly contextId: number | undefined;
  /** Of a request. */
  readonly opnum: number | undefined;
  /** PFC_OBJECT_UUID: the call is one of an object. */
  readonly object: boolean;
  /** Of the sec_trailer; undefined where there is none. */
  readonly auth: { readonly type: number; readonly level: number; readonly contextId: number } | undefined;
  /** It has a sec_trailer, which may not be among the octets that are there. */
  readonly protected: boolean;
}

/** C706 12.6.3.1, 12.6.4.9; [MS-RPCE] 2.2.2.11. */
const COMMON = 16;
const LEAST = 24;
const TRAILER = 8;

/**
 * The head of a request, response or fault, read without its body: `decodePdu` has the declaration of the same fields,
 * and costs several times as much. Undefined for other PDUs, and where the octets are too few for a common header.
 */
export function callHead(bytes: Buffer): CallHead | undefined {
  const type = bytes[2] as number;
  if (bytes.length < COMMON || (type !== PTYPE.request && type !== PTYPE.response && type !== PTYPE.fault))
    return undefined;
  const little = endianOf(bytes, 4) === 'little';
  const flags = bytes[3] as number;
  const authLength = u16(bytes, 10, little);
  const trailer = u16(bytes, 8, little) - authLength - TRAILER;
  const hasTrailer = authLength > 0 && trailer >= LEAST && trailer + TRAILER <= bytes.length;
  const whole = bytes.length >= LEAST;
  return {
    type,
    first: (flags & PFC.FIRST_FRAG) !== 0,
    last: (flags & PFC.LAST_FRAG) !== 0,
    callId: u32(bytes, 12, little),
    contextId: whole ? u16(bytes, 20, little) : undefined,
    opnum: whole ? u16(bytes, 22, little) : undefined,
    object: (flags & PFC.OBJECT_UUID) !== 0,
    auth: hasTrailer
      ? {
          type: bytes[trailer] as number,
          level: bytes[trailer + 1] as number,
          contextId: u32(bytes, trailer + 4, little),
        }
      : undefined,
    protected: authLength > 0,
  };
}

const u16 = (bytes: Buffer, at: number, little: boolean): number =>
  little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at);

const u32 = (bytes: Buffer, at: number, little: boolean): number =>
  little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at);

import { PFC } from '../../codec/rpce/index.js';

/** What the audit looks at in each request and response. */
export interface CallHead {
  readonly first: boolean;
  readonly last: boolean;
  readonly callId: number;
  /** p_cont_id */
  readonly contextId: number;
  /** Of a request. */
  readonly opnum: number;
  /** PFC_OBJECT_UUID: the call is one of an object. */
  readonly object: boolean;
  /** Of the sec_trailer; undefined where there is none. */
  readonly auth: { readonly type: number; readonly level: number; readonly contextId: number } | undefined;
  /** It has a sec_trailer, which may not be among the octets that are there. */
  readonly protected: boolean;
}

/** C706 12.6.4.9: where the stub of a call with an object UUID begins. */
const OBJECT_STUB = 40;
const COM_MAJOR = 5;
const COM_MINOR = 7;

/**
 * Whether the first fragment of a request is a call of an object, [MS-DCOM] 2.2.13: it has an object UUID, which is the
 * IPID, and its stub begins with ORPCTHIS, whose version is 5.1 to 5.7 and whose reserved1 is zero. For stubs in plain.
 */
export function isObjectCall(bytes: Buffer, { object }: CallHead): boolean {
  if (!object || bytes.length < OBJECT_STUB + 12) return false;
  const little = ((bytes[4] as number) & 0x10) !== 0;
  const [major, minor] = little
    ? [bytes.readUInt16LE(OBJECT_STUB), bytes.readUInt16LE(OBJECT_STUB + 2)]
    : [bytes.readUInt16BE(OBJECT_STUB), bytes.readUInt16BE(OBJECT_STUB + 2)];
  return major === COM_MAJOR && minor >= 1 && minor <= COM_MINOR && bytes.readUInt32LE(OBJECT_STUB + 8) === 0;
}

/** C706 12.6.3.1, 12.6.4.9; [MS-RPCE] 2.2.2.11. */
const LEAST = 24;
const TRAILER = 8;

/**
 * The head of a request, response or fault, read without its body: `decodePdu` has the declaration of the same fields,
 * and costs several times as much. Undefined where the octets are too few.
 */
export function callHead(bytes: Buffer): CallHead | undefined {
  if (bytes.length < LEAST) return undefined;
  const little = ((bytes[4] as number) & 0x10) !== 0;
  const flags = bytes[3] as number;
  const u16 = (at: number): number => (little ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at));
  const u32 = (at: number): number => (little ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const authLength = u16(10);
  const trailer = u16(8) - authLength - TRAILER;
  const hasTrailer = authLength > 0 && trailer >= LEAST && trailer + TRAILER <= bytes.length;
  return {
    first: (flags & PFC.FIRST_FRAG) !== 0,
    last: (flags & PFC.LAST_FRAG) !== 0,
    callId: u32(12),
    contextId: u16(20),
    opnum: u16(22),
    object: (flags & PFC.OBJECT_UUID) !== 0,
    auth: hasTrailer
      ? { type: bytes[trailer] as number, level: bytes[trailer + 1] as number, contextId: u32(trailer + 4) }
      : undefined,
    protected: authLength > 0,
  };
}

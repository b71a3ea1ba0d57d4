import { frameGss, OID, TAG, unframeGss } from '../asn1/index.js';
import { asBuffer } from '../bytes.js';
import { CodecError } from '../error.js';

/** RFC 4121 4.1.1.1, and RFC 4757 7.1 for the last three. */
export const GSS_C = {
  DELEG: 0x01,
  MUTUAL: 0x02,
  REPLAY: 0x04,
  SEQUENCE: 0x08,
  CONF: 0x10,
  INTEG: 0x20,
  DCE_STYLE: 0x1000,
  IDENTIFY: 0x2000,
  EXTENDED_ERROR: 0x4000,
} as const;

/** RFC 4121 4.1.1: what the checksum of type 0x8003 in an authenticator says. */
export interface GssChecksum {
  /** MD5 of the channel bindings; 16 zeros without. */
  readonly Bnd: Uint8Array;
  readonly Flags: number;
  /** A KRB-CRED with a forwarded ticket, where DELEG is set. */
  readonly Deleg?: Uint8Array;
  /** Octets behind it, which an acceptor ignores. */
  readonly Exts?: Uint8Array;
}

export function decodeGssChecksum(bytes: Uint8Array): GssChecksum {
  const view = asBuffer(bytes);
  if (view.length < 24)
    throw new CodecError('SHORT', 'GssChecksum', 0, `${view.length} octets, the checksum 0x8003 has at least 24`);
  const length = view.readUInt32LE(0);
  if (length !== 16) throw new CodecError('BAD_LENGTH', 'GssChecksum.Lgth', 0, `is ${length}, not 16`);
  const head = { Bnd: bytes.subarray(4, 20), Flags: view.readUInt32LE(20) };
  if ((head.Flags & GSS_C.DELEG) === 0) return view.length === 24 ? head : { ...head, Exts: bytes.subarray(24) };
  if (view.length < 28) throw new CodecError('SHORT', 'GssChecksum.Dlgth', 24, 'DELEG is set, and no ticket follows');
  const end = 28 + view.readUInt16LE(26);
  if (end > view.length)
    throw new CodecError('BAD_LENGTH', 'GssChecksum.Dlgth', 26, `${end - 28} octets, ${view.length - 28} are left`);
  const whole = { ...head, Deleg: bytes.subarray(28, end) };
  return view.length === end ? whole : { ...whole, Exts: bytes.subarray(end) };
}

export function encodeGssChecksum({ Bnd, Flags, Deleg, Exts }: GssChecksum): Buffer {
  const head = Buffer.alloc(Deleg === undefined ? 24 : 28);
  head.writeUInt32LE(16, 0);
  head.set(Bnd, 4);
  head.writeUInt32LE(Flags >>> 0, 20);
  if (Deleg !== undefined) {
    head.writeUInt16LE(1, 24);
    head.writeUInt16LE(Deleg.length, 26);
  }
  return Buffer.concat([head, Deleg ?? Buffer.alloc(0), Exts ?? Buffer.alloc(0)]);
}

/** RFC 4121 4.1, TOK_ID of the tokens that establish a context. */
export const TOK_ID = { AP_REQ: 0x0100, AP_REP: 0x0200, KRB_ERROR: 0x0300 } as const;

/** A Kerberos token with the GSS-API frame around it, or bare, as DCE style has it ([MS-KILE] 3.4.5.1). */
export interface ContextToken {
  readonly framed: boolean;
  readonly tokId: number | undefined;
  /** The Kerberos message. */
  readonly message: Uint8Array;
}

/** A token of user-to-user authentication has an identifier of its own ([MS-SPNG] 3.1.5.2). */
const MECHANISMS: readonly string[] = [OID.KERBEROS, OID.MS_KERBEROS, OID.KERBEROS_USER_TO_USER];

export function unframeKerberos(bytes: Uint8Array): ContextToken {
  if (bytes[0] !== TAG.APPLICATION_0) return { framed: false, tokId: undefined, message: bytes };
  const { oid, token } = unframeGss(bytes);
  if (!MECHANISMS.includes(oid))
    throw new CodecError('BAD_VALUE', 'InitialContextToken.thisMech', 2, `is ${oid}, not Kerberos`);
  if (token.length < 2) throw new CodecError('SHORT', 'InitialContextToken.TOK_ID', 0, 'is missing');
  return { framed: true, tokId: asBuffer(token).readUInt16BE(0), message: token.subarray(2) };
}

/** The object identifier is the standard one, also where Microsoft's was negotiated. */
export function frameKerberos(tokId: number, message: Uint8Array): Buffer {
  return frameGss(OID.KERBEROS, Buffer.concat([Buffer.of(tokId >> 8, tokId & 0xff), message]));
}

import {
  layOutPdu,
  type RequestPdu,
  type ResponsePdu,
  RPC_C_AUTHN_LEVEL,
  sec_trailer,
  stubOffset,
} from '../../codec/rpce/index.js';
import { isSignedLevel } from '../../codec/status/authn.js';
import type { MessageSecurity, ProtectedMessage } from '../../security/provider.js';

/** How the PDUs of one security context are protected: [MS-RPCE] 3.3.1.5.2.2. */
export interface Protection {
  readonly security: MessageSecurity;
  readonly authType: number;
  /** The level as it stands in the sec_trailer. */
  readonly authLevel: number;
  readonly authContextId: number;
  readonly signHeader: boolean;
}

const isSealed = (level: number): boolean => level === RPC_C_AUTHN_LEVEL.PKT_PRIVACY;

/** Octets that the trailer, its padding apart, adds to every fragment. */
export function trailerLength({ security, authLevel }: Protection): number {
  if (!isSignedLevel(authLevel)) return 0;
  return sec_trailer.size + (isSealed(authLevel) ? security.signatureLength.seal : security.signatureLength.sign);
}

/** Encodes a request or response, signed or sealed as its level asks; below PKT it carries no trailer. */
export function protect(pdu: RequestPdu | ResponsePdu, protection: Protection | undefined): Buffer {
  if (protection === undefined || !isSignedLevel(protection.authLevel)) return layOutPdu(pdu).bytes;
  const { security, authType, authLevel, authContextId, signHeader } = protection;
  const sealed = isSealed(authLevel);
  const auth_value = new Uint8Array(sealed ? security.signatureLength.seal : security.signatureLength.sign);
  const auth = { auth_type: authType, auth_level: authLevel, auth_context_id: authContextId, auth_value };
  const { bytes, trailerOffset } = layOutPdu({ ...pdu, auth });
  const valueOffset = bytes.length - auth_value.length;
  const message: ProtectedMessage = {
    pdu: bytes.subarray(0, valueOffset),
    bodyStart: stubOffset(pdu),
    bodyEnd: trailerOffset,
    signHeader,
  };
  bytes.set(sealed ? security.seal(message) : security.sign(message), valueOffset);
  return bytes;
}

/** The message that the security layer checks in a PDU that came in; `bytes` is the PDU as it was received. */
export function messageOf(bytes: Buffer, pdu: RequestPdu | ResponsePdu, signHeader: boolean): ProtectedMessage {
  const valueOffset = bytes.length - (pdu.auth?.auth_value.length ?? 0);
  return {
    pdu: bytes.subarray(0, valueOffset),
    bodyStart: stubOffset(pdu),
    bodyEnd: valueOffset - sec_trailer.size,
    signHeader,
  };
}

/** Checks, and where sealed decrypts in place, a PDU that came in. Throws `SecurityError`. Below PKT nothing is checked. */
export function unprotect(bytes: Buffer, pdu: RequestPdu | ResponsePdu, protection: Protection): void {
  if (!isSignedLevel(protection.authLevel) || pdu.auth === undefined) return;
  const message = messageOf(bytes, pdu, protection.signHeader);
  if (isSealed(protection.authLevel)) protection.security.unseal(message, pdu.auth.auth_value);
  else protection.security.verify(message, pdu.auth.auth_value);
}

import { contextTag, OID, TAG, unframeGss } from '../../codec/asn1/index.js';
import { CodecError } from '../../codec/error.js';
import { AP_REP, AP_REQ, KRB_ERROR } from '../../codec/kerberos/index.js';
import { isNtlm } from '../../codec/ntlm/index.js';
import { RPC_C_AUTHN } from '../../codec/rpce/index.js';

/** The RPC_C_AUTHN_* under which RPC would carry a token, by its first octets; undefined for what is none. */
export function authTypeOf(token: Uint8Array): number | undefined {
  if (isNtlm(token)) return RPC_C_AUTHN.WINNT;
  const tag = token[0];
  if (tag === TAG.APPLICATION_0) return BY_OID[framedOid(token) ?? ''];
  if (tag === contextTag(0) || tag === contextTag(1)) return RPC_C_AUTHN.GSS_NEGOTIATE;
  return tag !== undefined && KERBEROS_TAGS.has(tag) ? RPC_C_AUTHN.GSS_KERBEROS : undefined;
}

const KERBEROS_TAGS: ReadonlySet<number> = new Set([AP_REQ.tag, AP_REP.tag, KRB_ERROR.tag]);

const BY_OID: Readonly<Record<string, number>> = {
  [OID.SPNEGO]: RPC_C_AUTHN.GSS_NEGOTIATE,
  [OID.KERBEROS]: RPC_C_AUTHN.GSS_KERBEROS,
  [OID.MS_KERBEROS]: RPC_C_AUTHN.GSS_KERBEROS,
  [OID.KERBEROS_USER_TO_USER]: RPC_C_AUTHN.GSS_KERBEROS,
};

function framedOid(token: Uint8Array): string | undefined {
  try {
    return unframeGss(token).oid;
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

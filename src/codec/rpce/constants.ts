/** Connection-oriented PDU types: C706 12.6.4, [MS-RPCE] 2.2.2.10. */
export const PTYPE = {
  request: 0,
  response: 2,
  fault: 3,
  bind: 11,
  bind_ack: 12,
  bind_nak: 13,
  alter_context: 14,
  alter_context_resp: 15,
  auth3: 16,
  shutdown: 17,
  co_cancel: 18,
  orphaned: 19,
} as const;

/** Name of a PDU type, C706 12.6.1. */
export type PduType = keyof typeof PTYPE;

/** pfc_flags: C706 12.6.3.1. 0x04 has two names; the PDU type decides which is meant ([MS-RPCE] 2.2.2.3). */
export const PFC = {
  FIRST_FRAG: 0x01,
  LAST_FRAG: 0x02,
  PENDING_CANCEL: 0x04,
  SUPPORT_HEADER_SIGN: 0x04,
  CONC_MPX: 0x10,
  DID_NOT_EXECUTE: 0x20,
  MAYBE: 0x40,
  OBJECT_UUID: 0x80,
} as const;

/** Authentication levels: [MS-RPCE] 2.2.1.1.8. */
export const RPC_C_AUTHN_LEVEL = {
  DEFAULT: 0,
  NONE: 1,
  CONNECT: 2,
  CALL: 3,
  PKT: 4,
  PKT_INTEGRITY: 5,
  PKT_PRIVACY: 6,
} as const;

/** Authentication types: [MS-RPCE] 2.2.1.1.7. */
export const RPC_C_AUTHN = {
  NONE: 0,
  GSS_NEGOTIATE: 9,
  WINNT: 10,
  GSS_SCHANNEL: 14,
  GSS_KERBEROS: 16,
  NETLOGON: 68,
  DEFAULT: 255,
} as const;

/** p_cont_def_result_t: C706 12.6.3.1, [MS-RPCE] 2.2.2.4. */
export const RESULT = { acceptance: 0, user_rejection: 1, provider_rejection: 2, negotiate_ack: 3 } as const;

/** p_provider_reason_t: C706 12.6.3.1. */
export const REASON = {
  reason_not_specified: 0,
  abstract_syntax_not_supported: 1,
  proposed_transfer_syntaxes_not_supported: 2,
  local_limit_exceeded: 3,
} as const;

/** p_reject_reason_t: C706 12.6.3.1, [MS-RPCE] 2.2.2.5. */
export const REJECT = {
  REASON_NOT_SPECIFIED: 0,
  TEMPORARY_CONGESTION: 1,
  LOCAL_LIMIT_EXCEEDED: 2,
  PROTOCOL_VERSION_NOT_SPECIFIED: 4,
  authentication_type_not_recognized: 8,
  invalid_checksum: 9,
} as const;

/** Statuses of fault PDUs that the runtime itself gives: C706 N.2, [MS-RPCE] 3.1.1.5.5. */
export const FAULT = {
  ACCESS_DENIED: 0x00000005,
  NO_CALL_ACTIVE: 0x000006bd,
  PROTOCOL_ERROR_WIN32: 0x000006c0,
  CANT_PERFORM: 0x000006d8,
  BAD_STUB_DATA: 0x000006f7,
  SEC_PKG_ERROR: 0x00000721,
  CONTEXT_MISMATCH: 0x1c00001a,
  REMOTE_NO_MEMORY: 0x1c00001b,
  UNSUPPORTED_AUTHN_LEVEL: 0x1c00001d,
  OP_RNG_ERROR: 0x1c010002,
  UNKNOWN_IF: 0x1c010003,
  PROTO_ERROR: 0x1c01000b,
  SERVER_TOO_BUSY: 0x1c010014,
  UNSUPPORTED_TYPE: 0x1c010017,
} as const;

/** The NDR 2.0 transfer syntax: [MS-RPCE] 2.2.4.12. */
export const NDR20_SYNTAX = { uuid: '8a885d04-1ceb-11c9-9fe8-08002b104860', version: 2 } as const;
/** The NDR64 transfer syntax: [MS-RPCE] 2.2.5.1. */
export const NDR64_SYNTAX = { uuid: '71710533-beba-4937-8319-b5dbef9ccc36', version: 1 } as const;
/** How the transfer syntax of bind time feature negotiation starts: [MS-RPCE] 3.3.1.5.3. */
export const BIND_TIME_FEATURES_PREFIX = '6cb71c2c-9812-4540-';
/** Bits of the bind time feature negotiation: [MS-RPCE] 2.2.2.14. */
export const BIND_TIME_FEATURES = {
  SecurityContextMultiplexingSupported: 0x01,
  KeepConnectionOnOrphanSupported: 0x02,
} as const;

import type { PduType } from './constants.js';

/** `p_syntax_id_t`, C706 12.6.3.1. The major version is the low half of `version`, the minor the high one. */
export interface SyntaxId {
  uuid: string;
  version: number;
}

/** `p_cont_elem_t`, C706 12.6.3.1. */
export interface ContextElement {
  p_cont_id: number;
  reserved?: number;
  abstract_syntax: SyntaxId;
  transfer_syntaxes: SyntaxId[];
}

/** `p_result_t`, C706 12.6.3.1. For `negotiate_ack` the reason is a bitmask ([MS-RPCE] 2.2.2.15). */
export interface ContextResult {
  result: number;
  reason: number;
  transfer_syntax: SyntaxId;
}

/** The sec_trailer with its padding and its token, [MS-RPCE] 2.2.2.11. */
export interface AuthVerifier {
  auth_type: number;
  auth_level: number;
  auth_context_id: number;
  /** Computed from `auth_pad` where absent. */
  auth_pad_length?: number;
  auth_reserved?: number;
  /** The padding itself; where absent, zeros up to the alignment that the encoder is told. */
  auth_pad?: Uint8Array;
  auth_value: Uint8Array;
}

/** What all PDUs have. Lengths that are absent are computed; given ones are sent as they are. */
export interface PduHead {
  rpc_vers?: number;
  rpc_vers_minor?: number;
  pfc_flags: number;
  /** Little-endian, ASCII, IEEE where absent. Decides the byte order of everything in the PDU. */
  packed_drep?: Uint8Array;
  frag_length?: number;
  auth_length?: number;
  call_id: number;
  auth?: AuthVerifier;
  /** Octets between the body and the security trailer that the body's own lengths do not cover. */
  trailing?: Uint8Array;
}

/** C706 12.6.4.3 bind, 12.6.4.1 alter_context: one layout. */
export interface BindBody {
  max_xmit_frag: number;
  max_recv_frag: number;
  assoc_group_id: number;
  p_context_elem: ContextElement[];
  /** Computed from `p_context_elem` where absent. */
  n_context_elem?: number;
  /** The three reserved octets of `p_cont_list_t` as one number; 0 where absent. `absent`: an empty list without them. */
  reserved?: number | 'absent';
}

/** C706 12.6.4.4 bind_ack, 12.6.4.2 alter_context_resp: one layout. */
export interface BindAckBody {
  max_xmit_frag: number;
  max_recv_frag: number;
  assoc_group_id: number;
  /** `port_any_t.port_spec` with its terminating zero, as octets; empty in most alter_context_resp. */
  sec_addr: Uint8Array;
  /** The octets that align the result list to four; zeros where absent. */
  pad?: Uint8Array;
  results: ContextResult[];
  n_results?: number;
  reserved?: number;
}

/** C706 12.6.4.5, [MS-RPCE] 2.2.2.9. */
export interface BindNakBody {
  provider_reject_reason: number;
  versions: { major: number; minor: number }[];
}

/** C706 12.6.4.9. */
export interface RequestBody {
  alloc_hint: number;
  p_cont_id: number;
  opnum: number;
  /** Present exactly where PFC_OBJECT_UUID is set. */
  object?: string;
  /** As it stands on the wire: encrypted at PKT_PRIVACY. */
  stub: Uint8Array;
}

/** C706 12.6.4.10. */
export interface ResponseBody {
  alloc_hint: number;
  p_cont_id: number;
  cancel_count: number;
  reserved?: number;
  stub: Uint8Array;
}

/** C706 12.6.4.7, [MS-RPCE] 2.2.2.8: bit 0 of `reserved` says that extended error information follows. */
export interface FaultBody {
  alloc_hint: number;
  p_cont_id: number;
  cancel_count: number;
  reserved?: number;
  status: number;
  reserved2?: number;
  /** Extended error information ([MS-EERR]), or stub data that is to be ignored. */
  stub: Uint8Array;
}

/** [MS-RPCE] 2.2.2.10: four octets of anything, then the sec_trailer. */
export interface Auth3Body {
  pad: Uint8Array;
}

/** bind, C706 12.6.4.3: opens an association, and proposes contexts. */
export type BindPdu = PduHead & { PTYPE: 'bind' } & BindBody;
/** alter_context, C706 12.6.4.1: proposes further contexts on a connection that is bound. */
export type AlterContextPdu = PduHead & { PTYPE: 'alter_context' } & BindBody;
/** bind_ack, C706 12.6.4.4: the results of a bind. */
export type BindAckPdu = PduHead & { PTYPE: 'bind_ack' } & BindAckBody;
/** alter_context_resp, C706 12.6.4.2: the results of an alter_context. */
export type AlterContextRespPdu = PduHead & { PTYPE: 'alter_context_resp' } & BindAckBody;
/** bind_nak, C706 12.6.4.5 and [MS-RPCE] 2.2.2.9: a bind is refused, and why. */
export type BindNakPdu = PduHead & { PTYPE: 'bind_nak' } & BindNakBody;
/** rpc_auth_3, [MS-RPCE] 2.2.2.10: the third leg of a handshake, which nobody answers. */
export type Auth3Pdu = PduHead & { PTYPE: 'auth3' } & Auth3Body;
/** request, C706 12.6.4.9: one fragment of a call. */
export type RequestPdu = PduHead & { PTYPE: 'request' } & RequestBody;
/** response, C706 12.6.4.10: one fragment of an answer. */
export type ResponsePdu = PduHead & { PTYPE: 'response' } & ResponseBody;
/** fault, C706 12.6.4.7: a call has failed, and with which status. */
export type FaultPdu = PduHead & { PTYPE: 'fault' } & FaultBody;
/** C706 12.6.4.8 orphaned, 12.6.4.6 co_cancel, 12.6.4.11 shutdown: header and, at most, a sec_trailer. */
export type BarePdu = PduHead & { PTYPE: 'shutdown' | 'co_cancel' | 'orphaned' };
/** A PDU type that the connection-oriented protocol does not have: kept as it came. */
export type UnknownPdu = PduHead & { PTYPE: number; body: Uint8Array };

/** Any PDU of connection-oriented RPC, C706 12.6.4. */
export type Pdu =
  | BindPdu
  | AlterContextPdu
  | BindAckPdu
  | AlterContextRespPdu
  | BindNakPdu
  | Auth3Pdu
  | RequestPdu
  | ResponsePdu
  | FaultPdu
  | BarePdu
  | UnknownPdu;

/** The PDU of a type that is declared. */
export type KnownPdu<T extends PduType> = Extract<Pdu, { PTYPE: T }>;

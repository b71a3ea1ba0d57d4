import {
  type AlterContextPdu,
  type AuthVerifier,
  type BindPdu,
  type ContextResult,
  encodePdu,
  PFC,
} from '../../codec/rpce/index.js';
import type { Leg } from '../../security/provider.js';

const WHOLE = PFC.FIRST_FRAG | PFC.LAST_FRAG;

export interface Fault {
  readonly callId: number;
  readonly contextId: number;
  readonly status: number;
  readonly didNotExecute: boolean;
}

/** [MS-RPCE] 2.2.2.8: a fault carries no stub data; alloc_hint counts 32 as Windows counts it. */
export const faultPdu = ({ callId, contextId, status, didNotExecute }: Fault): Buffer =>
  encodePdu({
    PTYPE: 'fault',
    pfc_flags: WHOLE | (didNotExecute ? PFC.DID_NOT_EXECUTE : 0),
    call_id: callId,
    alloc_hint: 32,
    p_cont_id: contextId,
    cancel_count: 0,
    status,
    stub: new Uint8Array(0),
  });

/** [MS-RPCE] 2.2.2.9: Windows fills the PDU up to a multiple of four, where a Signature would stand. */
export const bindNakPdu = (callId: number, reason: number): Buffer =>
  encodePdu({
    PTYPE: 'bind_nak',
    pfc_flags: WHOLE,
    call_id: callId,
    provider_reject_reason: reason,
    versions: [{ major: 5, minor: 0 }],
    trailing: new Uint8Array(3),
  });

export interface Acknowledgement {
  readonly flags: number;
  readonly maxFragment: number;
  readonly groupId: number;
  /** Sent only with a bind_ack. */
  readonly secondaryAddress: string;
  readonly results: ContextResult[];
  /** The provider's answer to a leg of a handshake; undefined where the PDU carried none. */
  readonly leg: Leg | undefined;
}

/** bind_ack to a bind, alter_context_resp to an alter_context. */
export function acknowledgementPdu(pdu: BindPdu | AlterContextPdu, ack: Acknowledgement): Buffer {
  const isBind = pdu.PTYPE === 'bind';
  return encodePdu({
    PTYPE: isBind ? 'bind_ack' : 'alter_context_resp',
    pfc_flags: WHOLE | ack.flags,
    call_id: pdu.call_id,
    max_xmit_frag: ack.maxFragment,
    max_recv_frag: ack.maxFragment,
    assoc_group_id: ack.groupId,
    sec_addr: isBind ? Buffer.from(`${ack.secondaryAddress}\0`, 'latin1') : Buffer.alloc(0),
    results: ack.results,
    ...(ack.leg === undefined || pdu.auth === undefined ? {} : { auth: answerTo(pdu.auth, ack.leg) }),
  });
}

/** A leg that the mechanism has no answer to is answered by a sec_trailer without a token, as Windows ends Kerberos. */
const answerTo = ({ auth_type, auth_level, auth_context_id }: AuthVerifier, { token }: Leg): AuthVerifier => ({
  auth_type,
  auth_level,
  auth_context_id,
  auth_value: token ?? new Uint8Array(0),
});

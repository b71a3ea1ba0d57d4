import { FAULT, type Pdu, REJECT, type RequestPdu } from '../../codec/rpce/index.js';
import type { ServerCheck } from './checks.js';
import type { Refusal, Rejection } from './events.js';

/** [MS-RPCE] 3.3.3.5.7: it ends the connection. */
export const protocolError = (check: ServerCheck, why: string): Refusal => ({
  check,
  status: FAULT.PROTO_ERROR,
  why,
  close: true,
});

export const accessDenied = (check: ServerCheck, why: string): Refusal => ({
  check,
  status: FAULT.ACCESS_DENIED,
  why,
  close: true,
});

/** A PDU of a handshake: no call was begun. */
export const handshakeRefusal = (check: ServerCheck, status: number, why: string): Refusal => ({
  check,
  status,
  why,
  didNotExecute: true,
  close: true,
});

/** nca_s_fault_remote_no_memory is what Windows makes of an auth3 that it cannot read, as Samba's tests have it. */
export const badAuth3 = (check: ServerCheck, why: string): Refusal =>
  handshakeRefusal(check, FAULT.REMOTE_NO_MEMORY, why);

export const unknownContext = ({ p_cont_id }: RequestPdu): Refusal => ({
  check: 'known context',
  status: FAULT.UNKNOWN_IF,
  why: `presentation context ${p_cont_id} was not negotiated`,
  didNotExecute: true,
  contextId: 0,
});

export const SECOND_BIND: Rejection = {
  check: 'one bind',
  reject: REJECT.REASON_NOT_SPECIFIED,
  why: 'a second bind on one connection',
};

export const beforeBind = ({ PTYPE }: Pdu): Rejection => ({
  check: 'PDU type',
  reject: REJECT.PROTOCOL_VERSION_NOT_SPECIFIED,
  why: `${PTYPE} before a bind`,
});

export const wrongType = ({ PTYPE }: Pdu): Refusal =>
  handshakeRefusal('PDU type', FAULT.PROTO_ERROR, `a client does not send PDUs of type ${PTYPE}`);

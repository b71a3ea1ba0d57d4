import { PFC, PTYPE, readCommonHeader } from '../../codec/rpce/index.js';
import type { Transport } from '../pdu/pdu.js';
import type { DecodedCall } from './call.js';
import { elapsed } from './call.js';
import { className } from './class-names.js';
import type { DecodedPdu } from './decode.js';
import { endpointText, isoTime, ptypeOf, userName } from './record.js';
import { resultOf } from './result.js';
import { answerText } from './said/index.js';

/** One call with its answer, as a line of JSON; absent members are left out. The names and their order are stable. */
export interface CallRecord {
  readonly file: string;
  readonly stream: number;
  /** ISO 8601 in UTC with nanoseconds: of the request, where it was captured. */
  readonly time: string;
  readonly client: string;
  readonly server: string;
  readonly transport: Transport;
  /** Of a pipe of SMB: as in `PduRecord`. */
  readonly share?: string;
  readonly pipe?: string;
  readonly fid?: string;
  readonly call_id: number;
  /** Of the request's first and the answer's last fragment; absent where it was not captured. */
  readonly request_frame?: number;
  readonly answer_frame?: number;
  /** Where the answer is in another file of the same capture. */
  readonly answer_file?: string;
  readonly auth_type?: number;
  readonly auth_level?: number;
  readonly auth_context_id?: number;
  readonly user?: string;
  readonly interface?: string;
  readonly opnum?: number;
  readonly operation?: string;
  /** The class that an activation asks for; and its name, where that is known. */
  readonly clsid?: string;
  readonly class?: string;
  /** The IPID of an object that is called. */
  readonly object?: string;
  /** What it asks for, in one line: a query, an object, a method with its arguments. Of WMI and OPC. */
  readonly request?: string;
  /** `cut` and `malformed`: it was answered, and a part of the answer is not in the capture, or cannot be read. */
  readonly outcome: 'response' | 'fault' | 'cut' | 'malformed' | 'unanswered';
  /** Of the fault, or what the operation returned. */
  readonly status?: number;
  /** What it gives, likewise: how many objects and which, the values of items, what a method returned. */
  readonly answer?: string;
  /** Seconds from the one frame to the other. */
  readonly elapsed?: number;
}

/** A call that has no answer. */
export const unansweredCall = (call: DecodedCall): CallRecord =>
  recordOf(call, { request_frame: call.frame, outcome: 'unanswered' });

/** The call that a PDU ends; undefined for any other PDU. */
export function answeredCall(decoded: DecodedPdu): CallRecord | undefined {
  const { captured, call, observed, operation, parameters } = decoded;
  const { type, bytes } = captured;
  const last = ((bytes[3] as number) & PFC.LAST_FRAG) !== 0;
  if (type !== PTYPE.fault && (type !== PTYPE.response || !last)) return undefined;
  const outcome = ptypeOf(decoded) as CallRecord['outcome'];
  const fault = observed.pdu?.PTYPE === 'fault' ? observed.pdu.status : undefined;
  return recordOf(call ?? callOfAnswer(decoded), {
    request_frame: call?.frame,
    answer_frame: captured.frame,
    answer_file: call === undefined || call.file === captured.file ? undefined : captured.file,
    outcome,
    status: resultOf({ ptype: outcome, ...(fault !== undefined && { status: fault }), value: parameters?.value }),
    answer: answerText(operation, parameters?.opened ?? parameters?.value),
    elapsed: call === undefined ? undefined : elapsed(call, captured),
    answeredUnder: observed.security,
  });
}

/** What an answer tells of its call, where the request was not captured. */
function callOfAnswer({
  captured,
  observed,
  interface: name,
  opnum,
  operationName: operation,
}: DecodedPdu): DecodedCall {
  const { file, stream, frame, seconds, nanoseconds, client, server, pipe, bytes } = captured;
  const callId = readCommonHeader(bytes).call_id;
  const place = { file, stream, callId, frame, seconds, nanoseconds, client, server, pipe };
  return { ...place, security: observed.security, interface: name, opnum, operation, object: undefined };
}

interface Ending {
  readonly request_frame?: number | undefined;
  readonly answer_frame?: number;
  readonly answer_file?: string | undefined;
  readonly outcome: CallRecord['outcome'];
  readonly status?: number | undefined;
  readonly answer?: string | undefined;
  readonly elapsed?: number | undefined;
  readonly answeredUnder?: DecodedCall['security'];
}

function recordOf(call: DecodedCall, { answeredUnder, ...ending }: Ending): CallRecord {
  // Of a request that was cut the level may be missing.
  const security = call.security.level === undefined ? (answeredUnder ?? call.security) : call.security;
  const identity = call.security.identity ?? answeredUnder?.identity;
  const record = {
    file: call.file,
    stream: call.stream,
    time: isoTime(call.seconds, call.nanoseconds),
    client: endpointText(call.client),
    server: endpointText(call.server),
    transport: call.pipe === undefined ? ('ncacn_ip_tcp' as const) : ('ncacn_np' as const),
    share: call.pipe?.share,
    pipe: call.pipe?.name,
    fid: call.pipe?.fid,
    call_id: call.callId,
    request_frame: ending.request_frame,
    answer_frame: ending.answer_frame,
    answer_file: ending.answer_file,
    auth_type: security.authType,
    auth_level: security.level,
    auth_context_id: security.authContextId,
    user: identity === undefined ? undefined : userName(identity),
    interface: call.interface,
    opnum: call.opnum,
    operation: call.operation,
    clsid: call.clsid,
    class: call.clsid === undefined ? undefined : className(call.clsid),
    object: call.object,
    request: call.request,
    outcome: ending.outcome,
    status: ending.status,
    answer: ending.answer,
    elapsed: ending.elapsed,
  };
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as unknown as CallRecord;
}

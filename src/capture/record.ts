import { toJson } from '../codec/ndr/index.js';
import { type Pdu, readCommonHeader } from '../codec/rpce/index.js';
import type { ObservedMessage } from '../rpc/index.js';
import type { Asked } from './call-times.js';
import type { DecodedPdu } from './decode.js';
import type { CapturedPdu } from './pdu.js';

/** One PDU as a line of JSON; absent members are left out. The names and their order are stable. */
export interface PduRecord {
  readonly file: string;
  readonly stream: number;
  readonly frame: number;
  /** ISO 8601 in UTC with nanoseconds; what is beyond the years 0 to 9999 is shown as their first or last moment. */
  readonly time: string;
  readonly src: string;
  readonly dst: string;
  readonly ptype: Pdu['PTYPE'] | 'malformed' | 'cut';
  readonly call_id?: number;
  readonly pfc_flags?: number;
  readonly frag_length?: number;
  readonly auth_type?: number;
  /** As the PDU's own trailer says it, or as its association implies it. */
  readonly auth_level?: number;
  readonly auth_context_id?: number;
  readonly user?: string;
  readonly interface?: string;
  readonly opnum?: number;
  readonly operation?: string;
  /** The object UUID of a request, and of its answer: of DCOM the IPID. */
  readonly object?: string;
  readonly status?: number;
  /** Of a response or fault: the frame of its request's first fragment, and the seconds since then. */
  readonly request_frame?: number;
  readonly elapsed?: number;
  /** Whether the stub was protected, and what came of it: see `StubState`. */
  readonly stub?: string;
  /** What the PDU says beyond its header; `stub_data` alone, in octets, where the operation is not known or sealed. */
  readonly value?: unknown;
  readonly error?: string;
}

/** Makes the record of a decoded PDU; `asked` is the request that it answers, as `CallTimes` finds it. */
export function pduRecord(file: string, decoded: DecodedPdu, asked?: Asked): PduRecord {
  const { captured, observed, parameters, error } = decoded;
  const { pdu, security, message } = observed;
  const { identity } = security;
  const record: Record<string, unknown> = {
    ...placeOf(file, captured),
    ptype: pdu?.PTYPE ?? 'malformed',
    ...(pdu === undefined
      ? headerOf(captured.bytes)
      : { call_id: pdu.call_id, pfc_flags: pdu.pfc_flags, frag_length: captured.bytes.length }),
    auth_type: security.authType,
    auth_level: security.level,
    auth_context_id: security.authContextId,
    user: identity === undefined ? undefined : userName(identity),
    interface: decoded.interface ?? asked?.interface,
    opnum: decoded.opnum ?? asked?.opnum,
    operation: decoded.operation?.name ?? asked?.operation,
    object: pdu?.PTYPE === 'request' ? pdu.object : asked?.object,
    status: pdu?.PTYPE === 'fault' ? pdu.status : undefined,
    request_frame: asked?.frame,
    elapsed: asked?.elapsed,
    stub: message === undefined || message.kind === 'fault' ? undefined : message.stubState,
    value: parameters === undefined ? bodyOf(pdu, message) : toJson(parameters.value),
    error: error?.message,
  };
  return defined(record) as unknown as PduRecord;
}

/** The record of a PDU that a gap or the end of the capture took a part of. */
export const cutRecord = (file: string, captured: CapturedPdu): PduRecord => ({
  ...placeOf(file, captured),
  ptype: 'cut',
  ...headerOf(captured.bytes),
  error: `${captured.missing} of its octets are not in the capture`,
});

export const userName = ({ domain, user, anonymous }: { domain: string; user: string; anonymous: boolean }): string =>
  anonymous ? 'ANONYMOUS LOGON' : domain === '' ? user : `${domain}\\${user}`;

export const endpointText = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

const placeOf = (file: string, captured: CapturedPdu) => ({
  file,
  stream: captured.stream,
  frame: captured.frame,
  time: isoTime(captured.seconds, captured.nanoseconds),
  src: endpointText(captured.src),
  dst: endpointText(captured.dst),
});

/** The years 0 to 9999. A damaged timestamp, or offset of timestamps, can lie beyond, and then be no date at all. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

/** As PDU records have it. */
export function isoTime(seconds: number, nanoseconds: number): string {
  if (seconds < FIRST_SECOND) return '0000-01-01T00:00:00.000000000Z';
  if (seconds > LAST_SECOND) return '9999-12-31T23:59:59.999999999Z';
  return `${new Date(seconds * 1000).toISOString().slice(0, 19)}.${String(nanoseconds).padStart(9, '0')}Z`;
}

/** C706 12.6.3.1: the common header is whole even where the PDU behind it cannot be read. */
function headerOf(bytes: Buffer) {
  const { call_id, pfc_flags, frag_length } = readCommonHeader(bytes);
  return { call_id, pfc_flags, frag_length };
}

/** What a PDU says whose parameters are not known: the negotiation and its outcome, or the octets of the stub. */
function bodyOf(pdu: Pdu | undefined, message: ObservedMessage | undefined): unknown {
  switch (pdu?.PTYPE) {
    case 'request':
    case 'response':
      // The last fragment has the whole stub, decrypted where that was possible; those before it have their own octets.
      return { stub_data: message?.stub ?? pdu.stub };
    case 'bind':
    case 'alter_context':
      return {
        max_xmit_frag: pdu.max_xmit_frag,
        max_recv_frag: pdu.max_recv_frag,
        assoc_group_id: pdu.assoc_group_id,
        p_context_elem: pdu.p_context_elem,
      };
    case 'bind_ack':
    case 'alter_context_resp':
      return {
        max_xmit_frag: pdu.max_xmit_frag,
        max_recv_frag: pdu.max_recv_frag,
        assoc_group_id: pdu.assoc_group_id,
        sec_addr: Buffer.from(pdu.sec_addr).toString('latin1').replace(/\0$/, ''),
        results: pdu.results,
      };
    case 'bind_nak':
      return { provider_reject_reason: pdu.provider_reject_reason, versions: pdu.versions };
    default:
      return undefined;
  }
}

const defined = (record: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));

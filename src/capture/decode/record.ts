import { toHex } from '../../codec/bytes.js';
import { CodecError } from '../../codec/error.js';
import { toJson } from '../../codec/ndr/index.js';
import {
  DREP_LITTLE,
  decodeRts,
  endianOf,
  type Pdu,
  type PduType,
  PTYPE,
  PTYPE_RTS,
  readCommonHeader,
  type UnknownPdu,
  type VerificationCommand,
} from '../../codec/rpce/index.js';
import type { CallLevel, ObservedMessage } from '../../rpc/index.js';
import type { CapturedPdu, Transport } from '../pdu/pdu.js';
import { authToken } from './auth-token.js';
import { type DecodedCall, elapsed } from './call.js';
import { className } from './class-names.js';
import type { DecodedPdu } from './decode.js';
import { verificationTrailer } from './verification.js';

/** One PDU as a line of JSON; absent members are left out. The names and their order are stable. */
export interface PduRecord {
  readonly file: string;
  readonly stream: number;
  readonly frame: number;
  /** ISO 8601 in UTC with nanoseconds; what is beyond the years 0 to 9999 is shown as their first or last moment. */
  readonly time: string;
  readonly src: string;
  readonly dst: string;
  readonly transport: Transport;
  /** Of a pipe of SMB: `\\server\IPC$` as the client names it, where its tree connect was captured. */
  readonly share?: string;
  /** `\PIPE\svcctl`, where its open was captured. */
  readonly pipe?: string;
  /** FID of SMB1 (`0x4000`) or FileId of SMB2 in hexadecimal: several opens of one name are connections of their own. */
  readonly fid?: string;
  readonly ptype: Pdu['PTYPE'] | 'rts' | 'malformed' | 'cut';
  /** Of a malformed or cut PDU: what its header says that it is. */
  readonly header_ptype?: PduType;
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
  /** The class that an activation asks for, in its request and in its answer; and its name, where that is known. */
  readonly clsid?: string;
  readonly class?: string;
  /** The object UUID of a request, and of its answer: of DCOM the IPID. */
  readonly object?: string;
  readonly status?: number;
  /** Of a response or fault: the frame of its request's first fragment, and the seconds since then. */
  readonly request_frame?: number;
  /** Where the request is in another file of the same capture. */
  readonly request_file?: string;
  readonly elapsed?: number;
  /** Whether the stub was protected, and what came of it: see `StubState`. */
  readonly stub?: string;
  /** The NTLM message that a PDU of a handshake carries. */
  readonly auth_token?: ReturnType<typeof authToken>;
  /** What the PDU says beyond its header, in JSON's terms; `stub_data` alone, in hexadecimal, where the operation is not known or sealed. */
  readonly value?: unknown;
  /** The commands of the verification trailer behind the parameters ([MS-RPCE] 2.2.2.13). */
  readonly verification_trailer?: readonly VerificationCommand[];
  readonly error?: string;
}

/** Parts that can be left out of records that nobody reads whole: they take most of the time. True where absent. */
export interface RecordOptions {
  /** `auth_token`, `value` and `verification_trailer`. */
  readonly content?: boolean;
  /** `time`, `src` and `dst`, which are empty otherwise. */
  readonly place?: boolean;
}

/** Makes the record of a decoded PDU. */
export function pduRecord(
  file: string,
  decoded: DecodedPdu,
  { content = true, place = true }: RecordOptions = {},
): PduRecord {
  const { captured, observed, parameters, call } = decoded;
  const { pdu, security, message } = observed;
  const record = draft(file, captured, ptypeOf(decoded), place);
  // C706 12.6.3.1: the common header is whole even where the PDU behind it cannot be read.
  const { call_id, pfc_flags, frag_length = captured.bytes.length } = pdu ?? readCommonHeader(captured.bytes);
  if (pdu === undefined) addHeaderType(record, captured);
  record.call_id = call_id;
  record.pfc_flags = pfc_flags;
  record.frag_length = frag_length;
  // One by one and by name: built in any other way, such an object takes ten times as long, and there are millions.
  addSecurity(record, security);
  addCall(record, decoded);
  if (pdu?.PTYPE === 'fault') record.status = pdu.status;
  if (call !== undefined && captured.type !== PTYPE.request) addRequest(record, call, captured);
  if (message !== undefined && message.kind !== 'fault') record.stub = message.stubState;
  if (content) {
    const token = tokenOf(pdu, observed.heard);
    if (token !== undefined) record.auth_token = token;
    const value = parameters === undefined ? bodyOf(pdu, message) : toJson(parameters.opened ?? parameters.value);
    if (value !== undefined) record.value = value;
    const trailer = verificationTrailer(message);
    if (trailer !== undefined) record.verification_trailer = trailer;
  }
  const error = errorOf(decoded);
  if (error !== undefined) record.error = error;
  return record;
}

/** A PDU that a gap or the end of the capture took a part of is `cut`, one that does not decode `malformed`. */
export function ptypeOf({ captured, observed: { pdu } }: DecodedPdu): PduRecord['ptype'] {
  if (pdu === undefined) return captured.kind === 'cut' ? 'cut' : 'malformed';
  return pdu.PTYPE === PTYPE_RTS ? 'rts' : pdu.PTYPE;
}

/** The parts of a PDU that could not be read. */
export const errorOf = ({ captured, error }: DecodedPdu): string | undefined =>
  captured.kind === 'cut' ? `${captured.missing} of its octets are not in the capture` : error?.message;

/** Calls carry signatures in the place of tokens. */
const tokenOf = (pdu: Pdu | undefined, heard: DecodedPdu['observed']['heard']): ReturnType<typeof authToken> =>
  pdu?.auth === undefined || pdu.PTYPE === 'request' || pdu.PTYPE === 'response' || pdu.PTYPE === 'fault'
    ? undefined
    : authToken(pdu.auth, heard);

function addSecurity(record: Draft, { authType, level, authContextId, identity }: CallLevel): void {
  if (authType !== undefined) record.auth_type = authType;
  if (level !== undefined) record.auth_level = level;
  if (authContextId !== undefined) record.auth_context_id = authContextId;
  if (identity !== undefined) record.user = userName(identity);
}

function addRequest(record: Draft, call: DecodedCall, answer: CapturedPdu): void {
  record.request_frame = call.frame;
  if (call.file !== answer.file) record.request_file = call.file;
  const time = elapsed(call, answer);
  if (time !== undefined) record.elapsed = time;
}

/** Which operation of which object the PDU belongs to. */
function addCall(
  record: Draft,
  { observed: { pdu }, call, interface: name, opnum, operationName: operation }: DecodedPdu,
): void {
  if (name !== undefined) record.interface = name;
  if (opnum !== undefined) record.opnum = opnum;
  if (operation !== undefined) record.operation = operation;
  if (call?.clsid !== undefined) addClass(record, call.clsid);
  const object = pdu?.PTYPE === 'request' ? pdu.object : call?.object;
  if (object !== undefined) record.object = object;
}

function addClass(record: Draft, clsid: string): void {
  record.clsid = clsid;
  const known = className(clsid);
  if (known !== undefined) record.class = known;
}

type Draft = { -readonly [Member in keyof PduRecord]: PduRecord[Member] };

function addHeaderType(record: Draft, { type }: CapturedPdu): void {
  const name = PTYPE_NAMES.get(type);
  if (name !== undefined) record.header_ptype = name;
}

const PTYPE_NAMES: ReadonlyMap<number, PduType> = new Map(
  (Object.entries(PTYPE) as [PduType, number][]).map(([name, number]) => [number, name]),
);

export const userName = ({ domain, user, anonymous }: { domain: string; user: string; anonymous: boolean }): string =>
  anonymous ? 'ANONYMOUS LOGON' : domain === '' ? user : `${domain}\\${user}`;

export const endpointText = ({ address, port }: { address: string; port: number }): string =>
  address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;

function draft(file: string, captured: CapturedPdu, ptype: PduRecord['ptype'], place: boolean): Draft {
  const { pipe } = captured;
  const record = {
    file,
    stream: captured.stream,
    frame: captured.frame,
    time: place ? isoTime(captured.seconds, captured.nanoseconds) : '',
    src: place ? endpointText(captured.src) : '',
    dst: place ? endpointText(captured.dst) : '',
    transport: captured.transport,
  } as Draft;
  if (pipe !== undefined) addPipe(record, pipe);
  record.ptype = ptype;
  return record;
}

function addPipe(record: Draft, { share, name, fid }: NonNullable<CapturedPdu['pipe']>): void {
  if (share !== undefined) record.share = share;
  if (name !== undefined) record.pipe = name;
  if (fid !== undefined) record.fid = fid;
}

/** The years 0 to 9999. A damaged timestamp, or offset of timestamps, can lie beyond, and then be no date at all. */
const FIRST_SECOND = -62_167_219_200;
const LAST_SECOND = 253_402_300_799;

/** As PDU records have it. */
export function isoTime(seconds: number, nanoseconds: number): string {
  if (seconds < FIRST_SECOND) return '0000-01-01T00:00:00.000000000Z';
  if (seconds > LAST_SECOND) return '9999-12-31T23:59:59.999999999Z';
  if (seconds !== second) {
    second = seconds;
    secondText = new Date(seconds * 1000).toISOString().slice(0, 19);
  }
  return `${secondText}.${String(nanoseconds).padStart(9, '0')}Z`;
}

/** Many packets come in each second of a capture: the text of the last one. */
let second: number | undefined;
let secondText = '';

/** The content of a PDU whose parameters are not known: the negotiation and its outcome, or the octets of the stub. */
function bodyOf(pdu: Pdu | undefined, message: ObservedMessage | undefined): unknown {
  switch (pdu?.PTYPE) {
    case 'request':
    case 'response':
      // The last fragment has the whole stub, decrypted where that was possible; those before it have their own octets.
      return { stub_data: toHex(message?.stub ?? pdu.stub) };
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
      return pdu !== undefined && 'body' in pdu && pdu.PTYPE === PTYPE_RTS ? rtsOf(pdu) : undefined;
  }
}

/** What RPC over HTTP says about its channels; the octets where that cannot be read. */
function rtsOf({ body, packed_drep = DREP_LITTLE }: UnknownPdu): object {
  try {
    return decodeRts(body, endianOf(packed_drep));
  } catch (error) {
    if (error instanceof CodecError) return { stub_data: toHex(body) };
    throw error;
  }
}

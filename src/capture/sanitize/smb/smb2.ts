import { SMB2, SMB2_FLAGS, SMB2_Packet_Header_SYNC } from '../../../codec/smb/index.js';
import { keep } from '../rewriting.js';
import { replaceFileName, replaceIdentifier, replaceName, replaceToken, type SmbWork } from './texts.js';

const HEADER = SMB2_Packet_Header_SYNC.size;
const SIGNATURE_AT = 48;

/** Where in the fixed part of a body a buffer is said to be: offsets count from the header of the command. */
interface Buffers {
  readonly tokens?: number;
  readonly names?: number;
  /** Of four octets each, create contexts; of four and two, negotiate contexts with their number in front. */
  readonly createContexts?: number;
  /** GUIDs that stand in the fixed part. */
  readonly guid?: number;
  readonly dialects?: boolean;
  readonly contexts?: boolean;
}

/** [MS-SMB2] 2.2: the StructureSize of each request and response, of which all but an odd octet is fixed, and its buffers. */
type Bodies = Readonly<Record<number, Buffers>>;

const [NEGOTIATE, SESSION_SETUP, LOGOFF, ECHO, CANCEL, FLUSH, LOCK] = [0, 1, 2, 13, 12, 7, 10];
const [QUERY_DIRECTORY, CHANGE_NOTIFY, QUERY_INFO, SET_INFO, OPLOCK_BREAK] = [14, 15, 16, 17, 18];

const REQUESTS: ReadonlyMap<number, Bodies> = new Map<number, Bodies>([
  [NEGOTIATE, { 36: { guid: 12, dialects: true, contexts: true } }],
  [SESSION_SETUP, { 25: { tokens: 12 } }],
  [LOGOFF, { 4: {} }],
  [SMB2.TREE_CONNECT, { 9: { names: 4 } }],
  [SMB2.TREE_DISCONNECT, { 4: {} }],
  [SMB2.CREATE, { 57: { names: 44, createContexts: 48 } }],
  [SMB2.CLOSE, { 24: {} }],
  [FLUSH, { 24: {} }],
  [SMB2.READ, { 49: {} }],
  [SMB2.WRITE, { 49: {} }],
  [LOCK, { 48: {} }],
  [SMB2.IOCTL, { 57: {} }],
  [CANCEL, { 4: {} }],
  [ECHO, { 4: {} }],
  [QUERY_DIRECTORY, { 33: { names: 24 } }],
  [CHANGE_NOTIFY, { 32: {} }],
  [QUERY_INFO, { 41: {} }],
  [SET_INFO, { 33: {} }],
  [OPLOCK_BREAK, { 24: {}, 36: {} }],
]);

const RESPONSES: ReadonlyMap<number, Bodies> = new Map<number, Bodies>([
  [NEGOTIATE, { 65: { guid: 8, tokens: 56, contexts: true } }],
  [SESSION_SETUP, { 9: { tokens: 4 } }],
  [LOGOFF, { 4: {} }],
  [SMB2.TREE_CONNECT, { 16: {} }],
  [SMB2.TREE_DISCONNECT, { 4: {} }],
  [SMB2.CREATE, { 89: { createContexts: 80 } }],
  [SMB2.CLOSE, { 60: {} }],
  [FLUSH, { 4: {} }],
  [SMB2.READ, { 17: {} }],
  [SMB2.WRITE, { 17: {} }],
  [LOCK, { 4: {} }],
  [SMB2.IOCTL, { 49: {} }],
  [ECHO, { 4: {} }],
  [QUERY_DIRECTORY, { 9: {} }],
  [CHANGE_NOTIFY, { 9: {} }],
  [QUERY_INFO, { 9: {} }],
  [SET_INFO, { 2: {} }],
  [OPLOCK_BREAK, { 24: {}, 36: {}, 44: {} }],
]);

/** [MS-SMB2] 2.2.2: what stands in place of a response that failed. */
const ERROR = 9;

/** Rewrites a message of SMB2 and SMB3 that starts at `from`: each command of a compound in its turn. */
export function replaceSmb2(work: SmbWork, from: number): void {
  const { bytes } = work;
  for (let at = from; at + HEADER <= bytes.length; ) {
    keep(work, at, at + SIGNATURE_AT);
    const next = bytes.readUInt32LE(at + 20);
    const end = next === 0 ? bytes.length : Math.min(at + next, bytes.length);
    replaceBody(work, at, end);
    if (next < HEADER) return;
    at += next;
  }
}

function replaceBody(work: SmbWork, at: number, end: number): void {
  const { bytes } = work;
  const body = at + HEADER;
  if (body + 2 > end) return;
  const reply = (bytes.readUInt32LE(at + 16) & SMB2_FLAGS.SERVER_TO_REDIR) !== 0;
  const size = bytes.readUInt16LE(body);
  const buffers = (reply ? RESPONSES : REQUESTS).get(bytes.readUInt16LE(at + 12))?.[size];
  if (buffers === undefined) {
    if (reply && size === ERROR) keep(work, body, Math.min(body + 8, end));
    return;
  }
  const fixed = size & ~1;
  keep(work, body, Math.min(body + fixed, end));
  // A body that is cut says nothing of its buffers.
  if (body + fixed > end) {
    if (buffers.guid !== undefined) work.out.fill(0, body + buffers.guid, end);
    return;
  }
  if (reply && size === ERROR && buffers.tokens === undefined) return;
  replaceBuffers(work, at, end, buffers);
}

function replaceBuffers(work: SmbWork, at: number, end: number, buffers: Buffers): void {
  const { bytes } = work;
  const body = at + HEADER;
  const { guid, tokens, names, createContexts, dialects = false, contexts = false } = buffers;
  const within = (place: number, take: (from: number, length: number) => void): void => {
    const [from, length] = [at + bytes.readUInt16LE(body + place), bytes.readUInt16LE(body + place + 2)];
    if (from >= body && from + length <= end) take(from, length);
  };
  const replaceNamed = createContexts === undefined ? replaceName : replaceFileName;
  if (guid !== undefined) {
    work.out.fill(0, body + guid, body + guid + 16);
    replaceIdentifier(work, body + guid, 16);
  }
  if (tokens !== undefined) within(tokens, (from, length) => replaceToken(work, from, length));
  if (names !== undefined) within(names, (from, length) => replaceNamed(work, from, length));
  if (createContexts !== undefined)
    replaceCreateContexts(work, at + bytes.readUInt32LE(body + createContexts), body, end);
  if (dialects) keep(work, body + 36, Math.min(body + 36 + 2 * bytes.readUInt16LE(body + 2), end));
  if (contexts) replaceNegotiateContexts(work, at, end, dialects);
}

/** [MS-SMB2] 2.2.13.2: the chain and the tags of four letters stay, what they hold goes. */
function replaceCreateContexts(work: SmbWork, from: number, body: number, end: number): void {
  const { bytes } = work;
  for (let at = from; at >= body && at + 16 <= end; ) {
    keep(work, at, at + 16);
    const name = at + bytes.readUInt16LE(at + 4);
    if (bytes.readUInt16LE(at + 6) === 4 && name + 4 <= end) keep(work, name, name + 4);
    const next = bytes.readUInt32LE(at);
    if (next < 16) return;
    at += next;
  }
}

const SMB_3_1_1 = 0x0311;
/** [MS-SMB2] 2.2.3.1: SMB2_PREAUTH_INTEGRITY_CAPABILITIES has a salt, SMB2_NETNAME_NEGOTIATE_CONTEXT_ID a name. */
const [PREAUTH_INTEGRITY, NETNAME] = [1, 5];
/** [MS-SMB2] 2.2.3.1.1 to 2.2.3.1.7: octets before the identifiers of two octets that a context lists, by its type. */
const LISTS: ReadonlyMap<number, number> = new Map([
  [PREAUTH_INTEGRITY, 4],
  [2, 2],
  [3, 8],
  [6, 4],
  [7, 8],
  [8, 2],
]);
const TRANSPORT = 6;
const MOST_IDENTIFIERS = 16;

function replaceNegotiateContexts(work: SmbWork, at: number, end: number, request: boolean): void {
  const { bytes } = work;
  const body = at + HEADER;
  if (!request && bytes.readUInt16LE(body + 4) !== SMB_3_1_1) return;
  // In requests of older dialects a time stands there.
  if (request && !hasDialect(bytes, body, end)) return;
  const offset = bytes.readUInt32LE(body + (request ? 28 : 60));
  let count = bytes.readUInt16LE(body + (request ? 32 : 6));
  for (let each = at + offset; count > 0 && each >= body && each + 8 <= end; count--) {
    const length = bytes.readUInt16LE(each + 2);
    if (each + 8 + length > end) return;
    replaceNegotiateContext(work, each, length);
    each += 8 + ((length + 7) & ~7);
  }
}

function hasDialect(bytes: Buffer, body: number, end: number): boolean {
  for (let at = body + 36, left = bytes.readUInt16LE(body + 2); left > 0 && at + 2 <= end; at += 2, left--)
    if (bytes.readUInt16LE(at) === SMB_3_1_1) return true;
  return false;
}

function replaceNegotiateContext(work: SmbWork, at: number, length: number): void {
  const data = at + 8;
  const type = work.bytes.readUInt16LE(at);
  keep(work, at, at + 4);
  if (type === NETNAME) return replaceName(work, data, length);
  const head = LISTS.get(type);
  if (head === undefined || length < head) return;
  const listed = type === TRANSPORT ? 0 : Math.min(work.bytes.readUInt16LE(data), MOST_IDENTIFIERS);
  const salt = data + head + 2 * listed;
  keep(work, data, Math.min(salt, data + length));
  if (type === PREAUTH_INTEGRITY && salt < data + length) replaceIdentifier(work, salt, data + length - salt);
}

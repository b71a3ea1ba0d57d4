import {
  SMB_ANDX_COMMANDS,
  SMB_COM,
  SMB_FLAGS_REPLY,
  SMB_FLAGS2_UNICODE,
  SMB_Header,
  SMB_NO_ANDX,
} from '../../../codec/smb/index.js';
import { keep } from '../rewriting.js';
import { replaceLm, replaceNt } from '../tokens/ntlm.js';
import { replaceFileName, replaceIdentifier, replaceName, replaceToken, type SmbWork } from './texts.js';

/** One command of a message: where its words and its octets are. */
interface Block {
  readonly work: SmbWork;
  /** Where the SMB header stands, from which alignment counts. */
  readonly header: number;
  readonly words: number;
  readonly count: number;
  readonly octets: number;
  readonly end: number;
  readonly unicode: boolean;
}

const HEADER = SMB_Header.size;
const EXTENDED_SECURITY = 0x80000000;

/** Rewrites a message of SMB1 that starts at `from`: header and words stay, names are replaced, the rest is zero. */
export function replaceSmb1(work: SmbWork, from: number): void {
  const { bytes } = work;
  if (from + HEADER > bytes.length) return;
  keep(work, from, from + 14);
  keep(work, from + 22, from + HEADER);
  const reply = ((bytes[from + 9] as number) & SMB_FLAGS_REPLY) !== 0;
  const unicode = (bytes.readUInt16LE(from + 10) & SMB_FLAGS2_UNICODE) !== 0;
  let command = bytes[from + 4] as number;
  for (let at = from + HEADER; at < bytes.length; ) {
    const words = at + 1;
    const count = bytes[at] as number;
    const octets = words + 2 * count + 2;
    keep(work, at, words + 2 * Math.min(count, MOST_WORDS.get(command) ?? 0));
    keep(work, octets - 2, octets);
    if (octets > bytes.length) return;
    const end = Math.min(octets + bytes.readUInt16LE(octets - 2), bytes.length);
    (reply ? ANSWERS : REQUESTS).get(command)?.({ work, header: from, words, count, octets, end, unicode });
    if (!SMB_ANDX_COMMANDS.has(command) || count < 2) return;
    const next = from + bytes.readUInt16LE(words + 2);
    if (bytes[words] === SMB_NO_ANDX || next <= at) return;
    command = bytes[words] as number;
    at = next;
  }
}

/**
 * [MS-CIFS] 2.2.4, [MS-SMB] 2.2.4: words of the commands that are read here, of requests and responses, as far as they are
 * numbers. A response to NT_CREATE_ANDX may have identifiers behind them.
 */
const MOST_WORDS: ReadonlyMap<number, number> = new Map([
  [SMB_COM.OPEN, 7],
  [SMB_COM.CLOSE, 3],
  [SMB_COM.READ, 5],
  [SMB_COM.WRITE, 5],
  [SMB_COM.TRANSACTION, 17],
  [SMB_COM.TRANSACTION_SECONDARY, 9],
  [SMB_COM.OPEN_ANDX, 19],
  [SMB_COM.READ_ANDX, 12],
  [SMB_COM.WRITE_ANDX, 14],
  [SMB_COM.TREE_CONNECT, 2],
  [SMB_COM.NEGOTIATE, 17],
  [SMB_COM.SESSION_SETUP_ANDX, 13],
  [SMB_COM.LOGOFF_ANDX, 2],
  [SMB_COM.TREE_CONNECT_ANDX, 7],
  [SMB_COM.NT_CREATE_ANDX, 34],
]);

type Replace = (block: Block) => void;

const word = ({ work, words, count }: Block, index: number): number =>
  index < count ? work.bytes.readUInt16LE(words + 2 * index) : 0;

/** Strings from `from` to the end of the octets, with whatever separates them. */
function replaceStrings({ work, header, end, unicode }: Block, from: number, replace = replaceName): void {
  const start = unicode ? from + ((from - header) & 1) : from;
  if (start < end) replace(work, start, end - start, !unicode);
}

/** The name stands first, behind an octet of format in the oldest commands. */
const strings =
  (before: number, replace = replaceName): Replace =>
  (block) => {
    keep(block.work, block.octets, Math.min(block.octets + before, block.end));
    replaceStrings(block, block.octets + before, replace);
  };

/** [MS-CIFS] 2.2.4.52.1: dialects, which all peers have in common. */
const replaceDialects: Replace = ({ work, octets, end }) => {
  const text = work.bytes.toString('latin1', octets, end);
  if (text.split('\0').every((each) => each === '' || DIALECTS.has(each.slice(1)))) keep(work, octets, end);
};

const DIALECTS: ReadonlySet<string> = new Set([
  'PC NETWORK PROGRAM 1.0',
  'MICROSOFT NETWORKS 1.03',
  'MICROSOFT NETWORKS 3.0',
  'LANMAN1.0',
  'LANMAN2.1',
  'LM1.2X002',
  'DOS LM1.2X002',
  'DOS LANMAN2.1',
  'Windows for Workgroups 3.1a',
  'Samba',
  'NT LANMAN 1.0',
  'NT LM 0.12',
  'SMB 2.002',
  'SMB 2.???',
]);

/** [MS-SMB] 2.2.4.5.2: a GUID and a token with extended security; else the challenge, then domain and server. */
const replaceNegotiated: Replace = (block) => {
  const { work, words, count, octets, end } = block;
  if (count !== 17) return;
  const extended = (work.bytes.readUInt32LE(words + 19) & EXTENDED_SECURITY) !== 0;
  if (extended) {
    replaceIdentifier(work, octets, 16);
    if (octets + 16 < end) replaceToken(work, octets + 16, end - octets - 16);
    return;
  }
  const challenge = work.bytes[words + 33] as number;
  if (octets + challenge <= end) replaceIdentifier(work, octets, challenge);
  // [MS-CIFS] 2.2.4.52.2: not aligned.
  if (octets + challenge < end) replaceName(work, octets + challenge, end - octets - challenge, !block.unicode);
};

/** [MS-SMB] 2.2.4.6.1 and [MS-CIFS] 2.2.4.53.1: a token, or both responses; then names. */
const replaceSetup: Replace = (block) => {
  const { work, count, octets, end } = block;
  if (count === 12) return replaceBlob(block, word(block, 7));
  const [lm, nt] = count === 13 ? [word(block, 7), word(block, 8)] : [word(block, 7), 0];
  if (octets + lm + nt > end) return;
  keep(work, octets, octets + lm + nt);
  replaceLm(work.names, work.out.subarray(octets, octets + lm));
  replaceNt(work.names, work.tally, work.out.subarray(octets + lm, octets + lm + nt));
  replaceStrings(block, octets + lm + nt);
};

const replaceSetUp: Replace = (block) => replaceBlob(block, block.count === 4 ? word(block, 3) : 0);

function replaceBlob(block: Block, length: number): void {
  const { work, octets, end } = block;
  if (octets + length > end) return;
  replaceToken(work, octets, length);
  replaceStrings(block, octets + length);
}

/** [MS-CIFS] 2.2.4.55.1: password, path, and the service in octets. */
const replaceTree: Replace = (block) => {
  const { work, octets, end } = block;
  const password = word(block, 3);
  if (octets + password > end) return;
  if (password > 1) work.out.set(work.names.secret(work.bytes.subarray(octets, octets + password)), octets);
  const service = serviceAt(work.bytes, octets + password, end);
  replaceStrings({ ...block, end: service }, octets + password);
  keep(work, service, end);
};

/** The service is one of five words, and the last. */
function serviceAt(bytes: Buffer, from: number, end: number): number {
  const [found] = /(\?\?\?\?\?|A:|LPT1:|IPC|COMM)\0?$/.exec(bytes.toString('latin1', from, end)) ?? [];
  return end - (found?.length ?? 0);
}

const replaceConnected: Replace = (block) => {
  const { work, octets, end } = block;
  const zero = work.bytes.indexOf(0, octets);
  if (zero < 0 || zero >= end || !SERVICES.has(work.bytes.toString('latin1', octets, zero))) return;
  keep(work, octets, zero + 1);
  replaceStrings(block, zero + 1);
};

const SERVICES: ReadonlySet<string> = new Set(['A:', 'LPT1:', 'IPC', 'COMM']);

/** [MS-CIFS] 2.2.4.33.1: the name of what it is for; parameters and data go but for what belongs to a pipe. */
const replaceTransaction: Replace = (block) => {
  const { work, octets, end, unicode } = block;
  const start = unicode ? octets + ((octets - block.header) & 1) : octets;
  const unit = unicode ? 2 : 1;
  let zero = start;
  while (zero + unit <= end && !(work.bytes[zero] === 0 && work.bytes[zero + unit - 1] === 0)) zero += unit;
  if (zero > start) replaceName(work, start, zero - start, !unicode);
};

const REQUESTS: ReadonlyMap<number, Replace> = new Map<number, Replace>([
  [SMB_COM.NEGOTIATE, replaceDialects],
  [SMB_COM.SESSION_SETUP_ANDX, replaceSetup],
  [SMB_COM.TREE_CONNECT_ANDX, replaceTree],
  [SMB_COM.TREE_CONNECT, strings(1)],
  [SMB_COM.NT_CREATE_ANDX, strings(0, replaceFileName)],
  [SMB_COM.OPEN_ANDX, strings(0, replaceFileName)],
  [SMB_COM.OPEN, strings(1, replaceFileName)],
  [SMB_COM.TRANSACTION, replaceTransaction],
  // Format and length in front of the data of pipes.
  [SMB_COM.WRITE, ({ work, octets, end }) => keep(work, octets, Math.min(octets + 3, end))],
]);

const ANSWERS: ReadonlyMap<number, Replace> = new Map<number, Replace>([
  [SMB_COM.NEGOTIATE, replaceNegotiated],
  [SMB_COM.SESSION_SETUP_ANDX, replaceSetUp],
  [SMB_COM.TREE_CONNECT_ANDX, replaceConnected],
  [SMB_COM.READ, ({ work, octets, end }) => keep(work, octets, Math.min(octets + 3, end))],
]);

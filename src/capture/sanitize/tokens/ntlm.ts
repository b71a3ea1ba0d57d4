import { asBuffer } from '../../../codec/bytes.js';
import { CodecError } from '../../../codec/error.js';
import {
  AV_ID,
  AV_TEXTS,
  type AvPair,
  decodeAvPairs,
  decodeNtlmMessage,
  decodeNtlmV2Response,
  hasFlag,
  isNtlmV2,
  type NtlmMessage,
  type PayloadItem,
} from '../../../codec/ntlm/index.js';
import { replaceText } from '../pseudonyms/octets.js';
import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { Tally } from '../tally.js';

/** [MS-NLMP] 2.2.1: Signature and MessageType. */
const HEAD = 12;
const UNREADABLE = 'tokens that could not be read';

/** The state of NTLM that one message does not tell: whether the names of an AUTHENTICATE_MESSAGE are in Unicode. */
export interface NtlmHandshake {
  unicode?: boolean;
}

/** Rewrites an NTLM message in place. Gives the rewritten message, of whose octets its fields are views. */
export function replaceNtlm(
  names: Pseudonyms,
  tally: Tally,
  token: Uint8Array,
  handshake: NtlmHandshake = {},
): NtlmMessage | undefined {
  try {
    const message = decodeNtlmMessage(token);
    for (const { bytes } of message.gaps ?? []) tally.zero(bytes, UNREADABLE);
    if (message.MessageType === 1) {
      text(names, message.DomainName, false);
      text(names, message.Workstation, false);
    } else if (message.MessageType === 2) {
      handshake.unicode = hasFlag(message.NegotiateFlags, 'NTLMSSP_NEGOTIATE_UNICODE');
      text(names, message.TargetName, handshake.unicode);
      message.ServerChallenge.set(names.identifier(message.ServerChallenge));
      message.Reserved?.fill(0);
      pairsIn(names, tally, message.TargetInfo?.bytes);
    } else {
      const unicode = handshake.unicode ?? hasFlag(message.NegotiateFlags ?? 1, 'NTLMSSP_NEGOTIATE_UNICODE');
      for (const item of [message.DomainName, message.UserName, message.Workstation]) text(names, item, unicode);
      replaceLm(names, message.LmChallengeResponse?.bytes);
      replaceNt(names, tally, message.NtChallengeResponse?.bytes);
      secret(names, message.EncryptedRandomSessionKey?.bytes);
      secret(names, message.MIC);
    }
    return message;
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    replaceUnreadable(names, tally, token);
    return undefined;
  }
}

interface Header {
  /** Where its Fields stand, each a length, a size and an offset. */
  readonly fields: readonly number[];
  /** What every version of the message has; the payload of old ones begins there. */
  readonly least: number;
  readonly end: number;
}

/** [MS-NLMP] 2.2.1: the headers of messages by type, without Version and MIC. */
const HEADERS: Readonly<Record<number, Header>> = {
  1: { fields: [16, 24], least: 16, end: 32 },
  2: { fields: [12, 40], least: 32, end: 48 },
  3: { fields: [12, 20, 28, 36, 44, 52], least: 52, end: 64 },
};

/** The parts of the header that make a message unreadable stay, so that it is still unreadable. */
function replaceUnreadable(names: Pseudonyms, tally: Tally, token: Uint8Array): void {
  const before = Buffer.from(token);
  const type = before[8] as number;
  const header = HEADERS[type];
  tally.zero(token.subarray(HEAD), UNREADABLE);
  if (header === undefined || before.length <= HEAD) return;
  token.set(before.subarray(HEAD, headerEnd(header, before)), HEAD);
  if (type !== 2) return;
  token.fill(0, 24, 40);
  if (before.length >= 32) token.set(names.identifier(before.subarray(24, 32)), 24);
}

/**
 * Where the payload begins at the earliest. A Field that points past the message may mean octets anywhere, so that only
 * what every version has is a header then; so it is where nothing shows a longer one.
 */
function headerEnd({ fields, least, end }: Header, message: Buffer): number {
  let first = message.length;
  let shown = false;
  let past = false;
  for (const at of fields) {
    if (at + 8 > Math.min(first, message.length)) break;
    const offset = message.readUInt32LE(at + 4);
    if (message.readUInt16LE(at) === 0) continue;
    shown = true;
    past ||= offset > message.length;
    first = Math.min(first, Math.max(offset, HEAD));
  }
  return Math.min(first, shown && !past ? end : least);
}

function text(names: Pseudonyms, item: PayloadItem | undefined, unicode: boolean): void {
  if (item !== undefined) replaceText(names, item.bytes, unicode ? 'utf16le' : 'octets');
}

const secret = (names: Pseudonyms, octets: Uint8Array | undefined): void => octets?.set(names.secret(octets));

/** [MS-NLMP] 2.2.2.3: with extended session security a nonce of the client and 16 zeros, which say so. */
export function replaceLm(names: Pseudonyms, lm: Uint8Array | undefined): void {
  if (lm === undefined) return;
  const nonce = lm.length === 24 && lm.subarray(8).every((octet) => octet === 0);
  secret(names, nonce ? lm.subarray(0, 8) : lm);
}

export function replaceNt(names: Pseudonyms, tally: Tally, nt: Uint8Array | undefined): void {
  if (nt === undefined) return;
  if (!isNtlmV2(nt)) return secret(names, nt);
  const { Response, ClientChallenge } = readNt(nt) ?? {};
  if (Response === undefined || ClientChallenge === undefined) return tally.zero(nt, UNREADABLE);
  secret(names, Response);
  secret(names, ClientChallenge.ChallengeFromClient);
  asBuffer(nt).fill(0, 18, 24);
  asBuffer(nt).fill(0, 40, 44);
  replacePairs(names, tally, ClientChallenge.AvPairs.pairs);
  tally.zero(ClientChallenge.AvPairs.trailing, UNREADABLE);
}

function readNt(nt: Uint8Array): ReturnType<typeof decodeNtlmV2Response> | undefined {
  try {
    return decodeNtlmV2Response(nt);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

function pairsIn(names: Pseudonyms, tally: Tally, octets: Uint8Array | undefined): void {
  if (octets === undefined) return;
  try {
    const { pairs, trailing } = decodeAvPairs(octets);
    replacePairs(names, tally, pairs);
    tally.zero(trailing, UNREADABLE);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    tally.zero(octets, UNREADABLE);
  }
}

/** [MS-NLMP] 2.2.2.1: flags and times stay, names are replaced; of the others nothing is left but their length. */
function replacePairs(names: Pseudonyms, tally: Tally, pairs: readonly AvPair[]): void {
  for (const { AvId, Value } of pairs) {
    if (AV_TEXTS.has(AvId)) replaceText(names, Value, 'utf16le');
    else if (AvId === AV_ID.MsvAvChannelBindings) secret(names, Value);
    else if (!(KEPT.has(AvId) && Value.length <= 8)) tally.zero(Value, 'octets of NTLM that name nobody');
  }
}

const KEPT: ReadonlySet<number> = new Set([AV_ID.MsvAvEOL, AV_ID.MsvAvFlags, AV_ID.MsvAvTimestamp]);

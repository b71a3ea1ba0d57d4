import {
  type AuthenticateMessage,
  type AvPair,
  type Charset,
  decodeNtlmV2Response,
  findOverlap,
  isNtlmV2,
  type MessageForm,
  MIC_LENGTH,
  MIC_OFFSET,
  type NtlmV2Response,
  type PayloadItem,
  repeatedAvId,
  textOf,
} from '../../codec/ntlm/index.js';
import { hmacMd5 } from '../crypto/hash.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';

/** Refuses a message two of whose items share octets: no reader could say which of them is meant. */
export function requireNoOverlap(name: string, message: MessageForm): void {
  const items = Object.fromEntries(Object.entries(message).filter(([, value]) => isItem(value))) as Record<
    string,
    PayloadItem
  >;
  const overlap = findOverlap(message.headerLength ?? 0, items);
  if (overlap !== undefined) throw new SecurityError('BAD_TOKEN', `${name}: ${overlap}`);
}

const isItem = (value: unknown): value is PayloadItem =>
  typeof value === 'object' && value !== null && 'maxLength' in value;

export function requireNoRepeat(pairs: readonly AvPair[]): void {
  const id = repeatedAvId(pairs);
  if (id !== undefined) throw new SecurityError('BAD_TOKEN', `AvId ${id} stands twice among the AV pairs`);
}

export const textItem = (item: PayloadItem | undefined, charset: Charset, name: string): string =>
  item === undefined ? '' : decoded(() => textOf(item.bytes, charset, name));

export const itemBytes = (item: PayloadItem | undefined): Uint8Array => item?.bytes ?? new Uint8Array(0);

export function ntlmV2Of(message: AuthenticateMessage): NtlmV2Response | undefined {
  const nt = itemBytes(message.NtChallengeResponse);
  return isNtlmV2(nt) ? decoded(() => decodeNtlmV2Response(nt)) : undefined;
}

/** [MS-NLMP] 3.2.5.1.2: what a client sends that wants to be nobody. */
export function isAnonymous(message: AuthenticateMessage): boolean {
  const lm = itemBytes(message.LmChallengeResponse);
  const noName = itemBytes(message.UserName).length === 0;
  return (
    noName &&
    itemBytes(message.NtChallengeResponse).length === 0 &&
    (lm.length === 0 || (lm.length === 1 && lm[0] === 0))
  );
}

/** [MS-NLMP] 3.1.5.1.2: over all three messages as they were sent, the MIC itself zero. */
export function handshakeMic(
  exportedSessionKey: Uint8Array,
  negotiate: Uint8Array,
  challenge: Uint8Array,
  authenticate: Uint8Array,
): Buffer {
  const withoutMic = Buffer.from(authenticate);
  withoutMic.fill(0, MIC_OFFSET, MIC_OFFSET + MIC_LENGTH);
  return hmacMd5(exportedSessionKey, negotiate, challenge, withoutMic);
}

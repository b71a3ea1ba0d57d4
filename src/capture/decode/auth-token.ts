import { CodecError } from '../../codec/error.js';
import { FILETIME_OF_1970 } from '../../codec/filetime.js';
import {
  type AvName,
  type AvPair,
  avText,
  avTimestamp,
  type ChallengeMessage,
  decodeAvPairs,
  decodeNtlmMessage,
  hasFlag,
  isNtlm,
  type NtlmMessage,
  negotiateFlagNames,
  textOf,
} from '../../codec/ntlm/index.js';
import { type AuthVerifier, RPC_C_AUTHN } from '../../codec/rpce/index.js';
import { readNegFields } from '../../codec/spnego/index.js';
import { SecurityError } from '../../security/error.js';
import type { HeardMessage } from '../../security/index.js';
import { itemBytes, ntlmV2Of } from '../../security/ntlm/tokens.js';
import { type KerberosToken, kerberosToken } from './kerberos-token.js';

/** What the NTLM message of a handshake says, in the terms of [MS-NLMP] 2.2.1; absent members are left out. */
export interface AuthToken {
  readonly message: 'NEGOTIATE_MESSAGE' | 'CHALLENGE_MESSAGE' | 'AUTHENTICATE_MESSAGE';
  readonly NegotiateFlags: readonly string[];
  readonly TargetName?: string;
  readonly ServerChallenge?: string;
  /** The texts among the AV_PAIRs, by their names. */
  readonly TargetInfo?: Readonly<Record<string, string>>;
  /** Of the server's clock, or of the client's response: ISO 8601 in UTC. */
  readonly MsvAvTimestamp?: string;
  /** [MS-NLMP] 2.2.2.10: major, minor and build of Windows, which others send too. */
  readonly VERSION?: string;
  readonly DomainName?: string;
  readonly UserName?: string;
  readonly Workstation?: string;
}

/**
 * The message of NTLM or Kerberos in a token, by itself or in SPNEGO, or what is wrong with it; undefined for any other
 * token. Responses, keys and what is encrypted are left out, since a password can be guessed from them. `heard` is what
 * was read in the token before.
 */
export function authToken(
  { auth_type, auth_value }: AuthVerifier,
  heard?: HeardMessage,
): AuthToken | KerberosToken | { readonly error: string } | undefined {
  if (heard?.mechanism === 'NTLM' && (isNtlm(auth_value) || auth_type === RPC_C_AUTHN.GSS_NEGOTIATE))
    return readable(() => fieldsOf(heard.message));
  const octets = isNtlm(auth_value) || auth_type !== RPC_C_AUTHN.GSS_NEGOTIATE ? auth_value : insideSpnego(auth_value);
  if (octets === undefined || octets.length === 0) return undefined;
  return readable(() => {
    if (isNtlm(octets)) return fieldsOf(decodeNtlmMessage(octets));
    return auth_type === RPC_C_AUTHN.GSS_NEGOTIATE || auth_type === RPC_C_AUTHN.GSS_KERBEROS
      ? kerberosToken(octets)
      : undefined;
  });
}

function readable<T>(read: () => T): T | { readonly error: string } {
  try {
    return read();
  } catch (error) {
    // The token is the peer's to refuse; the PDU around it is decoded all the same.
    if (error instanceof CodecError || error instanceof SecurityError) return { error: error.message };
    throw error;
  }
}

function insideSpnego(token: Uint8Array): Uint8Array | undefined {
  try {
    const message = readNegFields(token);
    return message.kind === 'NegTokenInit' ? message.mechToken : message.responseToken;
  } catch (error) {
    // Kerberos comes without SPNEGO around it too.
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

const MESSAGES = { 1: 'NEGOTIATE_MESSAGE', 2: 'CHALLENGE_MESSAGE', 3: 'AUTHENTICATE_MESSAGE' } as const;

function fieldsOf(message: NtlmMessage): AuthToken {
  const flags = message.NegotiateFlags ?? 0;
  const head = { message: MESSAGES[message.MessageType], NegotiateFlags: negotiateFlagNames(flags) };
  // [MS-NLMP] 2.2.1.1: the names of a NEGOTIATE_MESSAGE are in the OEM character set, whatever it proposes.
  if (message.MessageType === 1) return { ...head, ...versionOf(message, flags) };
  const text = (item: Parameters<typeof itemBytes>[0]): string =>
    textOf(itemBytes(item), hasFlag(flags, 'NTLMSSP_NEGOTIATE_UNICODE') ? 'unicode' : 'oem');
  if (message.MessageType === 2)
    return {
      ...head,
      TargetName: text(message.TargetName),
      ServerChallenge: Buffer.from(message.ServerChallenge).toString('hex'),
      TargetInfo: targetInfo(message),
      ...timestampOf(decodeAvPairs(itemBytes(message.TargetInfo)).pairs),
      ...versionOf(message, flags),
    };
  const { DomainName, UserName, Workstation } = message;
  const pairs = ntlmV2Of(message)?.ClientChallenge.AvPairs.pairs ?? [];
  const names = { DomainName: text(DomainName), UserName: text(UserName), Workstation: text(Workstation) };
  return { ...head, ...names, ...timestampOf(pairs), ...versionOf(message, flags) };
}

const LAST_DATE = 8_640_000_000_000_000n;

function timestampOf(pairs: readonly AvPair[]): Pick<AuthToken, 'MsvAvTimestamp'> {
  const time = avTimestamp(pairs);
  if (time === undefined) return {};
  const milliseconds = (time - FILETIME_OF_1970) / 10_000n;
  // A number that is no date is shown as a number.
  if (milliseconds > LAST_DATE) return { MsvAvTimestamp: `0x${time.toString(16)}` };
  return { MsvAvTimestamp: new Date(Number(milliseconds)).toISOString() };
}

function versionOf({ Version }: NtlmMessage, flags: number): Pick<AuthToken, 'VERSION'> {
  if (Version === undefined || !hasFlag(flags, 'NTLMSSP_NEGOTIATE_VERSION')) return {};
  return { VERSION: `${Version.ProductMajorVersion}.${Version.ProductMinorVersion}.${Version.ProductBuild}` };
}

const TEXTS: readonly AvName[] = [
  'MsvAvNbComputerName',
  'MsvAvNbDomainName',
  'MsvAvDnsComputerName',
  'MsvAvDnsDomainName',
  'MsvAvDnsTreeName',
];

function targetInfo({ TargetInfo }: ChallengeMessage): Record<string, string> {
  const { pairs } = decodeAvPairs(itemBytes(TargetInfo));
  const texts = TEXTS.map((name) => [name, avText(pairs, name)] as const);
  return Object.fromEntries(texts.filter((pair): pair is readonly [AvName, string] => pair[1] !== undefined));
}

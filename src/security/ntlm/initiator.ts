import { knownOptions, type OptionNames } from '../../codec/known-options.js';
import {
  AV_EOL,
  AV_FLAGS,
  AV_ID,
  type AvPair,
  type AvPairs,
  avFlags,
  avPair,
  avTimestamp,
  avValue,
  bytesOfText,
  type ChallengeMessage,
  type Charset,
  decodeAvPairs,
  decodeChallenge,
  encodeAuthenticate,
  encodeClientChallenge,
  encodeNegotiate,
  hasFlag,
  MIC_OFFSET,
  NEGOTIATE,
  type NegotiateFlag,
  negotiateFlags,
  Single_Host_Data,
  type Version,
} from '../../codec/ntlm/index.js';
import { RPC_C_AUTHN_LEVEL } from '../../codec/status/authn.js';
import { md5 } from '../crypto/hash.js';
import { rc4 } from '../crypto/rc4.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import { fileTime } from '../filetime.js';
import type { InitiatorProvider, Leg, Milliseconds, RandomBytes } from '../provider.js';
import type { Secret } from '../secret.js';
import { requireSessionSecurity } from './challenge.js';
import { NTLM_AUTH_TYPE, NTLM_OIDS, NtlmContext } from './context.js';
import { ntowfV2 } from './keys.js';
import { type NtlmClientPolicy, WINDOWS_CLIENT_POLICY } from './policy.js';
import { computeV1, computeV2, type Responses } from './responses.js';
import { handshakeMic, itemBytes, requireNoOverlap, requireNoRepeat } from './tokens.js';

/** Who logs on. Without a secret the client is anonymous. */
export interface NtlmCredentials {
  readonly domain?: string;
  readonly user: string;
  readonly secret: Secret;
}

/** How NTLM initiates, [MS-NLMP] 3.1. */
export interface NtlmInitiatorOptions {
  /** Absent: a null session. */
  readonly credentials?: NtlmCredentials;
  readonly random: RandomBytes;
  /** Workstation of the AUTHENTICATE_MESSAGE. */
  readonly workstation?: string;
  /** What differs from a Windows client as it is installed. */
  readonly policy?: Partial<NtlmClientPolicy>;
  /** VERSION of NEGOTIATE and AUTHENTICATE, [MS-NLMP] 2.2.2.10; that of Windows where absent. */
  readonly version?: Version;
  /** ClientChannelBindingsUnhashed, [MS-NLMP] 3.1.1.2. RPC over TCP has none. */
  readonly channelBindings?: Uint8Array;
  /** UnverifiedTargetName, [MS-NLMP] 3.1.1.2. */
  readonly unverifiedTarget?: boolean;
  /** False: a client from before the MIC, which Windows servers still take. */
  readonly mic?: boolean;
  /** Flags that are asked for, instead of those of Windows at this level. */
  readonly flags?: (level: number) => readonly NegotiateFlag[];
}

/** Windows 10 2004. */
export const CLIENT_VERSION: Version = {
  ProductMajorVersion: 10,
  ProductMinorVersion: 0,
  ProductBuild: 19041,
  Reserved: Buffer.alloc(3),
  NTLMRevisionCurrent: 15,
};

/** 0xe2088297: what Windows asks for at every level, SIGN even at CONNECT; PKT_PRIVACY adds SEAL. */
export const windowsFlags = (level: number): readonly NegotiateFlag[] => [
  'NTLMSSP_NEGOTIATE_UNICODE',
  'NTLM_NEGOTIATE_OEM',
  'NTLMSSP_REQUEST_TARGET',
  'NTLMSSP_NEGOTIATE_SIGN',
  'NTLMSSP_NEGOTIATE_LM_KEY',
  'NTLMSSP_NEGOTIATE_NTLM',
  'NTLMSSP_NEGOTIATE_ALWAYS_SIGN',
  'NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY',
  'NTLMSSP_NEGOTIATE_VERSION',
  'NTLMSSP_NEGOTIATE_128',
  'NTLMSSP_NEGOTIATE_KEY_EXCH',
  'NTLMSSP_NEGOTIATE_56',
  ...(level >= RPC_C_AUTHN_LEVEL.PKT_PRIVACY ? (['NTLMSSP_NEGOTIATE_SEAL'] as const) : []),
];

const OPTIONS: OptionNames<NtlmInitiatorOptions> = {
  ...{ credentials: true, random: true, workstation: true, policy: true, version: true, channelBindings: true },
  ...{ unverifiedTarget: true, mic: true, flags: true },
};

/** NTLM as a client uses it. */
export function ntlmInitiator(options: NtlmInitiatorOptions): InitiatorProvider {
  knownOptions('ntlmInitiator', options, OPTIONS);
  const policy = { ...WINDOWS_CLIENT_POLICY, ...options.policy };
  // MachineID is chosen once, at the start of the machine ([MS-NLMP] 2.2.2.2).
  const machineId = options.random(32);
  return {
    authType: NTLM_AUTH_TYPE,
    oids: NTLM_OIDS,
    initiate: ({ level, target }) => new NtlmInitiator({ ...options, policy, machineId, level, target }),
  };
}

interface Setup extends NtlmInitiatorOptions {
  readonly policy: NtlmClientPolicy;
  readonly machineId: Uint8Array;
  readonly level: number;
  readonly target: string | undefined;
}

/** [MS-NLMP] 3.1.5.1: NEGOTIATE out, CHALLENGE in, AUTHENTICATE out. */
class NtlmInitiator extends NtlmContext {
  readonly role = 'initiator';
  readonly #setup: Setup;
  #negotiate: Uint8Array | undefined;

  constructor(setup: Setup) {
    super();
    this.#setup = setup;
  }

  protected leg(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (this.#negotiate === undefined) {
      if (token !== undefined && token.length > 0)
        throw new SecurityError('BAD_TOKEN', 'NTLM: the server spoke before the client');
      this.#negotiate = this.#start();
      return { token: this.#negotiate, done: false };
    }
    if (token === undefined) throw new SecurityError('BAD_TOKEN', 'NTLM: the server sent no CHALLENGE_MESSAGE');
    return { token: this.#answer(token, this.#negotiate, now), done: true };
  }

  /** [MS-NLMP] 3.1.5.1.1. */
  #start(): Buffer {
    const { flags, level, policy, version = CLIENT_VERSION } = this.#setup;
    this.flags = negotiateFlags(...(flags ?? windowsFlags)(level));
    // LmCompatibilityLevel 0 never uses extended session security.
    if (policy.lmCompatibilityLevel === 0) this.flags &= ~NEGOTIATE.NTLMSSP_NEGOTIATE_EXTENDED_SESSIONSECURITY;
    this.flags >>>= 0;
    const hasVersion = hasFlag(this.flags, 'NTLMSSP_NEGOTIATE_VERSION');
    const none = { bytes: new Uint8Array(0), offset: 0 };
    return encodeNegotiate({
      NegotiateFlags: this.flags,
      DomainName: none,
      Workstation: none,
      ...(hasVersion ? { Version: version } : {}),
    });
  }

  /** [MS-NLMP] 3.1.5.1.2. */
  #answer(token: Uint8Array, negotiate: Uint8Array, now: Milliseconds): Buffer {
    const challenge = decoded(() => decodeChallenge(token));
    requireNoOverlap('CHALLENGE_MESSAGE', challenge);
    const info = decoded(() => decodeAvPairs(itemBytes(challenge.TargetInfo)));
    requireNoRepeat(info.pairs);
    const flags = this.#acceptFlags(challenge);
    const responses = this.#respond(challenge, info, flags, now);
    const exchanges =
      hasFlag(flags, 'NTLMSSP_NEGOTIATE_KEY_EXCH') &&
      (hasFlag(flags, 'NTLMSSP_NEGOTIATE_SIGN') || hasFlag(flags, 'NTLMSSP_NEGOTIATE_SEAL'));
    const key = exchanges ? Buffer.from(this.#setup.random(16)) : responses.keyExchangeKey;
    const authenticate = this.#authenticate(
      flags,
      responses,
      exchanges ? rc4(responses.keyExchangeKey, key) : undefined,
    );
    const mic = this.#announcesMic(info);
    if (this.#setup.mic !== false) authenticate.set(handshakeMic(key, negotiate, token, authenticate), MIC_OFFSET);
    this.establish({ flags, exportedSessionKey: key, mic });
    return authenticate;
  }

  /** What the server chose, of what was asked for; refused where that is weaker than the client's policy. */
  #acceptFlags({ NegotiateFlags: chosen }: ChallengeMessage): number {
    const { policy, level, credentials } = this.#setup;
    if (!hasFlag(chosen, 'NTLMSSP_NEGOTIATE_UNICODE') && !hasFlag(chosen, 'NTLM_NEGOTIATE_OEM'))
      throw new SecurityError('BAD_TOKEN', 'the server chose neither Unicode nor an OEM character set');
    let flags = (chosen & (this.flags | NEGOTIATE.NTLMSSP_NEGOTIATE_TARGET_INFO)) >>> 0;
    requireSessionSecurity(flags, policy.minimumSessionSecurity, 'the server did not choose');
    this.#requireFlag(flags, level >= RPC_C_AUTHN_LEVEL.PKT_PRIVACY, 'NTLMSSP_NEGOTIATE_SEAL');
    this.#requireFlag(flags, level >= RPC_C_AUTHN_LEVEL.CALL, 'NTLMSSP_NEGOTIATE_SIGN');
    if (credentials === undefined) flags |= NEGOTIATE.NTLMSSP_ANONYMOUS;
    return flags >>> 0;
  }

  #requireFlag(flags: number, needed: boolean, name: NegotiateFlag): void {
    if (needed && hasFlag(this.flags, name) && !hasFlag(flags, name))
      throw new SecurityError('POLICY', `the server did not choose ${name}, which the authentication level needs`);
  }

  #respond(challenge: ChallengeMessage, info: AvPairs, flags: number, now: Milliseconds): Responses {
    const { credentials, policy, random } = this.#setup;
    if (credentials === undefined) {
      this.notes.push('anonymous');
      return { nt: Buffer.alloc(0), lm: Buffer.alloc(1), keyExchangeKey: Buffer.alloc(16) };
    }
    const { secret } = credentials;
    const serverChallenge = challenge.ServerChallenge;
    const clientChallenge = random(8);
    if (policy.lmCompatibilityLevel < 3) {
      this.notes.push('NTLMv1');
      const noLmResponse = policy.lmCompatibilityLevel === 2;
      return computeV1({ secret, flags, serverChallenge, clientChallenge, noLmResponse });
    }
    this.notes.push('NTLMv2');
    this.#requireNames(info.pairs);
    const time = avTimestamp(info.pairs);
    const temp = encodeClientChallenge({
      RespType: 1,
      HiRespType: 1,
      Reserved1: 0,
      Reserved2: 0,
      TimeStamp: time ?? fileTime(now),
      ChallengeFromClient: clientChallenge,
      Reserved3: 0,
      AvPairs: { pairs: this.#clientPairs(info), trailing: Buffer.alloc(4) },
    });
    const responseKey = ntowfV2(secret, credentials.user, credentials.domain ?? '');
    return computeV2({ responseKey, serverChallenge, clientChallenge, temp, zeroLm: time !== undefined });
  }

  /** [MS-NLMP] 3.1.5.1.2: without its names, the server of a protected context is not believed. */
  #requireNames(pairs: readonly AvPair[]): void {
    const named = (['MsvAvNbComputerName', 'MsvAvNbDomainName'] as const).every((name) => avValue(pairs, name));
    if (!named && this.#setup.level >= RPC_C_AUTHN_LEVEL.PKT)
      throw new SecurityError('LOGON_DENIED', 'the CHALLENGE_MESSAGE names neither computer nor domain');
  }

  /** [MS-NLMP] 3.1.5.1.2: a MIC is announced to servers that send their time. */
  #announcesMic({ pairs }: AvPairs): boolean {
    const { mic, credentials, policy } = this.#setup;
    const isV2 = credentials !== undefined && policy.lmCompatibilityLevel >= 3;
    return mic !== false && isV2 && avTimestamp(pairs) !== undefined;
  }

  /** The server's pairs, and behind them the client's in the order of Windows. */
  #clientPairs(info: AvPairs): AvPair[] {
    const { channelBindings, machineId, target = '', unverifiedTarget } = this.#setup;
    const { keepsServerFlags } = this.#setup.policy;
    const kept = info.pairs.filter(
      ({ AvId }) => AvId !== AV_ID.MsvAvEOL && (keepsServerFlags || AvId !== AV_ID.MsvAvFlags),
    );
    // A server from before the timestamp knows none of the client's pairs either.
    if (avTimestamp(info.pairs) === undefined) return [...kept, AV_EOL];
    let value = avFlags(info.pairs);
    if (this.#announcesMic(info)) value |= AV_FLAGS.MIC_PRESENT;
    if (unverifiedTarget) value |= AV_FLAGS.UNTRUSTED_SPN;
    const flags = Buffer.alloc(4);
    flags.writeUInt32LE(value);
    const custom = Buffer.from([1, 0, 0, 0, 0, 0x20, 0, 0]);
    const host = Single_Host_Data.encode({ Size: 48, Z4: 0, CustomData: custom, MachineID: machineId });
    return [
      ...kept,
      ...(value === 0 ? [] : [avPair('MsvAvFlags', flags)]),
      avPair('MsvAvSingleHost', host),
      avPair('MsvAvChannelBindings', channelBindings === undefined ? Buffer.alloc(16) : md5(channelBindings)),
      avPair('MsvAvTargetName', target),
      AV_EOL,
    ];
  }

  #authenticate(flags: number, { nt, lm }: Responses, sessionKey: Uint8Array | undefined): Buffer {
    const { credentials, workstation = '', version = CLIENT_VERSION, mic } = this.#setup;
    const charset: Charset = hasFlag(flags, 'NTLMSSP_NEGOTIATE_UNICODE') ? 'unicode' : 'oem';
    const text = (value: string) => ({ bytes: bytesOfText(value, charset) });
    const hasVersion = hasFlag(flags, 'NTLMSSP_NEGOTIATE_VERSION');
    return encodeAuthenticate({
      DomainName: text(credentials?.domain ?? ''),
      UserName: text(credentials?.user ?? ''),
      Workstation: text(workstation),
      LmChallengeResponse: { bytes: lm },
      NtChallengeResponse: { bytes: nt },
      ...(sessionKey === undefined ? {} : { EncryptedRandomSessionKey: { bytes: sessionKey } }),
      NegotiateFlags: flags,
      ...(hasVersion ? { Version: version } : {}),
      headerLength: mic === false ? MIC_OFFSET : MIC_OFFSET + 16,
    });
  }
}

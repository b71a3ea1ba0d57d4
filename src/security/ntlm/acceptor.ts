import { knownOptions, type OptionNames } from '../../codec/known-options.js';
import type { Charset } from '../../codec/ntlm/index.js';
import {
  type AuthenticateMessage,
  AV_FLAGS,
  type AvPair,
  avFlags,
  avText,
  avValue,
  decodeAuthenticate,
  decodeNegotiate,
  hasFlag,
} from '../../codec/ntlm/index.js';
import type { Accounts } from '../accounts.js';
import { md5, sameSecret } from '../crypto/hash.js';
import { decoded } from '../decoded.js';
import { SecurityError, UnknownAccount } from '../error.js';
import { fromFileTime } from '../filetime.js';
import type { AcceptorProvider, Identity, Leg, Milliseconds, RandomBytes } from '../provider.js';
import { ANONYMOUS_SID } from '../sid.js';
import { chooseFlags, makeChallenge, requireSessionSecurity, type ServerNames } from './challenge.js';
import { type Claim, type Match, matchResponse, responseKind } from './check-response.js';
import { NTLM_AUTH_TYPE, NTLM_OIDS, NtlmContext } from './context.js';
import { LogonHistory } from './history.js';
import { type NtlmServerPolicy, WINDOWS_SERVER_POLICY } from './policy.js';
import { concludedFlags, exportedSessionKey } from './session-key.js';
import {
  handshakeMic,
  isAnonymous,
  itemBytes,
  ntlmV2Of,
  requireNoOverlap,
  requireNoRepeat,
  textItem,
} from './tokens.js';

/** How NTLM accepts, [MS-NLMP] 3.2. */
export interface NtlmAcceptorOptions {
  /** The names of TargetInfo in the CHALLENGE_MESSAGE. */
  readonly server: ServerNames;
  /** Where users and their secrets are looked up. */
  readonly accounts: Accounts;
  readonly random: RandomBytes;
  /** What differs from a Windows server as it is installed. */
  readonly policy?: Partial<NtlmServerPolicy>;
  /** ServerChannelBindingsUnhashed, [MS-NLMP] 3.2.1.2. RPC over TCP has none. */
  readonly channelBindings?: Uint8Array;
}

const OPTIONS: OptionNames<NtlmAcceptorOptions> = {
  ...{ server: true, accounts: true, random: true, policy: true, channelBindings: true },
};

/** NTLM as a server offers it. Lockout and replay are seen across all its contexts. */
export function ntlmAcceptor(options: NtlmAcceptorOptions): AcceptorProvider {
  knownOptions('ntlmAcceptor', options, OPTIONS);
  const policy = { ...WINDOWS_SERVER_POLICY, ...options.policy };
  const history = new LogonHistory(policy.lockout);
  return {
    authType: NTLM_AUTH_TYPE,
    oids: NTLM_OIDS,
    accept: () => new NtlmAcceptor({ ...options, policy }, history),
  };
}

interface Sent {
  readonly negotiate: Uint8Array;
  readonly challenge: Uint8Array;
  readonly serverChallenge: Uint8Array;
  readonly flags: number;
}

/** [MS-NLMP] 3.2.5.1: NEGOTIATE in, CHALLENGE out, AUTHENTICATE in. */
class NtlmAcceptor extends NtlmContext {
  readonly role = 'acceptor';
  readonly #options: NtlmAcceptorOptions & { readonly policy: NtlmServerPolicy };
  readonly #history: LogonHistory;
  #sent: Sent | undefined;

  constructor(options: NtlmAcceptorOptions & { readonly policy: NtlmServerPolicy }, history: LogonHistory) {
    super();
    this.#options = options;
    this.#history = history;
  }

  protected leg(token: Uint8Array | undefined, now: Milliseconds): Leg {
    if (token === undefined || token.length === 0)
      throw new SecurityError('BAD_TOKEN', 'NTLM: the client sent no token');
    if (this.#sent === undefined) return { token: this.#challenge(Uint8Array.from(token), now), done: false };
    this.#authenticate(token, this.#sent, now);
    return { done: true };
  }

  /** [MS-NLMP] 3.2.5.1.1. */
  #challenge(token: Uint8Array, now: Milliseconds): Uint8Array {
    const message = decoded(() => decodeNegotiate(token));
    requireNoOverlap('NEGOTIATE_MESSAGE', message);
    const { server, policy, random } = this.#options;
    const flags = chooseFlags(message.NegotiateFlags, server, policy.signs);
    requireSessionSecurity(flags, policy.minimumSessionSecurity, 'the client does not offer');
    const serverChallenge = random(8);
    const challenge = makeChallenge(server, flags, serverChallenge, now);
    this.flags = flags;
    this.#sent = { negotiate: token, challenge, serverChallenge, flags };
    return challenge;
  }

  /** [MS-NLMP] 3.2.5.1.2. */
  #authenticate(token: Uint8Array, sent: Sent, now: Milliseconds): void {
    const message = decoded(() => decodeAuthenticate(token));
    requireNoOverlap('AUTHENTICATE_MESSAGE', message);
    const flags = concludedFlags(sent.flags, message);
    requireSessionSecurity(flags, this.#options.policy.minimumSessionSecurity, 'the client dropped');
    const charset: Charset = hasFlag(sent.flags, 'NTLMSSP_NEGOTIATE_UNICODE') ? 'unicode' : 'oem';
    const [user, domain, workstation] = (['UserName', 'DomainName', 'Workstation'] as const).map((name) =>
      textItem(message[name], charset, name),
    ) as [string, string, string];
    const pairs = ntlmV2Of(message)?.ClientChallenge.AvPairs.pairs ?? [];
    if (!this.#options.policy.repeatedPairs) requireNoRepeat(pairs);

    const claim: Claim = { message, flags, serverChallenge: sent.serverChallenge, user, domain };
    const { identity, match } = isAnonymous(message) ? this.#anonymous() : this.#logOn(claim, now);
    const key = exportedSessionKey(flags, match.keyExchangeKey, message);
    const mic = this.#checkMic(message, pairs, token, sent, key);
    this.#checkTime(message, now);
    this.#checkChannelBindings(match, pairs);
    if (!identity.anonymous) {
      const response = [message.NtChallengeResponse, message.LmChallengeResponse].map(itemBytes);
      this.#history.requireFresh(sent.serverChallenge, Buffer.concat(response), now);
    }
    this.#note(match, pairs, mic, workstation);
    const full: Identity = workstation === '' ? identity : { ...identity, workstation };
    this.establish({ flags, exportedSessionKey: key, identity: full, mic });
  }

  #anonymous(): { identity: Identity; match: Match } {
    if (!this.#options.policy.anonymous)
      throw new SecurityError('POLICY', 'anonymous: the policy takes no ANONYMOUS LOGON');
    const identity = { domain: '', user: '', sid: ANONYMOUS_SID, anonymous: true };
    // [MS-NLMP] 3.2.5.1.2: a null session has a session base key of zeros.
    return { identity, match: { kind: 'anonymous', keyExchangeKey: Buffer.alloc(16) } };
  }

  #logOn(claim: Claim, now: Milliseconds): { identity: Identity; match: Match } {
    const name = `${claim.domain}\\${claim.user}`;
    this.#checkKind(claim, name);
    const account = this.#options.accounts.find(claim.domain, claim.user);
    if (account === undefined) throw new UnknownAccount(name);
    this.#history.requireUnlocked(account.sid, name, now);
    const { lm, blankPasswords } = this.#options.policy;
    if (!blankPasswords && account.secret.blank)
      throw new SecurityError('POLICY', `${name}: blankPasswords: an account without a password logs on nowhere else`);
    const match = matchResponse(claim, account.secret, { lm });
    if (match?.kind === undefined && !lm && matchResponse(claim, account.secret) !== undefined)
      throw new SecurityError('POLICY', `${name}: lm: the policy takes no LM response`);
    if (match === undefined) {
      this.#history.failed(account.sid, now);
      throw new SecurityError('LOGON_DENIED', `${name}: the response does not fit the account's password`);
    }
    this.#history.succeeded(account.sid);
    const { domain, user, sid } = account;
    return { identity: { domain, user, sid, anonymous: false }, match };
  }

  #checkKind(claim: Claim, name: string): void {
    const { lmCompatibilityLevel: level, ntlmV1 } = this.#options.policy;
    const kind = responseKind(claim);
    if (kind === undefined) throw new SecurityError('BAD_TOKEN', `${name}: the responses have no known length`);
    if (kind === 'LM' && level >= 4)
      throw new SecurityError('POLICY', `${name}: lmCompatibilityLevel ${level} takes no LM response`);
    if (kind === 'NTLMv2' || kind === 'LM') return;
    if (level >= 5) throw new SecurityError('POLICY', `${name}: lmCompatibilityLevel 5 takes no NTLMv1 response`);
    if (!ntlmV1) throw new SecurityError('POLICY', `${name}: ntlmV1: the policy takes no NTLMv1 response`);
  }

  #checkMic(
    message: AuthenticateMessage,
    pairs: readonly AvPair[],
    token: Uint8Array,
    sent: Sent,
    key: Uint8Array,
  ): boolean {
    const announced = (avFlags(pairs) & AV_FLAGS.MIC_PRESENT) !== 0;
    if (!announced) {
      if (!this.#options.policy.missingMic)
        throw new SecurityError('POLICY', 'missingMic: the AUTHENTICATE_MESSAGE has no MIC');
      return false;
    }
    if (message.MIC === undefined && !this.#options.policy.announcedMic) return false;
    if (message.MIC === undefined)
      throw new SecurityError('BAD_MIC', 'MsvAvFlags announces a MIC, the AUTHENTICATE_MESSAGE has no room for one');
    if (!sameSecret(handshakeMic(key, sent.negotiate, sent.challenge, token), message.MIC))
      throw new SecurityError('BAD_MIC', 'the MIC does not fit the three messages: one of them was changed');
    return true;
  }

  #checkTime(message: AuthenticateMessage, now: Milliseconds): void {
    const { maxClockSkew } = this.#options.policy;
    const response = ntlmV2Of(message);
    if (response === undefined) return;
    const skew = Math.abs(fromFileTime(response.ClientChallenge.TimeStamp) - now);
    if (skew > maxClockSkew) {
      const detail = `maxClockSkew: the response is ${Math.round(skew / 1000)} s away from the server's time`;
      throw new SecurityError('POLICY', detail);
    }
  }

  /** [MS-NLMP] 3.2.5.1.2; only NTLMv2 can carry channel bindings. */
  #checkChannelBindings({ kind }: Match, pairs: readonly AvPair[]): void {
    const { channelBindings, policy } = this.#options;
    if (kind !== 'NTLMv2') return;
    const sent = avValue(pairs, 'MsvAvChannelBindings') ?? Buffer.alloc(16);
    const absent = sent.every((octet) => octet === 0);
    if (channelBindings !== undefined && (absent || !sameSecret(md5(channelBindings), sent)))
      throw new SecurityError('POLICY', 'channelBindings: MsvAvChannelBindings is not that of this channel');
    if (channelBindings === undefined && policy.requireChannelBindings && absent)
      throw new SecurityError('POLICY', 'requireChannelBindings: the client sent no MsvAvChannelBindings');
  }

  #note({ kind }: Match, pairs: readonly AvPair[], mic: boolean, workstation: string): void {
    this.notes.push(kind, mic ? 'MIC present and right' : 'no MIC');
    const untrusted = (avFlags(pairs) & AV_FLAGS.UNTRUSTED_SPN) !== 0;
    const target = avText(pairs, 'MsvAvTargetName');
    if (target) this.notes.push(`target name ${target}${untrusted ? ', from an untrusted source' : ''}`);
    if (workstation !== '') this.notes.push(`workstation ${workstation}`);
  }
}

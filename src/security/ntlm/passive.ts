import {
  type AuthenticateMessage,
  AV_FLAGS,
  type AvPair,
  allAvFlags,
  avText,
  type Charset,
  decodeNtlmMessage,
  hasFlag,
} from '../../codec/ntlm/index.js';
import { namesOf } from '../accounts.js';
import type { Side } from '../channel.js';
import { sameSecret } from '../crypto/hash.js';
import { decoded } from '../decoded.js';
import { SecurityError } from '../error.js';
import { PassiveMechanism } from '../passive-mechanism.js';
import type { HeardMessage, PassiveProvider } from '../provider.js';
import type { Secret } from '../secret.js';
import { ANONYMOUS_SID } from '../sid.js';
import { type Claim, type Match, matchResponse, responseKind } from './check-response.js';
import { NTLM, NTLM_AUTH_TYPE, NTLM_OIDS } from './context.js';
import { NtlmSession } from './session.js';
import { concludedFlags, exportedSessionKey } from './session-key.js';
import { handshakeMic, isAnonymous, ntlmV2Of, textItem } from './tokens.js';

/** What a sniffer knows of an account: a secret without a user is tried for every user. */
export interface KnownSecret {
  readonly user?: string;
  readonly secret: Secret;
}

/** NTLM as a sniffer follows it. */
export const ntlmPassive = (secrets: readonly KnownSecret[]): PassiveProvider => ({
  authType: NTLM_AUTH_TYPE,
  oids: NTLM_OIDS,
  observe: () => new NtlmPassive(secrets),
});

class NtlmPassive extends PassiveMechanism {
  readonly authType = NTLM_AUTH_TYPE;
  readonly #secrets: readonly KnownSecret[];
  #negotiate: Uint8Array | undefined;
  #challenge: { readonly octets: Uint8Array; readonly nonce: Uint8Array; readonly flags: number } | undefined;
  #mic: 'right' | 'wrong' | undefined;

  constructor(secrets: readonly KnownSecret[]) {
    super(NTLM);
    this.#secrets = secrets;
  }

  protected take(from: Side, token: Uint8Array): HeardMessage {
    const octets = new Uint8Array(token);
    const message = decoded(() => decodeNtlmMessage(token));
    const sender = message.MessageType === 2 ? 'acceptor' : 'initiator';
    if (sender !== from) throw new SecurityError('BAD_TOKEN', `message type ${message.MessageType} of the ${sender}`);
    if (message.MessageType === 1) {
      this.#negotiate = octets;
      this.flags = message.NegotiateFlags;
    } else if (message.MessageType === 2) {
      this.#challenge = { octets, nonce: new Uint8Array(message.ServerChallenge), flags: message.NegotiateFlags };
      this.flags = message.NegotiateFlags;
    } else {
      this.#authenticate(octets, message);
    }
    return { mechanism: 'NTLM', octets: token, message };
  }

  #authenticate(octets: Uint8Array, message: AuthenticateMessage): void {
    const offered = this.#challenge?.flags ?? message.NegotiateFlags ?? 0;
    const flags = concludedFlags(offered, message);
    this.flags = flags;
    const charset: Charset = hasFlag(offered, 'NTLMSSP_NEGOTIATE_UNICODE') ? 'unicode' : 'oem';
    const [user, domain, workstation] = (['UserName', 'DomainName', 'Workstation'] as const).map((name) =>
      textItem(message[name], charset, name),
    ) as [string, string, string];
    const anonymous = isAnonymous(message);
    const sid = anonymous ? ANONYMOUS_SID : '';
    this.identify({ domain, user, sid, anonymous, ...(workstation === '' ? {} : { workstation }) });
    this.#describe(message, flags, anonymous);
    if (this.#challenge === undefined) throw new SecurityError('BAD_TOKEN', 'the CHALLENGE_MESSAGE was not seen');
    const claim: Claim = { message, flags, serverChallenge: this.#challenge.nonce, user, domain };
    const match = anonymous ? ANONYMOUS : this.#match(claim);
    if (match === undefined) {
      this.note('no known secret fits: nothing is verified or unsealed');
      return;
    }
    const key = exportedSessionKey(flags, match.keyExchangeKey, message);
    this.#checkMic(message, octets, key);
    this.conclude(new NtlmSession(flags, key), key);
  }

  /** A user principal name, with no domain beside it, is another name of the account that its first part names. */
  #match(claim: Claim): Match | undefined {
    const user = accountName(claim);
    const candidates = this.#secrets.filter(
      (known) => known.user === undefined || accountName({ domain: '', user: known.user }) === user,
    );
    for (const { secret } of candidates) {
      const match = matchResponse(claim, secret);
      if (match !== undefined) return match;
    }
    return undefined;
  }

  #describe(message: AuthenticateMessage, flags: number, anonymous: boolean): void {
    this.note(anonymous ? 'anonymous' : (responseKind({ message, flags }) ?? 'no known response'));
    const pairs = pairsOf(message);
    this.note(announcesMic(pairs) ? 'MIC present' : 'no MIC');
    const target = avText(pairs, 'MsvAvTargetName');
    if (target) this.note(`target name ${target}`);
  }

  #checkMic(message: AuthenticateMessage, octets: Uint8Array, key: Uint8Array): void {
    if (!announcesMic(pairsOf(message)) || this.#negotiate === undefined || this.#challenge === undefined) return;
    const expected = handshakeMic(key, this.#negotiate, this.#challenge.octets, octets);
    const right = message.MIC !== undefined && sameSecret(expected, message.MIC);
    this.#mic = right ? 'right' : 'wrong';
    this.note(right ? 'MIC right' : 'MIC wrong: one of the three messages was changed');
  }

  get mic(): 'right' | 'wrong' | undefined {
    return this.#mic;
  }
}

/** [MS-NLMP] 3.2.5.1.2: a null session needs no secret. */
const ANONYMOUS: Match = { kind: 'anonymous', keyExchangeKey: Buffer.alloc(16) };

const pairsOf = (message: AuthenticateMessage): readonly AvPair[] =>
  ntlmV2Of(message)?.ClientChallenge.AvPairs.pairs ?? [];

const announcesMic = (pairs: readonly AvPair[]): boolean =>
  allAvFlags(pairs).some((each) => (each & AV_FLAGS.MIC_PRESENT) !== 0);

const accountName = (name: { readonly domain: string; readonly user: string }): string =>
  namesOf(name).user.toUpperCase();

import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import type { PassiveContext, Sniffer } from '../../security/index.js';
import { userName } from '../decode/record.js';
import { authTypeOf } from '../logon/auth-type.js';
import type { LogonConsumer, LogonMessage, SeenLogon } from '../logon/logon.js';
import { AuditExchanges, type ExchangesOptions } from './exchanges.js';
import { bareChallenge, bareResponses, ntlmToken } from './ntlm.js';
import { type SeenIdentity, userOf } from './place.js';
import type { SessionUsers } from './session-users.js';

export interface LogonsOptions extends Pick<ExchangesOptions, 'tell' | 'nextExchange'> {
  readonly observe: Sniffer;
  readonly users: SessionUsers;
}

type Responses = Extract<LogonMessage, { kind: 'responses' }>;

/**
 * The logons of one connection of SMB, HTTP or LDAP. Of what is weak in them this audit, which is one of RPC, says nothing;
 * but one that is on another connection too is a relay.
 */
export class AuditLogons implements LogonConsumer {
  readonly #observe: Sniffer;
  readonly #users: SessionUsers;
  #stream: number | undefined;
  readonly #exchanges: AuditExchanges;

  constructor({ observe, users, tell, nextExchange }: LogonsOptions) {
    this.#observe = observe;
    this.#users = users;
    this.#exchanges = new AuditExchanges({ tell, nextExchange });
  }

  logon(seen: SeenLogon): void {
    const { message, exchange } = seen;
    if (message.kind === 'token') this.#token(seen, message.octets);
    else if (message.kind === 'challenge')
      this.#exchanges.challenge(seen, exchange, bareChallenge(message.ServerChallenge));
    else {
      this.#loggedOn(seen, nobodyElse(message));
      this.#exchanges.authenticate(seen, exchange, bareResponses(message), nameIn(message));
    }
  }

  end(): void {
    this.#exchanges.end();
    if (this.#stream !== undefined) this.#users.ended(this.#stream);
  }

  #token(seen: SeenLogon, octets: Uint8Array): void {
    const authType = authTypeOf(octets);
    if (authType === undefined) return;
    const heard = ntlmToken(authType, octets);
    const passive = seen.direction === 'toServer' ? this.#follow(authType, octets, heard?.octets) : undefined;
    if (passive?.identity !== undefined) this.#loggedOn(seen, userOf({ passive, authType }));
    this.#exchanges.take(seen, { id: seen.exchange, authType, octets }, passive, heard);
  }

  #loggedOn({ transport, stream }: SeenLogon, who: SeenIdentity): void {
    if (transport !== 'smb') return;
    this.#stream = stream;
    this.#users.loggedOn(stream, who);
  }

  /** Only the last message names the user, so that nothing has to be kept of those before. */
  #follow(authType: number, octets: Uint8Array, ntlm: Uint8Array | undefined): PassiveContext | undefined {
    const passive = this.#observe(ntlm === undefined ? authType : RPC_C_AUTHN.WINNT);
    passive?.observe('initiator', ntlm ?? octets);
    return passive;
  }
}

const nameIn = ({ domain, user }: Responses): string => userName({ domain, user, anonymous: user === '' });

/** Without extended security there is no other mechanism, and no name of a computer. */
const nobodyElse = (responses: Responses): SeenIdentity => ({
  user: nameIn(responses),
  anonymous: responses.user === '',
  mechanism: 'NTLM',
  workstation: null,
});

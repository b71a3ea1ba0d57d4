import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import type { PassiveContext, Sniffer } from '../../security/index.js';
import { userName } from '../decode/record.js';
import { authTypeOf } from '../logon/auth-type.js';
import type { LogonConsumer, LogonMessage, SeenLogon } from '../logon/logon.js';
import { AuditExchanges, type ExchangedToken, type ExchangesOptions } from './exchanges.js';
import { bareChallenge, bareResponses, ntlmToken } from './ntlm.js';

export interface LogonsOptions extends Pick<ExchangesOptions, 'tell' | 'nextExchange'> {
  readonly observe: Sniffer;
}

type Responses = Extract<LogonMessage, { kind: 'responses' }>;

/**
 * The logons of one connection of SMB, HTTP or LDAP. Of what is weak in them this audit, which is one of RPC, says nothing;
 * but one that is on another connection too is a relay.
 */
export class AuditLogons implements LogonConsumer {
  readonly #observe: Sniffer;
  readonly #exchanges: AuditExchanges;

  constructor({ observe, ...exchanges }: LogonsOptions) {
    this.#observe = observe;
    this.#exchanges = new AuditExchanges(exchanges);
  }

  logon(seen: SeenLogon): void {
    const { message, exchange } = seen;
    if (message.kind === 'token') this.#token(seen, message.octets);
    else if (message.kind === 'challenge')
      this.#exchanges.challenge(seen, exchange, bareChallenge(message.ServerChallenge));
    else this.#exchanges.authenticate(seen, exchange, bareResponses(message), userOf(message));
  }

  end(): void {
    this.#exchanges.end();
  }

  #token(seen: SeenLogon, octets: Uint8Array): void {
    const authType = authTypeOf(octets);
    if (authType === undefined) return;
    const token = { id: seen.exchange, authType, octets };
    this.#exchanges.take(seen, token, seen.direction === 'toServer' ? this.#follow(token) : undefined);
  }

  /** Who logs on stands in the last message alone, so that nothing has to be kept of those before. */
  #follow({ authType, octets }: ExchangedToken): PassiveContext | undefined {
    const ntlm = ntlmToken(authType, octets)?.octets;
    const passive = this.#observe(ntlm === undefined ? authType : RPC_C_AUTHN.WINNT);
    passive?.observe('initiator', ntlm ?? octets);
    return passive;
  }
}

const userOf = ({ domain, user }: Responses): string => userName({ domain, user, anonymous: user === '' });

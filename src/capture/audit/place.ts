import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import type { ObservedSecurity } from '../../rpc/passive/security.js';
import type { PassiveContext } from '../../security/index.js';
import { endpointText, isoTime, userName } from '../decode/record.js';
import type { NamedPipe } from '../smb/pipe.js';
import type { ConnectionAttempt } from '../stream/attempt.js';
import type { SeenUser } from './events.js';
import type { AuditPlace, AuditUser } from './records.js';

/** Something that was seen of a connection. */
export type Seen = Omit<ConnectionAttempt, 'outcome'> & {
  /** `ncacn_ip_tcp` where absent. */
  readonly transport?: AuditPlace['transport'];
  readonly pipe?: NamedPipe | undefined;
  /** The host or share that the client means, where its protocol names one. */
  readonly target?: string | undefined;
};

/** Where a PDU, or an attempt to connect, was seen: from client to server, whichever sent it. */
export const placeOf = (seen: Seen): AuditPlace => ({
  file: seen.file,
  stream: seen.stream,
  frame: seen.frame,
  time: isoTime(seen.seconds, seen.nanoseconds),
  client: endpointText(seen.client),
  server: endpointText(seen.server),
  transport: seen.transport ?? 'ncacn_ip_tcp',
  share: seen.pipe?.share ?? null,
  pipe: seen.pipe?.name ?? null,
});

/** Who stands behind a security context, before it is known whom a KDC gave which ticket. */
export interface SeenIdentity extends Omit<AuditUser, 'user'> {
  readonly user: SeenUser;
}

/** Who stands behind a security context, as far as its handshake tells. */
export function userOf({ passive, authType }: Partial<ObservedSecurity> = {}): SeenIdentity {
  const identity = passive?.identity;
  return {
    user: seenUser(passive),
    anonymous: identity?.anonymous === true,
    mechanism: mechanismName(authType, passive?.info.mechanism),
    workstation: identity?.workstation ?? null,
  };
}

/** Kerberos, by itself or chosen by SPNEGO; the names of other mechanisms as they are. */
const mechanismName = (authType: number | undefined, inside: string | undefined): string | null => {
  if (authType === RPC_C_AUTHN.WINNT) return 'NTLM';
  if (authType === RPC_C_AUTHN.GSS_KERBEROS || inside?.includes('KERBEROS')) return 'Kerberos';
  if (authType === RPC_C_AUTHN.NETLOGON) return 'Netlogon';
  return inside ?? null;
};

/** Whom a handshake names; of a Kerberos ticket that nothing here opens, the ticket. */
export function seenUser({ identity, ticket }: Partial<PassiveContext> = {}): SeenUser {
  if (identity !== undefined) return userName(identity);
  return ticket === undefined ? null : { ticket };
}

/** `10.0.0.1` of `10.0.0.1:135`, `fe80::1` of `[fe80::1]:135`. */
export const addressOf = (endpoint: string): string =>
  endpoint.startsWith('[')
    ? endpoint.slice(1, endpoint.lastIndexOf(']'))
    : endpoint.slice(0, endpoint.lastIndexOf(':'));

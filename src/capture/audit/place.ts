import { RPC_C_AUTHN } from '../../codec/rpce/index.js';
import type { ObservedSecurity } from '../../rpc/passive/security.js';
import { endpointText, isoTime, userName } from '../decode/record.js';
import type { NamedPipe } from '../smb/pipe.js';
import type { ConnectionAttempt } from '../stream/attempt.js';
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

/** Who stands behind a security context, as far as its handshake tells. */
export function userOf({ passive, authType }: Partial<ObservedSecurity> = {}): AuditUser {
  const identity = passive?.identity;
  return {
    user: identity === undefined ? null : userName(identity),
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

import type { AuditPlace } from './records.js';

/**
 * The protocol of a service class that one protocol has to itself: [MS-KILE] 3.1.5.11, RFC 4559 4.1, [MS-ADTS] 5.1.1.1.4.
 * RPC uses many, `host` for most, and `ldap` too ([MS-DRSR] 2.2.3.2), so that one alone says nothing of it.
 */
const PROTOCOL_OF: Readonly<Record<string, readonly AuditPlace['transport'][]>> = {
  cifs: ['smb', 'ncacn_np'],
  http: ['http'],
  wsman: ['http'],
  ldap: ['ldap', 'ncacn_ip_tcp', 'ncacn_np'],
};

/** A service principal name is of another protocol than the one that its ticket, or response, came by. */
export function servesAnother(spn: string, transport: AuditPlace['transport']): boolean {
  const own = PROTOCOL_OF[spn.split('/', 1)[0]?.toLowerCase() ?? ''];
  return own !== undefined && !own.includes(transport);
}

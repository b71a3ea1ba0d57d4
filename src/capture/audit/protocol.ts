import type { Transport } from '../pdu/pdu.js';
import type { AuditPlace } from './records.js';

const NAMES: Readonly<Record<AuditPlace['transport'], string>> = {
  ncacn_ip_tcp: 'RPC',
  ncacn_np: 'RPC in SMB',
  ncacn_http: 'RPC over HTTP',
  smb: 'SMB',
  http: 'HTTP',
  ldap: 'LDAP',
};

/** What carries something, for people. */
export const protocolName = (transport: AuditPlace['transport']): string => NAMES[transport];

/** It is no other protocol in which clients authenticate. */
export const isOfRpc = (transport: AuditPlace['transport']): transport is Transport => transport.startsWith('ncacn_');

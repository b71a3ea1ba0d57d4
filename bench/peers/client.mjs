// What the client of the benchmarks does: the same octets to every server.
import { randomBytes } from 'node:crypto';
import { propose, RpcConnection } from '../../dist/client/connection.js';
import { clientSecurity } from '../../dist/client/credentials.js';
import { KerberosLogon, passwordKeys } from '../../dist/client/kerberos/logon.js';
import { ept, ept_map, packTower } from '../../dist/codec/epm/index.js';
import { NULL_CONTEXT_HANDLE } from '../../dist/codec/ndr/index.js';
import { NDR20_SYNTAX, RPC_C_AUTHN, RPC_C_AUTHN_LEVEL } from '../../dist/codec/rpce/index.js';
import { Secret } from '../../dist/security/index.js';
import { ACCOUNT, REALM, SERVICE } from './account.mjs';

const credentials = { domain: ACCOUNT.domain, user: ACCOUNT.user, secret: Secret.password(ACCOUNT.password) };

/** Asks for an interface that the server has registered, so that each server gives one tower. */
const questionOf = ({ uuid, version }) => ({
  obj: null,
  map_tower: packTower({
    interface: { uuid, ...version },
    transferSyntax: { uuid: NDR20_SYNTAX.uuid, major: NDR20_SYNTAX.version, minor: 0 },
    protseq: 'ncacn_ip_tcp',
    address: '0.0.0.0',
    endpoint: '0',
  }),
  entry_handle: NULL_CONTEXT_HANDLE,
  max_towers: 4,
});
const SECURED = { contextId: 0, authContextId: 0 };

export const authentication = (level = RPC_C_AUTHN_LEVEL.PKT_INTEGRITY) => ({
  authType: RPC_C_AUTHN.WINNT,
  level,
  credentials,
  random: randomBytes,
});

/** The same by Kerberos, with tickets of the server's own KDC, which are fetched once. */
export const kerberosAt = ({ kdc }) => ({
  ...authentication(),
  authType: RPC_C_AUTHN.GSS_KERBEROS,
  target: SERVICE,
  tickets: new KerberosLogon({
    client: { user: ACCOUNT.user, realm: REALM, keys: passwordKeys(credentials.secret) },
    kdc: { kdc },
    random: randomBytes,
  }),
});

/** A connection that is bound to an interface, authenticated at PKT_INTEGRITY; by NTLM where nothing is said. */
export async function authenticated({ host, port }, interfaceOf = ept, how = authentication()) {
  const connection = await RpcConnection.open({ host, port, timeout: 30_000 });
  await connection.bind(propose(interfaceOf), await clientSecurity(how));
  return connection;
}

/** ept_map at a server; throws where it does not give one tower. */
export async function map(connection, { registered }) {
  const { ITowers } = await connection.call(ept_map, questionOf(registered), SECURED);
  if (ITowers.length !== 1) throw new Error(`${ITowers.length} towers`);
}

/** So many times `work`, at most `width` at once. */
export async function parallel(count, width, work) {
  let left = count;
  const worker = async () => {
    while (left-- > 0) await work();
  };
  await Promise.all(Array.from({ length: width }, worker));
  return count;
}

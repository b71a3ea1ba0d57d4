import { KerberosLogon, passwordKeys } from '../client/kerberos/logon.js';
import { formatEndpoint } from '../net/channel.js';
import type { Environment } from '../net/environment.js';
import { changedNetwork } from '../net/network.js';
import type { NtlmCredentials, ServiceKey } from '../security/index.js';
import { startKdc } from '../server/kdc.js';
import type { RelayKerberos } from './between.js';

const REALM = 'LAB.EXAMPLE';
const SERVER = 'server.lab.example';
const ATTACKER = 'attacker.lab.example';

/** A domain with a KDC, for a relay of Kerberos. */
export interface RelayDomain extends RelayKerberos, AsyncDisposable {
  /** Of the server that is relayed to. */
  readonly keys: readonly ServiceKey[];
}

/** Starts the KDC on the server's address; the attacker's host is a machine of the domain too, whose keys he does not need. */
export async function relayDomain(
  { server, victim: from }: { readonly server: string; readonly victim: string },
  accounts: readonly NtlmCredentials[],
  { network, random, clock, monotonic, timers }: Environment,
): Promise<RelayDomain> {
  const [victim] = accounts as [NtlmCredentials];
  const kdc = await startKdc({
    listen: formatEndpoint({ address: server, port: 0 }),
    ...{ network, random, clock, monotonic, timers },
    realm: REALM,
    accounts: accounts.map(({ domain, user, secret }) => ({
      domain: domain ?? '',
      user,
      password: secret.password as string,
    })),
    machines: [
      { name: 'SERVER', hosts: [SERVER] },
      { name: 'ATTACKER', hosts: [ATTACKER] },
    ],
  });
  const { address: host, port } = kdc.address;
  const own = changedNetwork(network, {
    connect: (next, to, accept, patience) => next({ ...to, localAddress: from }, accept, patience),
  });
  return {
    keys: kdc.keysOf('SERVER'),
    tickets: new KerberosLogon({
      client: { user: victim.user, realm: REALM, keys: passwordKeys(victim.secret) },
      kdc: { kdc: { host, port }, network: own, timers },
      ...{ random, clock },
    }),
    services: { target: `RPCSS/${SERVER}`, 'another service': `HTTP/${SERVER}`, 'another host': `RPCSS/${ATTACKER}` },
    [Symbol.asyncDispose]: () => kdc.close(),
  };
}

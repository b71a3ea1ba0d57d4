import { KerberosLogon, passwordKeys } from '../client/kerberos/logon.js';
import { formatEndpoint } from '../net/channel.js';
import type { Environment } from '../net/environment.js';
import type { NtlmCredentials, ServiceKey } from '../security/index.js';
import { startKdc } from '../server/kdc.js';
import type { RelayKerberos } from './between.js';

const REALM = 'LAB.EXAMPLE';
const SERVER = 'server.lab.example';
const ATTACKER = 'attacker.lab.example';

/** A domain with a KDC, for a relay of Kerberos. */
export interface RelayDomain extends RelayKerberos {
  /** Of the server that is relayed to. */
  readonly keys: readonly ServiceKey[];
  close(): Promise<void>;
}

/** Starts the KDC on an address of the server's; the attacker's host is a machine of the domain too, and its keys are lost. */
export async function relayDomain(
  at: string,
  accounts: readonly NtlmCredentials[],
  { network, random, clock, timers }: Environment,
): Promise<RelayDomain> {
  const [victim] = accounts as [NtlmCredentials];
  const kdc = await startKdc({
    listen: formatEndpoint({ address: at, port: 0 }),
    ...{ network, random, clock, timers },
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
  return {
    keys: kdc.keysOf('SERVER'),
    tickets: new KerberosLogon({
      client: { user: victim.user, realm: REALM, keys: passwordKeys(victim.secret) },
      kdc: { kdc: { host, port }, network, timers },
      ...{ random, clock },
    }),
    services: { target: `RPCSS/${SERVER}`, 'another service': `HTTP/${SERVER}`, 'another host': `RPCSS/${ATTACKER}` },
    close: () => kdc.close(),
  };
}

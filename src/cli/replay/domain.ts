import { randomBytes } from 'node:crypto';
import type { ReplayTickets } from '../../capture/replay/kerberos-calls.js';
import { KerberosLogon, passwordKeys } from '../../client/kerberos/logon.js';
import { type AccountEntry, type ServiceKey, secretOf } from '../../security/index.js';
import { startKdc } from '../../server/kdc.js';

const REALM = 'LAB.EXAMPLE';
const HOST = 'harness.lab.example';

/** A KDC for the simulated server, and the tickets of the account that calls are sent under. */
export interface SimulatedDomain extends AsyncDisposable {
  readonly keys: readonly ServiceKey[];
  readonly logon: ReplayTickets & { readonly service: string };
}

/** Calls that were captured with Kerberos go by Kerberos again, with tickets that are made up for them. */
export async function simulatedDomain(account: AccountEntry): Promise<SimulatedDomain> {
  const { user, domain } = account;
  const kdc = await startKdc({
    listen: '127.0.0.1:0',
    realm: REALM,
    ...(domain && { domain }),
    accounts: [account],
    machines: [{ name: 'HARNESS', hosts: [HOST] }],
  });
  const { address: host, port } = kdc.address;
  const tickets = new KerberosLogon({
    client: { user, realm: REALM, keys: passwordKeys(secretOf(account)) },
    kdc: { kdc: { host, port } },
    random: randomBytes,
  });
  return {
    keys: kdc.keysOf('HARNESS'),
    logon: { tickets, ticketsAsCaptured: true, service: `RPCSS/${HOST}` },
    [Symbol.asyncDispose]: () => kdc.close(),
  };
}

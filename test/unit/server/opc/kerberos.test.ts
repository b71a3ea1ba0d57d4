import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AUTH_TYPES } from '../../../../src/client/credentials.js';
import { KerberosLogon, passwordKeys } from '../../../../src/client/kerberos/logon.js';
import { CLIENT_PROFILES } from '../../../../src/client/profiles.js';
import { Secret } from '../../../../src/security/index.js';
import { type KdcServer, startKdc } from '../../../../src/server/kdc.js';
import { ACCOUNT, LEVEL } from '../../../support/live.js';
import { PLANT, PlantClient, servePlant } from '../../../support/opc.js';

const REALM = 'LAB.EXAMPLE';
const CLIENT = 'HOST/client.lab.example';

let kdc: KdcServer;
beforeAll(async () => {
  kdc = await startKdc({
    listen: '127.0.0.1:0',
    realm: REALM,
    accounts: [ACCOUNT],
    machines: [
      { name: 'SERVER', hosts: ['server.lab.example'] },
      { name: 'CLIENT', hosts: ['client.lab.example'] },
    ],
  });
});
afterAll(() => kdc.close());

const tickets = () =>
  new KerberosLogon({
    client: { user: ACCOUNT.user, realm: REALM, keys: passwordKeys(Secret.password(ACCOUNT.password)) },
    kdc: { kdc: { host: kdc.address.address, port: kdc.address.port } },
    random: randomBytes,
  });

/** A change of a subscription, with the mechanism and the level of the call that brought it. */
async function subscription(authType: number, level: number, callBack: { service?: string; authType?: number }) {
  const plant = await servePlant(PLANT, {
    asOf: '2021-05',
    kerberos: { keys: kdc.keysOf('SERVER') },
    callBack: { account: ACCOUNT, tickets: tickets(), level, ...callBack },
  });
  const mechanisms: string[] = [];
  const client = await PlantClient.at(
    plant,
    {
      profile: CLIENT_PROFILES['windows-2021-05'],
      ...{ authType, level, tickets: tickets(), service: 'RPCSS/server.lab.example' },
    },
    {
      asOf: '2021-05',
      kerberos: { keys: kdc.keysOf('CLIENT') },
      observers: [
        {
          association: (event) => {
            if (event.type === 'authenticated') mechanisms.push(event.security.info.mechanism);
          },
        },
      ],
    },
  );
  try {
    const group = await client.opc.addGroup({ items: ['A.Constant'], rate: 50 });
    const told = await new Promise<readonly unknown[]>((resolve, reject) => {
      group.advise(client.sink({ changed: ({ pvValues }) => resolve(pvValues) })).catch(reject);
    });
    const [activation] = plant.server.activations;
    // The way to the client's object; the calls go over the same connection.
    const [called] = plant.server.callBacks;
    return { told, mechanisms: new Set(mechanisms), activation, called };
  } finally {
    await client.close();
    await plant.server.close();
  }
}

describe.each([
  ['CONNECT', LEVEL.CONNECT],
  ['PKT_INTEGRITY', LEVEL.PKT_INTEGRITY],
  ['PKT_PRIVACY', LEVEL.PKT_PRIVACY],
])('a subscription at %s, over two connections', (_, level) => {
  test('has Kerberos on both ways, where the server has tickets and the client a service name', async () => {
    const { told, mechanisms, activation, called } = await subscription(AUTH_TYPES.kerberos, level, {
      ...{ service: CLIENT, authType: AUTH_TYPES.kerberos },
    });
    expect(told).toEqual([expect.objectContaining({ value: 7 })]);
    expect(activation).toMatchObject({ authType: AUTH_TYPES.kerberos, level, identity: { user: 'op' } });
    expect([...mechanisms]).toEqual(['Kerberos']);
    expect(called).toMatchObject({ level, outcome: { accepted: true } });
  });

  test('is called back by NTLM, where all that the server knows of the client is an address', async () => {
    const { told, mechanisms, activation, called } = await subscription(AUTH_TYPES.spnego, level, {});
    expect(told).toHaveLength(1);
    expect(activation).toMatchObject({ authType: AUTH_TYPES.spnego, level, identity: { user: 'op' } });
    expect([...mechanisms]).toEqual(['NTLM']);
    expect(called).toMatchObject({ level, outcome: { accepted: true } });
  });
});

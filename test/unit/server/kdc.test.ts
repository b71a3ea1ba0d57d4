import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { activate } from '../../../src/client/activate.js';
import { AUTH_TYPES } from '../../../src/client/credentials.js';
import { KerberosLogon, passwordKeys } from '../../../src/client/kerberos/logon.js';
import { RPC_C_AUTHN_LEVEL } from '../../../src/codec/rpce/index.js';
import { TransportError } from '../../../src/net/error.js';
import { type Network, SOCKETS } from '../../../src/net/network.js';
import { accountSid, Secret } from '../../../src/security/index.js';
import { type KdcRequest, type KdcServer, startKdc } from '../../../src/server/kdc.js';
import { type DcomServer, startServer } from '../../../src/server/server.js';
import { CLSID, IID_IUnknown } from '../../support/live.js';
import { SERVER, TwoHosts } from '../../support/simulated.js';

const REALM = 'LAB.EXAMPLE';
const SERVICE = 'RPCSS/server.lab.example';

let kdc: KdcServer | undefined;
let server: DcomServer | undefined;
afterEach(async () => {
  await server?.close();
  await kdc?.close();
  [kdc, server] = [undefined, undefined];
});

async function lab(
  onRequest: (request: KdcRequest) => void = () => {},
): Promise<{ kdc: KdcServer; server: DcomServer }> {
  kdc = await startKdc({
    listen: '127.0.0.1:0',
    realm: REALM,
    accounts: ['LAB\\op:secret'],
    machines: [{ name: 'SERVER', hosts: ['server.lab.example'] }],
    onRequest,
  });
  server = await startServer({
    listen: '127.0.0.1:0',
    kerberos: { keys: kdc.keysOf('SERVER') },
    accounts: ['LAB\\op:secret'],
  });
  return { kdc, server };
}

const logon = ({ address }: KdcServer, transport: 'tcp' | 'udp' = 'tcp', password = 'secret') =>
  new KerberosLogon({
    client: { user: 'op', realm: REALM, keys: passwordKeys(Secret.password(password)) },
    kdc: { kdc: { host: address.address, port: address.port, transport } },
    random: randomBytes,
  });

describe('a client, a server and a KDC on sockets', () => {
  test.each([
    ['kerberos', 'tcp'],
    ['kerberos', 'udp'],
    ['spnego', 'tcp'],
  ] as const)('an activation by %s with a ticket over %s', async (auth, transport) => {
    const requests: string[] = [];
    const running = await lab(({ request, service, outcome }) => requests.push(`${request} ${service} ${outcome}`));
    const { outcome } = await activate({
      ...{
        host: running.server.address.address,
        port: running.server.address.port,
        clsid: CLSID,
        iids: [IID_IUnknown],
      },
      method: 'RemoteCreateInstance',
      serverName: 'server',
      authentication: {
        authType: AUTH_TYPES[auth],
        level: RPC_C_AUTHN_LEVEL.PKT_PRIVACY,
        tickets: logon(running.kdc, transport),
        target: SERVICE,
        random: randomBytes,
      },
    });
    expect(outcome.accepted).toBe(true);
    expect(running.server.activations).toMatchObject([
      { identity: { domain: 'LAB', user: 'op', sid: accountSid('LAB', 'op') }, authType: AUTH_TYPES[auth], level: 6 },
    ]);
    expect(requests).toEqual([
      'AS-REQ krbtgt/LAB.EXAMPLE KDC_ERR_PREAUTH_REQUIRED',
      'AS-REQ krbtgt/LAB.EXAMPLE issued',
      'TGS-REQ RPCSS/server.lab.example issued',
    ]);
  });

  test('one logon serves many tickets, and each ticket many handshakes', async () => {
    const requests: string[] = [];
    const tickets = logon((await lab(({ service, outcome }) => requests.push(`${service} ${outcome}`))).kdc);
    await Promise.all([tickets.obtain(SERVICE), tickets.obtain(SERVICE)]);
    await tickets.obtain(SERVICE);
    await tickets.obtain('HOST/server.lab.example');
    expect(requests.filter((line) => line.endsWith('issued'))).toEqual([
      'krbtgt/LAB.EXAMPLE issued',
      `${SERVICE} issued`,
    ]);
  });

  test('a client logs on again when its ticket for the KDC has ended, and when the KDC did not answer before', async () => {
    const requests: string[] = [];
    let now = Date.parse('2023-04-01T09:00:00Z');
    const clock = () => now;
    const at = await startKdc({
      ...{ listen: '127.0.0.1:0', realm: REALM, accounts: ['LAB\\op:secret'], clock },
      machines: [{ name: 'SERVER', hosts: ['server.lab.example'] }],
      onRequest: ({ service, outcome }) => void requests.push(`${service} ${outcome}`),
    });
    let answers = false;
    const network: Network = {
      ...SOCKETS,
      connect: (...given) =>
        answers ? SOCKETS.connect(...given) : Promise.reject(new TransportError('the KDC', 'is off')),
    };
    const client = { user: 'op', realm: REALM, keys: passwordKeys(Secret.password('secret')) };
    const { address: host, port } = at.address;
    const tickets = new KerberosLogon({ client, kdc: { kdc: { host, port }, network }, random: randomBytes, clock });
    try {
      await expect(tickets.obtain(SERVICE)).rejects.toThrow('is off');
      answers = true;
      await tickets.obtain(SERVICE);
      now += 11 * 3_600_000;
      expect(tickets.find(SERVICE, now)).toBeUndefined();
      await Promise.all([tickets.obtain(SERVICE), tickets.obtain('HTTP/server.lab.example')]);
      expect(tickets.find(SERVICE, now)).toBeDefined();
      expect(requests.filter((line) => line === 'krbtgt/LAB.EXAMPLE issued')).toHaveLength(2);
      expect(requests.filter((line) => line === `${SERVICE} issued`)).toHaveLength(2);
    } finally {
      await at.close();
    }
  });

  test.each([
    ['a wrong password', 'wrong', SERVICE, /KDC_ERR_PREAUTH_FAILED/],
    ['an unknown service', 'secret', 'RPCSS/elsewhere.lab.example', /KDC_ERR_S_PRINCIPAL_UNKNOWN/],
    ['an address for a name', 'secret', 'RPCSS/127.0.0.1', /is not a service name/],
  ])('%s is an error that says so', async (_, password, service, expected) => {
    const tickets = logon((await lab()).kdc, 'tcp', password);
    await expect(tickets.obtain(service)).rejects.toThrow(expected);
  });
});

test('over a simulated network a KDC is not asked by datagrams, which this machine would send to somebody else', async () => {
  const hosts = new TwoHosts();
  const tickets = new KerberosLogon({
    client: { user: 'op', realm: REALM, keys: passwordKeys(Secret.password('secret')) },
    kdc: { kdc: { host: SERVER, transport: 'udp' }, network: hosts.client, timers: hosts.time },
  });
  await expect(tickets.obtain(SERVICE)).rejects.toThrow(
    `the KDC ${SERVER}: a simulated network carries only TCP: ask it over TCP`,
  );
});

test('a KDC takes no address that other machines can reach', async () => {
  await expect(startKdc({ listen: '0.0.0.0:0', realm: REALM, accounts: [] })).rejects.toThrow(
    'only addresses of this machine',
  );
});

test('what is no request of Kerberos ends the connection', async () => {
  const { address } = (await lab()).kdc;
  const socket = connect({ host: address.address, port: address.port });
  socket.on('error', () => {});
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.write('GET / HTTP/1.1\r\n\r\n');
  await closed;
});

test.each(['tcp', 'udp'] as const)(
  'what onRequest throws over %s changes no answer, and is thrown by close',
  async (transport) => {
    const mistake = new Error('a mistake of the listener');
    const running = await startKdc({
      listen: '127.0.0.1:0',
      realm: REALM,
      accounts: ['LAB\\op:secret'],
      machines: [{ name: 'SERVER', hosts: ['server.lab.example'] }],
      onRequest() {
        throw mistake;
      },
    });
    await logon(running, transport).obtain(SERVICE);
    await expect(running.close()).rejects.toBe(mistake);
  },
);

import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { activate } from '../../src/client/activate.js';
import { RpcConnection } from '../../src/client/connection.js';
import { AUTH_TYPES, clientSecurity } from '../../src/client/credentials.js';
import { KerberosLogon, type KerberosLogonOptions, keytabKeys, passwordKeys } from '../../src/client/kerberos/logon.js';
import { acceptedContext, propose } from '../../src/client/proposals.js';
import { ept, ept_lookup } from '../../src/codec/epm/index.js';
import { decodeCcache, decodeKeytab, ETYPE } from '../../src/codec/kerberos/index.js';
import { NULL_CONTEXT_HANDLE } from '../../src/codec/ndr/index.js';
import { ccacheCredentials, Secret, serviceKeys } from '../../src/security/index.js';
import { type KdcServer, startKdc } from '../../src/server/kdc.js';
import { type DcomServer, startServer } from '../../src/server/server.js';
import { newerImpacket as impacket, impacketActivatesByKerberos } from '../support/impacket.js';
import { peer, port135 } from '../support/peers.js';
import { program } from '../support/program.js';
import { DC, SambaDc, samba, sambaTool } from '../support/samba-dc.js';
import { scapy, scapyActivates } from '../support/scapy.js';

const kinit = peer('kinit');
const smbtorture = peer('smbtorture');
const atPort135 = port135();
const missing = samba.skip || sambaTool.skip || kinit.skip || smbtorture.skip || atPort135.skip;

const DC_ADDRESS = '127.0.0.71';
const SERVER_ADDRESS = '127.0.0.72';
const OWN_KDC = '127.0.0.73';
const PASSWORD = 'Pa55.word';
const HOST = 'server.lab.example';
const MMC20 = '49b2791a-b1ae-4c90-9b8e-e860ba07f889';
const SIGNED_TYPES = [
  ['AES-256', ETYPE.AES256_CTS_HMAC_SHA1_96],
  ['AES-128', ETYPE.AES128_CTS_HMAC_SHA1_96],
  ['RC4', ETYPE.RC4_HMAC],
] as const;

/** What the libraries of MIT and Samba are told about a realm. */
function krb5Conf(path: string, realm: string, kdc: string): void {
  const defaults = `default_realm = ${realm}\n dns_lookup_kdc = false\n dns_lookup_realm = false\n rdns = false\n dns_canonicalize_hostname = false`;
  const enctypes = 'allow_weak_crypto = true\n permitted_enctypes = aes256-cts aes128-cts rc4-hmac';
  writeFileSync(path, `[libdefaults]\n ${defaults}\n ${enctypes}\n[realms]\n ${realm} = {\n  kdc = ${kdc}\n }\n`);
}

async function ticketsOf(krb5: string, ccache: string, service: string, etype?: string): Promise<void> {
  const env = { KRB5_CONFIG: krb5, KRB5CCNAME: ccache };
  const more = etype === undefined ? '' : `-e ${etype}`;
  const script = `printf '%s\\n' "$0" | kinit op >/dev/null && kvno -q ${more} ${service}`;
  const { code, output } = await program('/bin/sh', ['-c', script, PASSWORD], env);
  if (code !== 0) throw new Error(`kinit and kvno failed: ${output}`);
}

describe.skipIf(missing)('Kerberos with a Samba AD DC', () => {
  let dc: SambaDc;
  let server: DcomServer;

  beforeAll(async () => {
    dc = await SambaDc.start(DC_ADDRESS, 'rpc, kdc');
    await dc.tool('user', 'create', 'op', PASSWORD);
    const names = [HOST, 'server'].map((name) => `--service-principal-name=HOST/${name}`);
    await dc.tool('computer', 'create', 'SERVER', ...names);
    await dc.tool('user', 'setpassword', 'SERVER$', '--newpassword=Machine.Pa55');
    await dc.tool('domain', 'exportkeytab', dc.path('server.keytab'), '--principal=SERVER$@LAB.EXAMPLE');
    await dc.tool('domain', 'exportkeytab', dc.path('op.keytab'), '--principal=op@LAB.EXAMPLE');
    krb5Conf(dc.path('krb5.conf'), DC.realm, DC_ADDRESS);
    mkdirSync(dc.path('torture'));
    const folders = ['private dir', 'lock directory', 'state directory', 'cache directory'];
    const lines = folders.map((name) => `${name} = ${dc.path('torture')}`).join('\n');
    writeFileSync(dc.path('torture.conf'), `[global]\nworkgroup = LAB\nrealm = ${DC.realm}\n${lines}\n`);
    const keys = serviceKeys(decodeKeytab(readFileSync(dc.path('server.keytab'))));
    server = await startServer({
      listen: `${SERVER_ADDRESS}:135`,
      kerberos: { keys },
      // impacket looks for the host that it was told among the bindings.
      names: { netbiosName: 'SERVER', netbiosDomain: 'LAB' },
      interfaces: ['rpcecho'],
      asOf: '2021-05',
    });
  }, 120_000);

  afterAll(async () => {
    await server?.close();
    await dc?.stop();
  }, 30_000);

  const kdc = { kdc: { host: DC_ADDRESS } } as const;
  const sources: Readonly<Record<string, () => Promise<Omit<KerberosLogonOptions, 'random'>>>> = {
    password: async () => ({
      client: { user: 'op', realm: DC.realm, keys: passwordKeys(Secret.password(PASSWORD)) },
      kdc,
    }),
    keytab: async () => {
      const entries = decodeKeytab(readFileSync(dc.path('op.keytab')));
      return { client: { user: 'op', realm: DC.realm, keys: keytabKeys(entries, ['op'], DC.realm) }, kdc };
    },
    'cache of tickets': async () => {
      await ticketsOf(dc.path('krb5.conf'), dc.path('client.ccache'), 'host/dc1.lab.example');
      return { tickets: ccacheCredentials(decodeCcache(readFileSync(dc.path('client.ccache')))), kdc };
    },
  };

  describe.each(Object.keys(sources))("this project's client with a %s at Samba's endpoint mapper", (name) => {
    test.each(SIGNED_TYPES)(
      '%s: by itself and inside SPNEGO, at each level, with and without header signing',
      async (_, etype) => {
        const tickets = new KerberosLogon({ ...(await sources[name]?.()), etypes: [etype], random: randomBytes });
        let called = 0;
        for (const authType of [AUTH_TYPES.kerberos, AUTH_TYPES.spnego]) {
          for (const level of [2, 4, 5, 6]) {
            for (const headerSigning of [true, false]) {
              const connection = await RpcConnection.open({
                host: DC_ADDRESS,
                port: 135,
                association: { headerSigning },
              });
              try {
                const target = 'host/dc1.lab.example';
                const security = await clientSecurity({ authType, level, tickets, target, random: randomBytes });
                const elements = propose(ept);
                const contextId = acceptedContext(elements, await connection.bind(elements, security));
                const everything = { inquiry_type: 0, object: null, Ifid: null, vers_option: 1, max_ents: 5 };
                const request = { ...everything, entry_handle: NULL_CONTEXT_HANDLE };
                const { entries } = await connection.call(ept_lookup, request, { contextId, authContextId: 0 });
                expect(entries).toHaveLength(5);
                called++;
              } finally {
                connection.close();
              }
            }
          }
        }
        expect(called).toBe(16);
      },
      60_000,
    );
  });

  /** What the server made of the activations of a client, one after the other. */
  const activationsAfter = (before: number) =>
    server.activations
      .slice(before)
      .map(({ level, authType, outcome, identity }) => ({ level, authType, outcome, user: identity?.user }));

  describe.skipIf(impacket.skip)("impacket's -k", () => {
    const at = { name: HOST, address: SERVER_ADDRESS, realm: DC.realm, kdc: DC_ADDRESS };

    test.each(['aes256-cts', 'rc4-hmac'])(
      'activates with tickets of kinit, %s, at CONNECT, PKT_INTEGRITY and PKT_PRIVACY',
      async (etype) => {
        const ccache = dc.path(`impacket-${etype}.ccache`);
        await ticketsOf(dc.path('krb5.conf'), ccache, `host/${HOST}`, etype);
        const before = server.activations.length;
        const told = await impacketActivatesByKerberos({ ...at, ccache }, '', [2, 3, 4, 5, 6]);
        // At CALL and PKT it binds at that level and sends no trailer, by NTLM too, so that nobody activates.
        expect(told.map(({ level, accepted }) => [level, accepted])).toEqual([
          ...[
            [2, true],
            [3, false],
            [4, false],
            [5, true],
            [6, true],
          ],
        ]);
        const nobody = { level: 1, authType: 0, outcome: 'refused', user: undefined };
        const known = (level: number) => ({ level, authType: 9, outcome: 'accepted', user: 'op' });
        expect(activationsAfter(before)).toEqual([known(2), nobody, nobody, known(5), known(6)]);
      },
      60_000,
    );

    test("gets no ticket of Samba's KDC itself: its TGS-REQ has no checksum over the body", async () => {
      const [told] = await impacketActivatesByKerberos(at, PASSWORD, [5]);
      expect(told?.text).toContain('KRB_AP_ERR_INAPP_CKSUM');
    }, 60_000);
  });

  describe.skipIf(scapy.skip)("scapy's DCOM client", () => {
    test.each([
      ['kerberos', AUTH_TYPES.kerberos],
      ['kerberos-spnego', AUTH_TYPES.spnego],
    ])(
      'activates by %s at CONNECT, PKT_INTEGRITY and PKT_PRIVACY, with tickets of its own',
      async (how, authType) => {
        const before = server.activations.length;
        const told = await scapyActivates(SERVER_ADDRESS, `${how},host/${HOST},${DC_ADDRESS}`, PASSWORD, [2, 5, 6]);
        expect(told.filter(({ accepted }) => !accepted)).toEqual([]);
        const known = (level: number) => ({ level, authType, outcome: 'accepted', user: 'op' });
        expect(activationsAfter(before)).toEqual([known(2), known(5), known(6)]);
      },
      60_000,
    );
  });

  test.each(SIGNED_TYPES)(
    "this project's client with %s activates on the server, by itself and inside SPNEGO, at each level",
    async (_, etype) => {
      const tickets = new KerberosLogon({ ...(await sources.password?.()), etypes: [etype], random: randomBytes });
      const { address: host, port } = server.address;
      const before = server.activations.length;
      const expected = [];
      for (const authType of [AUTH_TYPES.kerberos, AUTH_TYPES.spnego]) {
        for (const level of [2, 4, 5, 6]) {
          const authentication = { authType, level, tickets, target: `RPCSS/${HOST}`, random: randomBytes };
          const iids = ['00000000-0000-0000-c000-000000000046'];
          const { outcome } = await activate({ host, port, clsid: MMC20, iids, authentication });
          expect(outcome.accepted).toBe(true);
          expected.push({ level, authType, outcome: 'accepted', user: 'op' });
        }
      }
      expect(activationsAfter(before)).toEqual(expected);
    },
    60_000,
  );

  const torture = (suite: string, options: string, conf = 'torture.conf') =>
    program(
      smbtorture.required(),
      [
        ...['-s', dc.path(conf), `--basedir=${dc.path('torture')}`, '-U', `${DC.realm}/op%${PASSWORD}`],
        ...['--use-kerberos=required', `ncacn_ip_tcp:${SERVER_ADDRESS}[135,${options},target_hostname=${HOST}]`],
        `rpc.${suite}`,
      ],
      { KRB5_CONFIG: dc.path('krb5.conf') },
    );

  test.each(
    ['connect', 'packet', 'sign', 'seal'].flatMap((level) =>
      ['', ',bigendian'].flatMap((order) => [`${level}${order},krb5`, `${level}${order},spnego,krb5`]),
    ),
  )(
    'smbtorture calls the server with [%s]',
    async (options) => {
      const { code, output } = await torture('echo', options);
      expect(output).toContain('success: echo.echodata');
      expect({ code, failures: output.match(/^(failure|error): \S+/gm) }).toEqual({ code: 0, failures: null });
    },
    60_000,
  );
});

describe.skipIf(kinit.skip || atPort135.skip)("this project's KDC", () => {
  let kdc: KdcServer;
  let server: DcomServer;
  beforeAll(async () => {
    const machines = [{ name: 'SERVER', hosts: [HOST] }];
    kdc = await startKdc({
      listen: `${OWN_KDC}:88`,
      realm: 'OWN.EXAMPLE',
      accounts: [`OWN\\op:${PASSWORD}`],
      machines,
    });
    server = await startServer({
      listen: `${OWN_KDC}:135`,
      kerberos: { keys: kdc.keysOf('SERVER') },
      names: { netbiosName: 'SERVER' },
      asOf: '2021-05',
    });
  });
  afterAll(async () => {
    await server?.close();
    await kdc?.close();
  });

  test.each(['aes256-cts', 'aes128-cts', 'rc4-hmac'])(
    "gives kinit tickets, %s, which impacket's -k activates with",
    async (etype) => {
      const folder = process.env.RUNNER_TEMP ?? '/tmp';
      const [conf, ccache] = [`${folder}/own-${process.pid}.conf`, `${folder}/own-${process.pid}-${etype}.ccache`];
      krb5Conf(conf, 'OWN.EXAMPLE', `${OWN_KDC}:${kdc.address.port}`);
      await ticketsOf(conf, ccache, `HOST/${HOST}`, etype);
      const { principal, credentials } = decodeCcache(readFileSync(ccache));
      expect(principal).toMatchObject({ realm: 'OWN.EXAMPLE', name: ['op'] });
      const ticket = credentials.find(({ server }) => server.name.join('/') === `HOST/${HOST}`);
      expect(ticket?.etype).toBe({ 'aes256-cts': 18, 'aes128-cts': 17, 'rc4-hmac': 23 }[etype]);
      if (impacket.skip) return;
      const at = { name: HOST, address: OWN_KDC, realm: 'OWN.EXAMPLE', kdc: OWN_KDC };
      const told = await impacketActivatesByKerberos({ ...at, ccache }, '', [2, 5, 6]);
      expect(told.filter(({ accepted }) => !accepted)).toEqual([]);
    },
  );

  test.skipIf(impacket.skip)('gives impacket tickets for a password, and it activates with them', async () => {
    const before = server.activations.length;
    const at = { name: HOST, address: OWN_KDC, realm: 'OWN.EXAMPLE', kdc: OWN_KDC };
    const told = await impacketActivatesByKerberos(at, PASSWORD, [2, 5, 6]);
    expect(told.filter(({ accepted }) => !accepted)).toEqual([]);
    expect(server.activations.slice(before)).toMatchObject(
      [2, 5, 6].map((level) => ({ level, authType: 9, outcome: 'accepted', identity: { domain: 'OWN', user: 'op' } })),
    );
  });
});

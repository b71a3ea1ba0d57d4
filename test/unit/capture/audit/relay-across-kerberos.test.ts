import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import { frameKerberos, TOK_ID } from '../../../../src/codec/kerberos/index.js';
import { encodeNegToken, OID } from '../../../../src/codec/spnego/index.js';
import { kerberosInitiator, TicketTable } from '../../../../src/security/index.js';
import { labKdc, serviceTicket } from '../../../support/kerberos.js';
import { bindRequest, http, overRpc, type Said, sasl } from '../../../support/logons.js';
import { ATTACKER, type RecordedConnection, recordingOf } from '../../../support/relayed.js';
import { NOW, seeded } from '../../../support/security.js';

/** AP-REQs of one client with one ticket. */
function client(service: string): () => Buffer {
  const tickets = new TicketTable([serviceTicket(labKdc(), undefined, service)]);
  const provider = kerberosInitiator({ tickets, random: seeded('client') });
  let now = NOW;
  return () => Buffer.from(provider.initiate({ level: 2, target: service }).step(undefined, now++).token as Uint8Array);
}

const framed = (apReq: Buffer): Buffer => frameKerberos(TOK_ID.AP_REQ, apReq);
const inSpnego = (apReq: Buffer): Buffer =>
  encodeNegToken({ kind: 'NegTokenInit', framed: true, mechTypes: [OID.MS_KERBEROS], mechToken: framed(apReq) });
const asked = (bytes: Buffer): Said[] => [{ direction: 'toServer', bytes }];
const header = (scheme: string, token: Buffer): Said[] =>
  asked(
    http(['POST /wsman HTTP/1.1', `Authorization: ${scheme} ${token.toString('base64')}`, 'Host: server.lab.example']),
  );

/** How an AP-REQ travels: in RPC bare or in SPNEGO, in HTTP by both schemes, in LDAP by both mechanisms. */
const CARRIERS = {
  rpc: { port: 135, transport: 'ncacn_ip_tcp', says: (apReq: Buffer) => overRpc([apReq], 16) },
  'rpc (SPNEGO)': { port: 135, transport: 'ncacn_ip_tcp', says: (apReq: Buffer) => overRpc([inSpnego(apReq)], 9) },
  http: { port: 80, transport: 'http', says: (apReq: Buffer) => header('Negotiate', inSpnego(apReq)) },
  'http (Kerberos)': { port: 5985, transport: 'http', says: (apReq: Buffer) => header('Kerberos', framed(apReq)) },
  ldap: {
    port: 389,
    transport: 'ldap',
    says: (apReq: Buffer) => asked(bindRequest(1, '', sasl('GSS-SPNEGO', inSpnego(apReq)))),
  },
  'ldap (GSSAPI)': {
    port: 3268,
    transport: 'ldap',
    says: (apReq: Buffer) => asked(bindRequest(1, '', sasl('GSSAPI', framed(apReq)))),
  },
};
type Name = keyof typeof CARRIERS;

const VICTIM = { address: '10.0.0.5', port: 50_000 };
const TARGET = '10.0.0.10';

const legs = (from: Name, to: Name, victim: Buffer, target: Buffer): RecordedConnection[] => [
  { client: VICTIM, server: { address: ATTACKER, port: CARRIERS[from].port }, pdus: CARRIERS[from].says(victim) },
  {
    client: { address: ATTACKER, port: 40_000 },
    server: { address: TARGET, port: CARRIERS[to].port },
    pdus: CARRIERS[to].says(target),
  },
];

const relaysIn = async (connections: readonly RecordedConnection[]) =>
  (await audit([recordingOf(connections)])).findings.filter(({ finding }) => finding === 'relay');

const names = Object.keys(CARRIERS) as Name[];
const isRpc = (name: Name): boolean => CARRIERS[name].transport === 'ncacn_ip_tcp';
const PAIRS = names.flatMap((from) => names.filter((to) => isRpc(from) !== isRpc(to)).map((to) => [from, to] as const));

describe('a relay of Kerberos across protocols', () => {
  test.each(PAIRS)('from %s to %s is found by its authenticator', async (from, to) => {
    const apReq = client('HOST/server.lab.example')();
    expect(await relaysIn(legs(from, to, apReq, apReq))).toMatchObject([
      {
        ...{ severity: 'high', transport: CARRIERS[to].transport, client: `${ATTACKER}:40000` },
        facts: {
          ...{
            by: 'authenticator',
            chained: true,
            authenticate_changed: false,
            other_transport: CARRIERS[from].transport,
          },
          target: 'HOST/server.lab.example',
        },
        detail: expect.stringMatching(/10\.0\.0\.66 is in the middle$/),
      },
    ]);
  });

  test('with a ticket for a service of another protocol says so', async () => {
    const apReq = client('HTTP/server.lab.example')();
    const [found] = await relaysIn(legs('http', 'rpc', apReq, apReq));
    expect(found?.detail).toMatch(/; the client means HTTP\/server\.lab\.example, a service of another protocol$/);
    const [back] = await relaysIn(legs('rpc', 'http', apReq, apReq));
    expect(back?.detail).toMatch(/is in the middle$/);
  });

  test('with a changed authenticator is found by the ticket, where the addresses make a chain', async () => {
    const apReq = client('HOST/server.lab.example')();
    const changed = Buffer.from(apReq);
    changed[changed.length - 1] = (changed.at(-1) as number) ^ 1;
    expect(await relaysIn(legs('http', 'rpc', apReq, changed))).toMatchObject([
      { severity: 'high', facts: { by: 'ticket', chained: true, authenticate_changed: true } },
    ]);
  });

  test('a client that uses its ticket in several protocols and again is no relay', async () => {
    const next = client('HOST/server.lab.example');
    const connections = [...names, ...names].map((name, index) => ({
      client: { ...VICTIM, port: 50_000 + index },
      server: { address: TARGET, port: CARRIERS[name].port },
      pdus: CARRIERS[name].says(next()),
    }));
    expect(await relaysIn(connections)).toEqual([]);
  });

  test('two requests of HTTP in one connection have the authenticator of one each', async () => {
    const next = client('HTTP/server.lab.example');
    const pdus = [...CARRIERS.http.says(next()), ...CARRIERS.http.says(next())];
    expect(await relaysIn([{ client: VICTIM, server: { address: TARGET, port: 80 }, pdus }])).toEqual([]);
  });
});

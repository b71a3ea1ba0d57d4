import { describe, expect, test } from 'vitest';
import { audit } from '../../../../src/capture/audit/audit.js';
import { servesAnother } from '../../../../src/capture/audit/service.js';
import { CARRIERS, type Carrier, ORIGIN, overBareSmb1, overHttp } from '../../../support/logons.js';
import { ATTACKER, type RecordedConnection, recordingOf } from '../../../support/relayed.js';
import { bothLegs, type Change, type Relayed, relayedExchange, TARGET } from '../../../support/relayed-across.js';

/** [MS-NLMP] 2.2.1.2: without NTLMSSP_NEGOTIATE_SIGN. */
const unsigned: Change = (octets) => {
  octets.writeUInt32LE((octets.readUInt32LE(20) & ~0x10) >>> 0, 20);
  return octets;
};
/** The server's name in TargetInfo is another. */
const renamed: Change = (octets) => {
  const name = Buffer.from('DC1', 'utf16le');
  Buffer.from('XY2', 'utf16le').copy(octets, octets.lastIndexOf(name));
  return octets;
};
/** [MS-NLMP] 2.2.1.3: zeros where the MIC stands. */
const withoutMic: Change = (octets) => octets.fill(0, 72, 88);
/** The last octet of the NTLMv2 response, which its proof no longer fits. */
const otherPairs: Change = (octets) => {
  const response = octets.readUInt32LE(24) + octets.readUInt16LE(20);
  octets[response - 9] = 0xff;
  return octets;
};

const found = async (connections: readonly RecordedConnection[]) =>
  (await audit([recordingOf(connections)])).findings.filter(({ finding }) =>
    ['relay', 'challenge-changed'].includes(finding),
  );

const OTHERS = Object.keys(CARRIERS).filter((name) => name !== 'rpc') as (keyof typeof CARRIERS)[];
const PAIRS = OTHERS.flatMap((other) => [[other, 'rpc'] as const, ['rpc', other] as const]);
/** Where a protocol carries RPC, its own name is not said. */
const transportOf = (name: string): string => (name === 'rpc' ? 'ncacn_ip_tcp' : (name.split(' ', 1)[0] as string));

describe.each(PAIRS)('a relay from %s to %s', (from, to) => {
  const legs = (relayed: Relayed) => bothLegs(CARRIERS[from], CARRIERS[to], relayed);

  test('is found by the response, with who is in the middle and what carried each leg', async () => {
    const [relay, ...more] = await found(legs(relayedExchange()));
    expect(more).toEqual([]);
    expect(relay).toMatchObject({
      ...{ finding: 'relay', severity: 'high', user: 'LAB\\op', stream: 1, transport: transportOf(to) },
      ...{ client: `${ATTACKER}:40000`, server: `${TARGET}:${CARRIERS[to].port}` },
      facts: {
        ...{ by: 'response', chained: true, authenticate_changed: false },
        ...{ other_stream: 0, other_transport: transportOf(from), target: 'HTTP/attacker' },
      },
      detail: expect.stringContaining(`: ${ATTACKER} is in the middle`),
    });
  });

  test.each([
    ['with other flags', unsigned, 'with NTLMSSP_NEGOTIATE_SIGN'],
    ['with another TargetInfo', renamed, 'another TargetInfo'],
  ])('is found where the victim gets the challenge %s', async (_, challenge, difference) => {
    expect(await found(legs(relayedExchange({ challenge })))).toMatchObject([
      { finding: 'relay', severity: 'high', facts: { by: 'response', chained: true } },
      { finding: 'challenge-changed', severity: 'high', facts: { differences: [difference] } },
    ]);
  });

  test.each([
    ['the MIC is taken out', withoutMic, 'response'],
    ['the response is changed under its proof', otherPairs, 'response'],
    [
      'the proof is changed',
      (octets: Buffer) => octets.fill(7, octets.readUInt32LE(24), octets.readUInt32LE(24) + 4),
      'client-challenge',
    ],
  ])('is found where %s on the way', async (_, answer, by) => {
    expect(await found(legs(relayedExchange({ answer })))).toMatchObject([
      { finding: 'relay', facts: { by, authenticate_changed: true } },
    ]);
  });

  test('is found by the challenge alone where the victim breaks off', async () => {
    const { victim, target } = relayedExchange();
    expect(await found(legs({ victim: victim.slice(0, 2), target: target.slice(0, 2) }))).toMatchObject([
      { finding: 'relay', severity: 'high', facts: { by: 'challenge', chained: true } },
    ]);
  });
});

describe('a relay from or to SMB1 without extended security, where no message of NTLM is around what is passed on', () => {
  const BARE: Carrier = { port: 445, says: overBareSmb1 };
  test.each([
    ['from', BARE, CARRIERS.rpc, 'ncacn_ip_tcp', 'smb'],
    ['to', CARRIERS.rpc, BARE, 'smb', 'ncacn_ip_tcp'],
  ])('%s it is found by the response', async (_, from, to, transport, other_transport) => {
    expect(await found(bothLegs(from, to, relayedExchange()))).toMatchObject([
      { finding: 'relay', severity: 'high', user: 'LAB\\op', transport, facts: { by: 'response', other_transport } },
    ]);
  });
});

describe('a relay without RPC', () => {
  const { http, ldap, smb } = CARRIERS;

  test.each([
    ['HTTP to LDAP', http, ldap],
    ['SMB to HTTP', smb, http],
    ['LDAP to SMB', ldap, smb],
  ])('from %s is found too', async (_, from, to) => {
    expect(await found(bothLegs(from, to, relayedExchange()))).toMatchObject([{ finding: 'relay', severity: 'high' }]);
  });

  test('from HTTP to HTTP of the same host is a warning, as a reverse proxy does so; of another host it is none', async () => {
    const proxied = await found(bothLegs(http, CARRIERS['http (proxy)'], relayedExchange()));
    expect(proxied).toMatchObject([
      {
        severity: 'warning',
        facts: { chained: true },
        detail: expect.stringMatching(/, or a reverse proxy of that host/),
      },
    ]);
    const other = await found(bothLegs(CARRIERS['http (Negotiate)'], http, relayedExchange()));
    expect(other).toMatchObject([{ severity: 'high', facts: { host: 'www.lab.example', other_host: 'ws:5985' } }]);
  });
});

describe('the host of a reverse proxy', () => {
  const http = (host: string | undefined): Carrier => ({ port: 80, says: overHttp('NTLM', ORIGIN, host) });

  test.each([
    ['SRV.corp.example', 'srv.corp.example:80', 'warning'],
    ['[FE80::1]:', '[fe80::1]', 'warning'],
    ['srv:8080', 'srv', 'high'],
    ['srv', undefined, 'high'],
    [undefined, undefined, 'high'],
    ['', ':80', 'high'],
  ])('%s and %s: a relay is %s', async (first, second, severity) => {
    expect(await found(bothLegs(http(first), http(second), relayedExchange()))).toMatchObject([{ severity }]);
  });
});

describe('a service of another protocol', () => {
  test.each([
    ['HTTP/www', 'ncacn_ip_tcp', true],
    ['http/www', 'http', false],
    ['WSMAN/ws', 'http', false],
    ['cifs/fs', 'ncacn_ip_tcp', true],
    ['cifs/fs', 'ncacn_np', false],
    ['cifs/fs', 'smb', false],
    ['ldap/dc', 'ncacn_ip_tcp', false],
    ['ldap/dc', 'http', true],
    ['HOST/any', 'http', false],
    ['RPCSS/any', 'ncacn_ip_tcp', false],
    ['', 'http', false],
  ] as const)('%s by %s: %s', (spn, transport, expected) => expect(servesAnother(spn, transport)).toBe(expected));
});

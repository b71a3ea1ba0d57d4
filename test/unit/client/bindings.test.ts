import { describe, expect, test } from 'vitest';
import { exporterTargets, reach, resolverTargets, serviceOf } from '../../../src/client/bindings.js';
import { TransportError } from '../../../src/net/error.js';

const bindings = (...addresses: string[]) => ({
  stringBindings: addresses.map((aNetworkAddr) => ({ wTowerId: 7, aNetworkAddr })),
  securityBindings: [],
});

describe('which security service is used towards an object exporter', () => {
  const offers = (...services: number[]) => ({
    stringBindings: [],
    securityBindings: services.map((wAuthnSvc) => ({ wAuthnSvc, aPrincName: '' })),
  });
  const [SPNEGO, NTLM, SCHANNEL] = [9, 10, 14];

  test.each([
    ['the wanted one, wherever the exporter names it', offers(NTLM, SPNEGO), SPNEGO, SPNEGO],
    ['else the first that it names and we have', offers(SCHANNEL, NTLM), SPNEGO, NTLM],
    ['none where it names none at all, [MS-DCOM] 3.2.4.2', offers(), SPNEGO, 0],
  ])('%s', (_rule, bindings, wanted, expected) => {
    expect(serviceOf(bindings, wanted)).toBe(expected);
  });
});

describe('which address of an object exporter is tried', () => {
  test('those of TCP with a port, in their order', () => {
    const mixed = {
      stringBindings: [
        { wTowerId: 31, aNetworkAddr: '\\\\HOST[\\PIPE\\atsvc]' },
        { wTowerId: 7, aNetworkAddr: 'WORKSTATION6[49913]' },
        { wTowerId: 7, aNetworkAddr: '172.18.39.6[49913]' },
        { wTowerId: 7, aNetworkAddr: 'no-port' },
        { wTowerId: 7, aNetworkAddr: 'bad[99999]' },
      ],
      securityBindings: [],
    };
    expect(exporterTargets(mixed)).toEqual([
      { host: 'WORKSTATION6', port: 49913 },
      { host: '172.18.39.6', port: 49913 },
    ]);
  });

  test('no more than sixteen, however many the server names', () => {
    const many = bindings(...Array.from({ length: 20_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}[500]`), 'known[500]');
    const targets = exporterTargets(many, { host: 'known' });
    expect([targets.length, targets[0], targets[15]?.host]).toEqual([16, { host: 'known', port: 500 }, '10.0.0.14']);
  });

  test('the host that was activated on goes first, whatever the case of its name', () => {
    const all = bindings('DC1[500]', '10.0.0.1[500]', 'dc1.example[500]');
    expect(exporterTargets(all, { host: 'DC1.EXAMPLE' })[0]).toEqual({ host: 'dc1.example', port: 500 });
    expect(exporterTargets(all, { host: '10.0.0.1' }).map(({ host }) => host)).toEqual([
      '10.0.0.1',
      'DC1',
      'dc1.example',
    ]);
  });

  test('IPv6 addresses come with and without brackets', () => {
    expect(exporterTargets(bindings('fe80::1[500]', '[::1][501]'))).toEqual([
      { host: 'fe80::1', port: 500 },
      { host: '::1', port: 501 },
    ]);
  });

  test('behind a translated address, the host that was activated on is the last resort, with the same port', () => {
    const inside = bindings('SERVER[500]', '192.168.1.2[500]');
    expect(exporterTargets(inside, { host: '203.0.113.7' })).toHaveLength(2);
    expect(exporterTargets(inside, { host: '203.0.113.7', throughNat: true }).at(-1)).toEqual({
      host: '203.0.113.7',
      port: 500,
    });
  });

  test('a resolver without a port listens on 135', () => {
    expect(resolverTargets(bindings('DC1', '10.0.0.1[4135]'), { host: '10.0.0.1' })).toEqual([
      { host: '10.0.0.1', port: 4135 },
      { host: 'DC1', port: 135 },
    ]);
  });
});

describe('several addresses', () => {
  const targets = [
    { host: 'dead', port: 1 },
    { host: 'alive', port: 1 },
  ];

  test('the next one is tried where there is no way to the first', async () => {
    const tried: string[] = [];
    const found = await reach(targets, async ({ host }) => {
      tried.push(host);
      if (host === 'dead') throw new TransportError(host, 'no way');
      return host;
    });
    expect([found, tried]).toEqual(['alive', ['dead', 'alive']]);
  });

  test('where there is no way to any, what became of each is said', async () => {
    const failure = reach(targets, async ({ host }) => {
      throw new TransportError(`cannot connect to ${host}`, 'no way');
    });
    await expect(failure).rejects.toThrow(
      'none of 2 endpoints: cannot connect to dead: no way; cannot connect to alive: no way',
    );
    await expect(failure).rejects.toBeInstanceOf(TransportError);
  });

  test('the only one fails by what became of it', async () => {
    const failure = reach(targets.slice(0, 1), async ({ host }) => {
      throw new TransportError(`cannot connect to ${host}`, 'no way');
    });
    await expect(failure).rejects.toThrow(/^cannot connect to dead: no way$/);
  });

  test('what is no failure of the way ends the search', async () => {
    const failure = reach(targets, async () => {
      throw new RangeError('refused');
    });
    await expect(failure).rejects.toBeInstanceOf(RangeError);
  });

  test('none is a failure of its own', async () => {
    await expect(reach([], async () => 1)).rejects.toThrow('none of them can be used over TCP');
  });
});

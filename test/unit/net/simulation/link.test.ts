import { describe, expect, test } from 'vitest';
import type { LinkOptions } from '../../../../src/net/simulation/index.js';
import { CLIENT, type Heard, PORT, SERVER, TwoHosts } from '../../../support/simulated.js';

/** When each piece came that was sent at one time, in microseconds from then on. */
async function arrivals(link: LinkOptions, ...texts: readonly string[]): Promise<(readonly [number, string])[]> {
  const hosts = new TwoHosts(link);
  const { client, server } = await hosts.connected();
  const sent = hosts.time.microseconds;
  for (const text of texts) client.send(text);
  await hosts.time.pass(60_000);
  return server.pieces.map((piece, index) => [(server.times[index] as number) - sent, piece.toString()] as const);
}

describe('a link', () => {
  test.each<[string, LinkOptions, string[], (readonly [number, string])[]]>([
    ['takes 0.2 ms unless told otherwise', {}, ['abc'], [[200, 'abc']]],
    ['takes its latency', { latencyMilliseconds: 30.5 }, ['abc'], [[30_500, 'abc']]],
    ['can take no time', { latencyMilliseconds: 0 }, ['abc'], [[0, 'abc']]],
    [
      'delivers what was sent at once by itself',
      {},
      ['ab', 'c'],
      [
        [200, 'ab'],
        [200, 'c'],
      ],
    ],
    [
      'lets a thousand octets a second through',
      { bandwidth: 1000 },
      ['abc', 'd'],
      [
        [3_200, 'abc'],
        [4_200, 'd'],
      ],
    ],
    [
      'rounds up what an octet takes',
      { bandwidth: 3_000_000 },
      ['a', 'b'],
      [
        [201, 'a'],
        [202, 'b'],
      ],
    ],
    [
      'delivers in segments',
      { segment: 2 },
      ['abc', 'de'],
      [
        [200, 'ab'],
        [200, 'c'],
        [200, 'de'],
      ],
    ],
    [
      'delivers octet by octet',
      { segment: 1, bandwidth: 1000 },
      ['abc'],
      [
        [1_200, 'a'],
        [2_200, 'b'],
        [3_200, 'c'],
      ],
    ],
  ])('%s', async (_name, link, texts, expected) => {
    expect(await arrivals(link, ...texts)).toEqual(expected);
  });

  test('with a bandwidth delivers in frames of the usual size', async () => {
    const pieces = await arrivals({ bandwidth: 1e6 }, 'x'.repeat(3_000));
    expect(pieces.map(([at, text]) => [at, text.length])).toEqual([
      [1_660, 1_460],
      [3_120, 1_460],
      [3_200, 80],
    ]);
  });

  test('carries both directions at the same time', async () => {
    const hosts = new TwoHosts({ bandwidth: 1000 });
    const { client, server } = await hosts.connected();
    const sent = hosts.time.microseconds;
    client.send('abc');
    server.send('de');
    await hosts.time.pass(100);
    expect([server.times[0], client.times[0]]).toEqual([sent + 3_200, sent + 2_200]);
  });

  test('that is changed is another for connections that are opened later, in both directions, and for no other pair', async () => {
    const hosts = new TwoHosts({ latencyMilliseconds: 1 });
    const { client, server } = await hosts.connected();
    hosts.network.addHost('third', ['10.0.0.3']);
    hosts.network.link('server', 'client', { latencyMilliseconds: 10 });
    const sent = hosts.time.microseconds;
    client.send('open already');
    await hosts.time.pass(50);
    expect(server.times).toEqual([sent + 1_000]);
    const took = async (from: string) => {
      const before = hosts.time.microseconds;
      await hosts.time.run(hosts.network.of(from).connect({ host: SERVER, port: PORT }, hosts.heard().accept));
      return hosts.time.microseconds - before;
    };
    expect([await took('client'), await took('third')]).toEqual([20_000, 2_000]);
  });

  test('octets on the way keep their order although the clock is moved meanwhile', async () => {
    const hosts = new TwoHosts({ bandwidth: 10 });
    const { client, server } = await hosts.connected();
    client.send('first');
    hosts.time.skip(3_600_000);
    client.send('second');
    await hosts.time.pass(60_000);
    expect(server.text).toBe('firstsecond');
  });

  test.each<LinkOptions>([
    { segment: 0 },
    { segment: 1.5 },
    { bandwidth: 0 },
    { latencyMilliseconds: -1 },
    { latencyMilliseconds: Number.NaN },
  ])('%j is none', (link) => {
    expect(() => new TwoHosts(link)).toThrow(TypeError);
    expect(() => new TwoHosts().network.link('client', 'server', link)).toThrow(TypeError);
  });
});

describe('hosts', () => {
  test('are reached by any of their addresses and by name, and come from their first', async () => {
    const hosts = new TwoHosts();
    hosts.network.addHost('gateway', ['192.168.0.1', 'fe80::1']);
    const gateway = hosts.network.of('gateway');
    const heard: Heard[] = [];
    const accept = (channel: Parameters<Heard['accept']>[0]) => {
      heard.push(hosts.heard());
      return (heard.at(-1) as Heard).accept(channel);
    };
    for (const host of ['192.168.0.1', 'fe80::1']) await gateway.listen({ host, port: 80 }, accept);
    for (const host of ['gateway', '192.168.0.1', 'fe80::1'])
      await hosts.time.run(hosts.client.connect({ host, port: 80 }, hosts.heard().accept));
    await hosts.time.pass(1);
    expect(heard.map(({ channel }) => [channel?.remote.address, channel?.local.address])).toEqual([
      [CLIENT, '192.168.0.1'],
      [CLIENT, '192.168.0.1'],
      [CLIENT, 'fe80::1'],
    ]);
    expect(hosts.network.connections).toBe(3);
  });

  test.each([
    ['name', 'client', ['10.9.9.9']],
    ['address', 'another', ['10.9.9.9', SERVER]],
  ])('with a %s that is taken are none', (_what, name, addresses) => {
    expect(() => new TwoHosts().network.addHost(name, addresses)).toThrow(TypeError);
  });

  test.each([
    ['a host that is not there', 'nowhere', {}, 'EHOSTUNREACH'],
    ['an address of its own that it does not have', SERVER, { localAddress: '10.9.9.9' }, 'EADDRNOTAVAIL'],
  ])('%s is a TransportError', async (_what, host, more, code) => {
    const hosts = new TwoHosts();
    const connecting = hosts.time.run(hosts.client.connect({ host, port: PORT, ...more }, hosts.heard().accept));
    await expect(connecting).rejects.toMatchObject({ name: 'TransportError', code });
  });

  test('take the dynamic ports in their order, and after the last one those that are free', async () => {
    const hosts = new TwoHosts({ latencyMilliseconds: 0 });
    await hosts.server.listen({ host: SERVER, port: PORT }, hosts.heard().accept);
    const ports: number[] = [];
    for (let n = 0; n < 16_386; n++) {
      const heard = hosts.heard();
      const channel = await hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, heard.accept));
      ports.push(channel.local.port);
      // The second stays open.
      if (n !== 1) channel.destroy();
      await hosts.time.pass(0);
    }
    expect([ports[0], ports[1], ports[16_383], ports[16_384], ports[16_385]]).toEqual([
      49_152, 49_153, 65_535, 49_152, 49_154,
    ]);
  });

  test('listen on the ports above those of the system, as Windows does', async () => {
    const { server } = new TwoHosts();
    const listeners = await Promise.all(
      [0, 49_665, 0].map((port) => server.listen({ host: SERVER, port }, heardNothing)),
    );
    expect(listeners.map(({ address }) => address.port)).toEqual([49_664, 49_665, 49_666]);
  });
});

const heardNothing = () => ({ data: () => {}, closed: () => {} });

describe('an end that nobody answers', () => {
  test('is told that it is closed after five seconds', async () => {
    const hosts = new TwoHosts();
    const { client, server } = await hosts.connected();
    const cut = hosts.network.inject({ kind: 'partition', between: ['client', 'server'] });
    client.channel?.end();
    await hosts.time.pass(4_999);
    expect(client.closed).toEqual([]);
    await hosts.time.pass(1);
    expect([client.closed, server.closed]).toEqual([[undefined], []]);
    cut.heal();
    await hosts.time.pass(1);
    expect([client.closed, server.closed, hosts.network.connections]).toEqual([[undefined], [undefined], 0]);
  });

  test('of a listener waits as long as that says', async () => {
    const hosts = new TwoHosts();
    const server = hosts.heard();
    await hosts.server.listen({ host: SERVER, port: PORT, closeMilliseconds: 70 }, server.accept);
    await hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, hosts.heard().accept));
    await hosts.time.pass(1);
    hosts.network.inject({ kind: 'partition', between: ['client', 'server'] });
    server.channel?.end();
    await hosts.time.pass(70);
    expect(server.closed).toEqual([undefined]);
  });
});

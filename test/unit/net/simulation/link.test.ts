import { describe, expect, test } from 'vitest';
import type { LinkOptions } from '../../../../src/net/simulation/index.js';
import { PORT, SERVER, TwoHosts } from '../../../support/simulated.js';

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

describe('the present link of two hosts', () => {
  test('is that of the network until another is set, in either order', () => {
    const { network } = new TwoHosts({ latencyMilliseconds: 1, segment: 3 });
    expect(network.linkOf('client', 'server')).toEqual({ latencyMilliseconds: 1, segment: 3 });
    network.link('server', 'client', { bandwidth: 1000 });
    expect(network.linkOf('client', 'server')).toEqual({ bandwidth: 1000 });
    expect(network.linkOf('server', 'client')).toEqual({ bandwidth: 1000 });
    network.link('server', 'client', { ...network.linkOf('server', 'client'), segment: 2 });
    expect(network.linkOf('server', 'client')).toEqual({ bandwidth: 1000, segment: 2 });
  });

  test('does not change with what it was made of', () => {
    const link = { latencyMilliseconds: 1 };
    const { network } = new TwoHosts(link);
    link.latencyMilliseconds = 2;
    expect(network.linkOf('client', 'server')).toEqual({ latencyMilliseconds: 1 });
  });

  test('of hosts that are not there is none', () => {
    expect(() => new TwoHosts().network.linkOf('client', 'nobody')).toThrow(TypeError);
  });
});

describe('an end that nobody answers', () => {
  test('is told that it is closed after half a second, as the client of sockets is', async () => {
    const hosts = new TwoHosts();
    const { client, server } = await hosts.connected();
    const cut = hosts.network.inject({ kind: 'partition', between: ['client', 'server'] });
    client.channel?.end();
    await hosts.time.pass(499);
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

import { describe, expect, test } from 'vitest';
import type { Fault, InjectedFault, LinkOptions } from '../../../../src/net/simulation/index.js';
import { PORT, SERVER, TwoHosts } from '../../../support/simulated.js';

const BETWEEN = ['client', 'server'] as const;
const RESET = [expect.objectContaining({ code: 'ECONNRESET' })];
const IN_ORDER = [undefined];

async function faulty(fault: Omit<Fault, 'between'>, link: LinkOptions = {}) {
  const hosts = new TwoHosts(link);
  const ends = await hosts.connected();
  const injected = hosts.network.inject({ between: BETWEEN, ...fault });
  return { hosts, injected, ...ends, pass: (milliseconds: number) => hosts.time.pass(milliseconds) };
}

const connect = (hosts: TwoHosts, timeout?: number) =>
  hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, hosts.heard().accept, timeout));

describe('after so many octets of a direction', () => {
  test.each<[Fault['kind'], number | undefined, string[], string, unknown, unknown]>([
    ['reset', undefined, ['abc'], '', RESET, RESET],
    ['reset', 4, ['abc', 'def'], 'abcd', RESET, RESET],
    ['reset', 3, ['abc', 'def'], 'abc', RESET, RESET],
    ['truncate', 4, ['abc', 'def', 'ghi'], 'abcd', IN_ORDER, IN_ORDER],
    ['half-close', 4, ['abc', 'def', 'ghi'], 'abcd', IN_ORDER, IN_ORDER],
    ['stall', 4, ['abc', 'def', 'ghi'], 'abcd', [], []],
    ['reorder', 4, ['abc', 'def', 'ghi'], 'abcdefghi', [], []],
  ])('%s after %s of %j', async (kind, after, texts, arrived, clientClosed, serverClosed) => {
    const { client, server, injected, pass } = await faulty({ kind, ...(after !== undefined && { after }) });
    for (const text of texts) client.send(text);
    await pass(100);
    expect([server.text, client.closed, server.closed]).toEqual([arrived, clientClosed, serverClosed]);
    expect(injected.happened).toBe(true);
  });

  test.each<Fault['kind']>(['reset', 'truncate', 'half-close', 'stall', 'reorder'])(
    '%s does not happen to those who send no more than these',
    async (kind) => {
      const { client, server, injected, pass } = await faulty({ kind, after: 6 });
      client.send('abc');
      client.send('def');
      server.send('an answer of any length');
      await pass(100);
      expect([server.text, client.text, injected.happened]).toEqual(['abcdef', 'an answer of any length', false]);
    },
  );

  test.each<Fault['kind']>(['reset', 'truncate', 'half-close', 'stall'])(
    '%s from the server counts and stops the server’s octets',
    async (kind) => {
      const { client, server, pass } = await faulty({ kind, from: 'server', after: 2 });
      client.send('a long question');
      await pass(10);
      server.send('an answer');
      await pass(10);
      expect([server.text, client.text]).toEqual(['a long question', 'an']);
    },
  );

  test('the octets of every connection are counted for themselves, and the first that comes so far meets it', async () => {
    const { hosts, client, server, injected, pass } = await faulty({ kind: 'reset', after: 5 });
    const [other, another] = [hosts.heard(), hosts.heard()];
    await hosts.server.listen({ host: SERVER, port: 80 }, another.accept);
    await hosts.time.run(hosts.client.connect({ host: SERVER, port: 80 }, other.accept));
    client.send('abcd');
    other.send('efgh');
    await pass(10);
    expect(injected.happened).toBe(false);
    client.send('ij');
    other.send('kl');
    await pass(10);
    expect([client.closed, server.text]).toEqual([RESET, 'abcdi']);
    expect([other.closed, another.text]).toEqual([[], 'efghkl']);
  });

  test('of two faults the one that is nearer comes first, whichever was put in first', async () => {
    const { hosts, client, server, injected, pass } = await faulty({ kind: 'reset', after: 6 });
    const slow = hosts.network.inject({ kind: 'stall', between: BETWEEN, after: 2, milliseconds: 50 });
    client.send('abcdefgh');
    await pass(10);
    expect([server.text, slow.happened]).toEqual(['ab', true]);
    await pass(50);
    expect([server.text, client.closed, injected.happened]).toEqual(['abcdef', RESET, true]);
  });

  test('one that is taken out before does not happen', async () => {
    const { client, server, injected, pass } = await faulty({ kind: 'reset', after: 2 });
    injected.heal();
    client.send('abc');
    await pass(10);
    expect([server.text, injected.happened]).toEqual(['abc', false]);
  });

  test('what the client sends behind a half-close is lost, and what the server sent before its own end is not', async () => {
    const { client, server, pass } = await faulty({ kind: 'half-close', after: 1 });
    server.send('on the way');
    client.send('ab');
    client.send('lost');
    await pass(10);
    expect([server.text, client.text, client.closed, server.closed]).toEqual(['a', 'on the way', IN_ORDER, IN_ORDER]);
  });
});

describe('a stall', () => {
  test('with an end is late by that, with all that follows, and the other direction is not', async () => {
    const { hosts, client, server, pass } = await faulty({ kind: 'stall', after: 1, milliseconds: 3_000 });
    const sent = hosts.time.microseconds;
    client.send('abc');
    client.send('def');
    server.send('answer');
    client.channel?.end();
    await pass(4_000);
    expect(server.pieces.map((piece, n) => [piece.toString(), (server.times[n] as number) - sent])).toEqual([
      ['a', 200],
      ['bc', 3_000_200],
      ['def', 3_000_200],
    ]);
    expect(client.times).toEqual([sent + 200]);
    expect(server.closed).toEqual(IN_ORDER);
  });

  test('without an end ends when it is healed, with everything in its order', async () => {
    const { hosts, client, server, injected, pass } = await faulty({ kind: 'stall', after: 2 }, { segment: 1 });
    for (const text of ['abc', 'de', 'f']) client.send(text);
    client.channel?.end();
    await pass(1_000);
    expect([server.text, server.closed]).toEqual(['ab', []]);
    const healed = hosts.time.microseconds;
    injected.heal();
    await pass(10);
    expect([server.text, server.closed]).toEqual(['abcdef', IN_ORDER]);
    expect(new Set(server.times.slice(2))).toEqual(new Set([healed + 200]));
  });

  test('delays the connection that met it alone', async () => {
    const { hosts, client, server, pass } = await faulty({ kind: 'stall' });
    client.send('held');
    await connect(hosts);
    const other = hosts.heard();
    await hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, other.accept));
    other.send('free');
    await pass(10);
    expect(server.text).toBe('free');
  });
});

describe('a partition', () => {
  test('holds back what both send, and lets it through in its order when it is healed', async () => {
    const { client, server, injected, pass } = await faulty({ kind: 'partition' });
    expect(injected.happened).toBe(false);
    for (const text of ['a', 'b', 'c']) client.send(text);
    server.send('x');
    await pass(100_000);
    expect([server.text, client.text, injected.happened]).toEqual(['', '', true]);
    injected.heal();
    client.send('d');
    await pass(1);
    expect([server.text, client.text]).toEqual(['abcd', 'x']);
  });

  test('a connection that is opened meanwhile is there when it is healed in time', async () => {
    const { hosts, injected } = await faulty({ kind: 'partition' });
    hosts.time.after(5_000, () => injected.heal());
    const before = hosts.time.microseconds;
    await connect(hosts);
    expect(hosts.time.microseconds - before).toBe(5_000_400);
  });

  test.each([
    [undefined, 10_000],
    [700, 700],
  ])('it times out after %s ms otherwise, and the server never hears of it', async (timeout, expected) => {
    const { hosts, injected, pass } = await faulty({ kind: 'partition' });
    const before = hosts.time.now();
    await expect(connect(hosts, timeout)).rejects.toMatchObject({ name: 'TransportError', code: 'ETIMEDOUT' });
    expect(hosts.time.now() - before).toBe(expected);
    const packets = hosts.packets.length;
    injected.heal();
    await pass(10);
    expect([hosts.packets.length, hosts.network.connections]).toEqual([packets, 1]);
  });

  test('separates the two hosts from nobody else', async () => {
    const { hosts } = await faulty({ kind: 'partition' });
    hosts.network.addHost('third', ['10.0.0.3']);
    const third = hosts.network.of('third').connect({ host: SERVER, port: PORT }, hosts.heard().accept, 1_000);
    await expect(hosts.time.run(third)).resolves.toBeDefined();
  });

  test.each(['stall first', 'partition first'])('and a stall, healed %s, keep the order', async (first) => {
    const { hosts, client, server, injected: partition, pass } = await faulty({ kind: 'partition' });
    const stall = hosts.network.inject({ kind: 'stall', between: BETWEEN, after: 3 });
    client.send('abc');
    client.send('def');
    const order: InjectedFault[] = first === 'stall first' ? [stall, partition] : [partition, stall];
    order[0]?.heal();
    client.send('ghi');
    await pass(10);
    expect(server.text).toBe(first === 'stall first' ? '' : 'abc');
    client.send('jkl');
    order[1]?.heal();
    await pass(10);
    expect(server.text).toBe('abcdefghijkl');
  });

  test('a reset behind it waits for it', async () => {
    const { hosts, client, server, injected, pass } = await faulty({ kind: 'partition' });
    hosts.network.inject({ kind: 'reset', between: BETWEEN, after: 2 });
    client.send('abc');
    await pass(10);
    expect(client.closed).toEqual([]);
    injected.heal();
    await pass(10);
    expect([server.text, client.closed, server.closed]).toEqual(['ab', RESET, RESET]);
  });
});

describe('refuse', () => {
  test('refuses what is opened until it is healed, and leaves open what is', async () => {
    const { hosts, client, server, injected, pass } = await faulty({ kind: 'refuse' });
    expect(injected.happened).toBe(false);
    for (let n = 0; n < 2; n++) await expect(connect(hosts)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(injected.happened).toBe(true);
    client.send('still here');
    await pass(1);
    expect(server.text).toBe('still here');
    injected.heal();
    await expect(connect(hosts)).resolves.toBeDefined();
  });
});

describe('a fault', () => {
  test.each<[string, Fault]>([
    ['between hosts that are not there', { kind: 'reset', between: ['client', 'nobody'] }],
    ['from a host that is not one of them', { kind: 'reset', between: BETWEEN, from: 'third' }],
    ['between a host and itself', { kind: 'partition', between: ['server', 'server'] }],
    ['of a kind that nobody knows', { kind: 'reste' as 'reset', between: BETWEEN }],
    ['of a kind that every object has', { kind: 'toString' as 'reset', between: BETWEEN }],
    ['after no number of octets', { kind: 'reset', between: BETWEEN, after: Number.NaN }],
    ['after a negative number of octets', { kind: 'reset', between: BETWEEN, after: -1 }],
    ['after half an octet', { kind: 'reset', between: BETWEEN, after: 0.5 }],
    ['for no time', { kind: 'stall', between: BETWEEN, milliseconds: Number.NaN }],
    ['for a negative time', { kind: 'stall', between: BETWEEN, milliseconds: -1 }],
    ['for ever', { kind: 'stall', between: BETWEEN, milliseconds: Number.POSITIVE_INFINITY }],
  ])('%s is none', (_name, fault) => {
    const { network } = new TwoHosts();
    network.addHost('third', ['10.0.0.3']);
    expect(() => network.inject(fault)).toThrow(TypeError);
  });
});

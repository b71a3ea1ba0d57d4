import { describe, expect, test } from 'vitest';
import { SimulationStuck } from '../../../../src/net/simulation/index.js';
import { retained } from '../../../support/memory.js';
import { PORT, SERVER, TwoHosts } from '../../../support/simulated.js';

const BETWEEN = ['client', 'server'] as const;
const RESET = [expect.objectContaining({ code: 'ECONNRESET' })];

/** How long it takes until nothing is due any more. */
async function restOf({ time }: TwoHosts): Promise<number> {
  const before = time.microseconds;
  await expect(time.run(new Promise(() => undefined))).rejects.toThrow(SimulationStuck);
  return time.microseconds - before;
}

describe('opening', () => {
  test('a listener that is closed before the handshake has ended is not told of the connection', async () => {
    const hosts = new TwoHosts({ latencyMilliseconds: 10 });
    const [client, server] = [hosts.heard(), hosts.heard()];
    const listener = await hosts.server.listen({ host: SERVER, port: PORT }, server.accept);
    hosts.time.after(15, () => void listener.close());
    await hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, client.accept));
    await hosts.time.pass(100);
    expect([server.channel, client.closed, hosts.network.connections]).toEqual([undefined, [undefined], 0]);
  });

  test('who gives up is not told of a connection that comes later, and the server hears that it is closed', async () => {
    const hosts = new TwoHosts({ latencyMilliseconds: 600 });
    const [client, server] = [hosts.heard(), hosts.heard()];
    await hosts.server.listen({ host: SERVER, port: PORT }, server.accept);
    const connecting = hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, client.accept, 700));
    await expect(connecting).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await hosts.time.pass(5_000);
    expect([client.channel, server.closed, hosts.network.connections]).toEqual([undefined, [undefined], 0]);
  });

  test('leaves no timer behind where it is refused', async () => {
    const hosts = new TwoHosts();
    const connecting = hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, hosts.heard().accept));
    await expect(connecting).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(await restOf(hosts)).toBe(0);
  });
});

describe('closing', () => {
  test('leaves no timer behind', async () => {
    const hosts = new TwoHosts();
    const { client } = await hosts.connected();
    client.channel?.end();
    expect(await restOf(hosts)).toBe(400);
  });

  test('octets on the way are not given to who has closed', async () => {
    const hosts = new TwoHosts();
    const { client, server } = await hosts.connected();
    server.send('on the way');
    client.channel?.destroy();
    await hosts.time.pass(1);
    expect([client.text, client.closed, server.closed]).toEqual(['', [undefined], [undefined]]);
  });
});

describe('what waits for a host that is cut off', () => {
  const MEGABYTE = 1 << 20;
  const opened = async () => {
    const hosts = new TwoHosts({}, { recorded: false });
    const ends = await hosts.connected();
    const part = Buffer.alloc(MEGABYTE);
    const send = (parts: number) => {
      for (let n = 0; n < parts; n++) ends.client.channel?.send(part);
    };
    const partition = () => hosts.network.inject({ kind: 'partition', between: BETWEEN });
    return { hosts, send, partition, ...ends };
  };

  test('ends the connection beyond 64 MiB, as sockets do', async () => {
    const { hosts, send, partition, client, server } = await opened();
    partition();
    send(64);
    await hosts.time.pass(1);
    expect(client.closed).toEqual([]);
    send(1);
    await hosts.time.pass(1);
    expect([client.closed, server.closed]).toEqual([RESET, RESET]);
  });

  test('is counted anew each time', async () => {
    const { hosts, send, partition, client, server } = await opened();
    for (let round = 0; round < 2; round++) {
      const cut = partition();
      send(40);
      cut.heal();
      await hosts.time.pass(1);
    }
    expect([client.closed, server.pieces.length]).toEqual([[], 80]);
  });
});

describe('what is under way', () => {
  const MEGABYTE = Buffer.alloc(1 << 20);

  test.each([
    ['a slow link', { bandwidth: 1000 }],
    ['a slow link in small segments', { bandwidth: 1000, segment: 100_000 }],
    ['a long one', { latencyMilliseconds: 3_600_000 }],
  ])('on %s ends the connection beyond 64 MiB, as sockets do', async (_what, link) => {
    const hosts = new TwoHosts({}, { recorded: false });
    hosts.network.addHost('far', ['10.0.0.9']);
    const [client, server] = [hosts.heard(), hosts.heard()];
    hosts.network.link('client', 'far', link);
    await hosts.network.of('far').listen({ host: '10.0.0.9', port: PORT }, server.accept);
    await hosts.time.run(hosts.client.connect({ host: '10.0.0.9', port: PORT }, client.accept, 1e9));
    await hosts.time.pass(1e7);
    for (let n = 0; n < 64; n++) client.channel?.send(MEGABYTE);
    await hosts.time.pass(1);
    expect(client.closed).toEqual([]);
    client.channel?.send(MEGABYTE);
    client.channel?.send(MEGABYTE);
    await hosts.time.pass(1);
    expect([client.closed, server.closed, hosts.network.connections]).toEqual([RESET, RESET, 0]);
  });

  test('counts until it has arrived, and no longer', async () => {
    const hosts = new TwoHosts({ bandwidth: 1e9 }, { recorded: false });
    const { client, server } = await hosts.connected();
    for (let round = 0; round < 4; round++) {
      for (let n = 0; n < 40; n++) client.channel?.send(MEGABYTE);
      await hosts.time.pass(1_000);
    }
    expect([client.closed, Buffer.concat(server.pieces).length]).toEqual([[], 160 << 20]);
  });

  test('is forgotten with its connection, although its time has not come', async () => {
    const hosts = new TwoHosts({ bandwidth: 1 }, { recorded: false });
    const { client } = await hosts.connected();
    const { octets } = retained(() => {
      for (let n = 0; n < 65; n++) client.channel?.send(MEGABYTE);
    });
    expect(octets).toBeLessThan(30e6);
    expect(await restOf(hosts)).toBe(0);
  });
});

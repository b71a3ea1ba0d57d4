import { afterEach, describe, expect, test } from 'vitest';
import type { Listener } from '../../../../src/net/channel.js';
import { TransportError } from '../../../../src/net/error.js';
import { changedNetwork, type Network, SOCKETS } from '../../../../src/net/network.js';
import { Heard, TwoHosts } from '../../../support/simulated.js';

interface Bench {
  readonly network: Network;
  readonly host: string;
  /** Another address of the client's. */
  readonly other: string;
  /** Lets happen what is to happen. */
  run<T>(work: Promise<T>): Promise<T>;
}

const sockets = (): Bench => ({ network: SOCKETS, host: '127.0.0.1', other: '127.0.0.9', run: (work) => work });

function simulated(): Bench {
  const { time, network } = new TwoHosts();
  network.addHost('three', ['10.0.0.3', '10.0.0.33']);
  const { connect } = network.of('three');
  return {
    network: changedNetwork(network, { connect: (_, ...how) => connect(...how) }),
    host: '10.0.0.2',
    other: '10.0.0.33',
    run: (work) => time.run(work),
  };
}

const open: Listener[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((listener) => listener.close()));
});

/** What channels and listeners of every network do. */
describe.each([
  ['sockets', sockets],
  ['a simulated network', simulated],
])('on %s', (_name, bench) => {
  const { network, host, other, run } = bench();
  const listen = async (accept = new Heard().accept, options = {}): Promise<Listener> => {
    const listener = await network.listen({ host, port: 0, ...options }, accept);
    open.push(listener);
    return listener;
  };
  const until = (holds: () => boolean): Promise<void> =>
    run(
      (async () => {
        const deadline = Date.now() + 50_000;
        while (!holds() && Date.now() < deadline) await new Promise((resolve) => setImmediate(resolve));
        if (!holds()) throw new Error(`still not: ${holds}`);
      })(),
    );
  const pair = async () => {
    const [client, server] = [new Heard(), new Heard()];
    const listener = await listen(server.accept);
    const { port } = listener.address;
    await run(network.connect({ host, port }, client.accept));
    await until(() => server.channel !== undefined);
    return { client, server, listener, port };
  };

  test('a port where nobody listens refuses', async () => {
    const { address, close } = await network.listen({ host, port: 0 }, new Heard().accept);
    await close();
    const refused = run(network.connect({ host, port: address.port }, new Heard().accept));
    await expect(refused).rejects.toThrow(TransportError);
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('a port is taken until its listener is closed', async () => {
    const listener = await listen();
    const { port } = listener.address;
    await expect(network.listen({ host, port }, new Heard().accept)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await listener.close();
    expect((await listen(undefined, { port })).address.port).toBe(port);
  });

  test('port 0 takes a free one, which is reached', async () => {
    const [one, two] = [await listen(), await listen()];
    expect(one.address.port).toBeGreaterThan(0);
    expect(two.address.port).not.toBe(one.address.port);
    const channel = await run(network.connect({ host, port: two.address.port }, new Heard().accept));
    expect(channel.remote).toEqual(two.address);
    channel.destroy();
  });

  test('nobody listens on an address of nobody', async () => {
    const listening = network.listen({ host: '192.0.2.1', port: 0 }, new Heard().accept);
    await expect(listening).rejects.toMatchObject({ name: 'TransportError', code: 'EADDRNOTAVAIL' });
  });

  test('both ends say who they are, also where the client chooses its address', async () => {
    const [client, server] = [new Heard(), new Heard()];
    const { port } = (await listen(server.accept)).address;
    await run(network.connect({ host, port, localAddress: other }, client.accept));
    await until(() => server.channel !== undefined);
    expect(client.channel?.local).toMatchObject({ address: other });
    expect(server.channel?.remote).toEqual(client.channel?.local);
    expect(server.channel?.local).toEqual(client.channel?.remote);
    expect(server.channel?.local).toEqual({ address: host, port });
    client.channel?.destroy();
  });

  test('octets come in the order of the calls, and all of them', async () => {
    const { client, server } = await pair();
    const parts = Array.from({ length: 200 }, (_, n) => `${n},`.repeat(1 + ((n * 37) % 400)));
    for (const part of parts) client.send(part);
    client.send('');
    client.channel?.end();
    await until(() => server.closed.length > 0);
    expect(server.text).toBe(parts.join(''));
  });

  test('the receiver’s octets are its own', async () => {
    const { client, server } = await pair();
    const sent = Buffer.from('as it was');
    client.channel?.send(sent);
    await until(() => server.pieces.length > 0);
    sent.fill('!');
    expect(server.text).toBe('as it was');
    server.pieces[0]?.fill('?');
    expect(sent.toString()).toBe('!!!!!!!!!');
    client.channel?.destroy();
  });

  test('a server may speak first', async () => {
    const client = new Heard();
    const listener = await listen((channel) => {
      channel.send(Buffer.from('welcome'));
      return { data: () => {}, closed: () => {} };
    });
    await run(network.connect({ host, port: listener.address.port }, client.accept));
    await until(() => client.text === 'welcome');
    client.channel?.destroy();
  });

  test('a server may close at once', async () => {
    const client = new Heard();
    const listener = await listen((channel) => {
      channel.send(Buffer.from('go away'));
      channel.end();
      return { data: () => {}, closed: () => {} };
    });
    await run(network.connect({ host, port: listener.address.port }, client.accept));
    await until(() => client.closed.length > 0);
    expect([client.text, client.closed]).toEqual(['go away', [undefined]]);
  });

  test.each(['client', 'server'] as const)(
    'end of the %s sends what waits, and tells both once that they are closed',
    async (who) => {
      const ends = await pair();
      const [one, peer] = who === 'client' ? [ends.client, ends.server] : [ends.server, ends.client];
      const much = 'x'.repeat(300_000);
      one.send(much);
      one.channel?.end();
      one.channel?.end();
      one.send('too late');
      await until(() => one.closed.length > 0 && peer.closed.length > 0);
      peer.send('nobody is there');
      await ends.listener.close();
      expect([one.closed, peer.closed, peer.text === much]).toEqual([[undefined], [undefined], true]);
    },
  );

  test('destroy closes at once, and tells both once', async () => {
    const { client, server, listener } = await pair();
    client.channel?.destroy();
    client.channel?.destroy();
    expect(client.closed).toEqual([]);
    await until(() => client.closed.length > 0 && server.closed.length > 0);
    await listener.close();
    expect([client.closed, server.closed]).toEqual([[undefined], [undefined]]);
  });

  test('who closes a listener has closed its connections by then', async () => {
    const { client, server, listener, port } = await pair();
    await listener.close();
    expect(server.closed).toEqual([undefined]);
    await until(() => client.closed.length > 0);
    const refused = run(network.connect({ host, port }, new Heard().accept));
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  test('connections beyond maxConnections are closed at once, and its owner is not told of them', async () => {
    const accepted: Heard[] = [];
    const listener = await listen(
      (channel) => {
        accepted.push(new Heard());
        return (accepted.at(-1) as Heard).accept(channel);
      },
      { maxConnections: 2 },
    );
    const { port } = listener.address;
    const clients = [new Heard(), new Heard(), new Heard()] as const;
    for (const client of clients) await run(network.connect({ host, port }, client.accept));
    await until(() => clients[2].closed.length > 0);
    expect([accepted.length, clients[0].closed, clients[1].closed]).toEqual([2, [], []]);
    clients[0].channel?.end();
    await until(() => accepted[0]?.closed.length === 1 && clients[0].closed.length === 1);
    const further = new Heard();
    await run(network.connect({ host, port }, further.accept));
    await until(() => accepted.length === 3);
  });
});

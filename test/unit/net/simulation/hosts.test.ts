import { describe, expect, test } from 'vitest';
import { formatEndpoint } from '../../../../src/net/channel.js';
import { Ports } from '../../../../src/net/simulation/ports.js';
import { CLIENT, type Heard, PORT, SERVER, TwoHosts } from '../../../support/simulated.js';

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
    ['an address of another host as its own', SERVER, { localAddress: SERVER }, 'EADDRNOTAVAIL'],
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

describe('ports', () => {
  test.each(['connecting', 'listening'] as const)('of which none is free for %s are none', (what) => {
    const ports = new Ports();
    expect(ports[what](() => true)).toBeUndefined();
    expect(ports[what]((port) => port !== 65_535)).toBe(65_535);
  });
});

describe('addresses', () => {
  const ipv6 = async () => {
    const hosts = new TwoHosts();
    hosts.network.addHost('gateway', ['fd00::2', '192.168.0.1']);
    const heard = hosts.heard();
    await hosts.network.of('gateway').listen({ host: 'FD00:0:0::2', port: 80 }, heard.accept);
    return { hosts, heard };
  };

  test.each(['fd00::2', 'fd00:0:0:0:0:0:0:2', 'FD00::0002', 'gateway'])('%s is that of fd00::2', async (host) => {
    const { hosts, heard } = await ipv6();
    const channel = await hosts.time.run(hosts.client.connect({ host, port: 80 }, hosts.heard().accept));
    await hosts.time.pass(1);
    expect([channel.remote.address, heard.channel?.local.address]).toEqual(['fd00::2', 'fd00::2']);
  });

  test('in another form are taken all the same, where hosts are added and where they listen', async () => {
    const { hosts } = await ipv6();
    expect(() => hosts.network.addHost('other', ['fd00:0::2'])).toThrow("there is a host 'fd00:0::2' already");
    expect(() => hosts.network.addHost('other', ['::ffff:10.0.0.2'])).toThrow(TypeError);
    const again = hosts.network.of('gateway').listen({ host: 'fd00:0::2', port: 80 }, heardNothing);
    await expect(again).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });

  test('in another form say where a connection comes from, and which one a comment is for', async () => {
    const { hosts, heard } = await ipv6();
    hosts.network.addHost('outside', ['fd00::3', 'fd00::4']);
    const from = hosts.network.of('outside');
    const local = { localAddress: 'fd00:0::4' };
    const channel = await hosts.time.run(from.connect({ host: 'fd00::2', port: 80, ...local }, heardNothing));
    await hosts.time.pass(1);
    expect(heard.channel?.remote).toEqual({ address: 'fd00::4', port: channel.local.port });
    const blocks = hosts.blocks.length;
    const client = { address: 'fd00:0:0::4', port: channel.local.port };
    hosts.network.annotate(client, 'fd00:0:0::2', 'toServer', 'found');
    channel.send(Buffer.from('x'));
    await hosts.time.pass(1);
    expect(Buffer.concat(hosts.blocks.slice(blocks)).includes('found')).toBe(true);
  });

  test.each([['no address'], ['10.0.0.256'], ['0.0.0.0'], ['::']])('%j is none that a host has', (address) => {
    expect(() => new TwoHosts().network.addHost('other', [address])).toThrow(TypeError);
  });

  test('one host has each once', () => {
    expect(() => new TwoHosts().network.addHost('other', ['fd00::1', 'fd00:0::1'])).toThrow(TypeError);
  });
});

describe('listening', () => {
  const several = () => {
    const hosts = new TwoHosts();
    hosts.network.addHost('several', ['10.0.1.1', '10.0.1.2', 'fd00::1', 'fd00::2']);
    const reached = async (host: string, port = 80): Promise<string> => {
      const connecting = hosts.client.connect({ host, port }, heardNothing);
      return hosts.time.run(connecting).then(
        (channel) => formatEndpoint(channel.remote),
        ({ code }) => code,
      );
    };
    return { hosts, several: hosts.network.of('several'), reached };
  };

  test('on the address of another host is refused', async () => {
    const { hosts } = several();
    const listening = hosts.client.listen({ host: SERVER, port: 80 }, heardNothing);
    await expect(listening).rejects.toMatchObject({ name: 'TransportError', code: 'EADDRNOTAVAIL' });
  });

  test.each([
    ['0.0.0.0', ['10.0.1.1:80', '10.0.1.2:80', 'ECONNREFUSED', 'ECONNREFUSED']],
    ['::', ['ECONNREFUSED', 'ECONNREFUSED', '[fd00::1]:80', '[fd00::2]:80']],
    ['0:0::0', ['ECONNREFUSED', 'ECONNREFUSED', '[fd00::1]:80', '[fd00::2]:80']],
  ])('on %s is on all addresses of the host of that family', async (host, expected) => {
    const { several: own, reached } = several();
    const listener = await own.listen({ host, port: 80 }, heardNothing);
    expect(listener.address).toEqual({ address: host, port: 80 });
    const found: string[] = [];
    for (const address of ['10.0.1.1', '10.0.1.2', 'fd00::1', 'fd00::2']) found.push(await reached(address));
    expect(found).toEqual(expected);
    await listener.close();
    expect(await reached('10.0.1.1')).toBe('ECONNREFUSED');
    await own.listen({ host: '10.0.1.1', port: 80 }, heardNothing);
  });

  test('on all addresses is refused where the port is taken on one, and takes one that is free on all', async () => {
    const { several: own } = several();
    await own.listen({ host: '10.0.1.2', port: 49_664 }, heardNothing);
    const taken = own.listen({ host: '0.0.0.0', port: 49_664 }, heardNothing);
    await expect(taken).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect((await own.listen({ host: '0.0.0.0', port: 0 }, heardNothing)).address.port).toBe(49_665);
  });

  test('on all addresses counts the connections of all for maxConnections', async () => {
    const { hosts, several: own } = several();
    const accepted: string[] = [];
    await own.listen({ host: '0.0.0.0', port: 80, maxConnections: 1 }, ({ local }) => {
      accepted.push(local.address);
      return heardNothing();
    });
    for (const host of ['10.0.1.1', '10.0.1.2'])
      await hosts.time.run(hosts.client.connect({ host, port: 80 }, heardNothing));
    await hosts.time.pass(10);
    expect(accepted).toEqual(['10.0.1.1']);
  });

  test.each([
    ['on all IPv6 addresses of a host that has none', 'client', '::'],
    ['on what is no address', 'client', 'server'],
  ])('%s is refused', async (_what, name, host) => {
    const listening = new TwoHosts().network.of(name).listen({ host, port: 80 }, heardNothing);
    await expect(listening).rejects.toMatchObject({ name: 'TransportError', code: 'EADDRNOTAVAIL' });
  });
});

describe('the network itself, which is nobody’s', () => {
  const { network } = new TwoHosts();

  test('listens on any address of its hosts, but not on all of them', async () => {
    await network.listen({ host: SERVER, port: 80 }, heardNothing);
    const all = network.listen({ host: '0.0.0.0', port: 80 }, heardNothing);
    await expect(all).rejects.toThrow(
      'cannot listen on 0.0.0.0:80: no host of the network has this address (EADDRNOTAVAIL)',
    );
  });

  test('has to be told who connects', async () => {
    await expect(network.connect({ host: SERVER, port: 80 }, heardNothing)).rejects.toThrow(
      'cannot connect to 10.0.0.2:80: localAddress says which host connects, and is missing (EADDRNOTAVAIL)',
    );
    const unknown = network.connect({ host: SERVER, port: 80, localAddress: '10.9.9.9' }, heardNothing);
    await expect(unknown).rejects.toThrow('no host of the network has this address');
  });
});

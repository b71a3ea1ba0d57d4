import { describe, expect, test } from 'vitest';
import { interface_description_block, option_header } from '../../../../src/codec/pcap/pcapng.js';
import type { Channel } from '../../../../src/net/channel.js';
import type { Fault, LinkOptions } from '../../../../src/net/simulation/index.js';
import { CLIENT, type Packet, PORT, SERVER, TwoHosts } from '../../../support/simulated.js';
import { readStreams } from '../../../support/streams.js';

const MILLISECOND: LinkOptions = { latencyMilliseconds: 1 };

/** `time end flags text`, with the time since the first packet in milliseconds. */
const shown = (packets: readonly Packet[]): string[] =>
  packets.map(({ at, from, flags, text }) =>
    `${(at - (packets[0] as Packet).at) / 1000} ${from === CLIENT ? '>' : '<'} ${flags} ${text}`.trim(),
  );

/** What a sniffer saw behind the handshake. */
async function recorded(link: LinkOptions, fault: Omit<Fault, 'between'> | undefined, act: (hosts: Opened) => unknown) {
  const hosts = new TwoHosts(link);
  const ends = await hosts.connected();
  const handshake = hosts.blocks.length;
  if (fault !== undefined) hosts.network.inject({ between: ['client', 'server'], ...fault });
  await act({ hosts, ...ends });
  await hosts.time.pass(60_000);
  expect(readStreams(hosts.recording).problems).toEqual([]);
  return { hosts, packets: hosts.packets.slice(handshake - HEAD), ...ends };
}
type Opened = { hosts: TwoHosts } & Awaited<ReturnType<TwoHosts['connected']>>;

/** Blocks before the first packet: the section, and an interface a host. */
const HEAD = 3;

describe('a sniffer beside the server', () => {
  test('sees the handshake one way after it begins, and its end one round trip later', async () => {
    const hosts = new TwoHosts(MILLISECOND);
    const { time } = hosts;
    await time.pass(7);
    await hosts.connected();
    expect(hosts.packets.map(({ at, from, flags }) => [at, from, flags])).toEqual([
      [8_000, CLIENT, 'S'],
      [8_000, SERVER, 'SA'],
      [10_000, CLIENT, 'A'],
    ]);
  });

  test('sees a server that closes before the client’s acknowledgment is there, which is then for both', async () => {
    const hosts = new TwoHosts(MILLISECOND);
    const listener = await hosts.server.listen({ host: SERVER, port: PORT }, hosts.heard().accept);
    hosts.time.after(1.5, () => void listener.close());
    await hosts.time.run(hosts.client.connect({ host: SERVER, port: PORT }, hosts.heard().accept));
    await hosts.time.pass(100);
    expect(shown(hosts.packets)).toEqual(['0 > S', '0 < SA', '0.5 < FA', '0.5 > A']);
  });

  test('sees octets of the client when they arrive, those of the server when they leave', async () => {
    const { packets } = await recorded(MILLISECOND, undefined, async ({ hosts, client, server }) => {
      client.send('question');
      await hosts.time.pass(5);
      server.send('answer');
    });
    expect(shown(packets)).toEqual(['0 > PA question', '4 < PA answer']);
  });

  test('sees what a slow server sends once it has left', async () => {
    const { packets } = await recorded({ bandwidth: 1000 }, undefined, ({ server }) => {
      server.send('ten octets');
      server.send('five.');
      server.channel?.end();
    });
    expect(shown(packets).slice(0, 3)).toEqual(['0 < PA ten octets', '5 < PA five.', '5 < FA']);
  });

  test('sees what a slow server sends before its end, also where that comes at the moment when it has left', async () => {
    const { packets } = await recorded({ bandwidth: 1000 }, undefined, ({ hosts, server }) => {
      hosts.time.after(10, () => server.channel?.end());
      server.send('ten octets');
    });
    expect(shown(packets).slice(0, 2)).toEqual(['0 < PA ten octets', '0 < FA']);
  });

  test('sees no segment that is larger than a frame, whatever the link delivers at once', async () => {
    const { packets } = await recorded({ segment: 3_000 }, undefined, ({ client }) => client.send('x'.repeat(3_000)));
    expect(packets.map(({ text }) => text.length)).toEqual([1_460, 1_460, 80]);
  });

  test('sees the end of both directions', async () => {
    const { packets } = await recorded(MILLISECOND, undefined, ({ client }) => client.channel?.end());
    expect(shown(packets)).toEqual(['0 > FA', '0 < A', '0 < FA', '0 > A']);
  });

  test.each([
    ['nobody listens there', 80, undefined],
    ['a fault refuses it', PORT, 'refuse'],
  ] as const)('sees SYN and RST where %s', async (_name, port, kind) => {
    const hosts = new TwoHosts();
    await hosts.server.listen({ host: SERVER, port: PORT }, hosts.heard().accept);
    if (kind !== undefined) hosts.network.inject({ kind, between: ['client', 'server'] });
    const refused = hosts.time.run(hosts.client.connect({ host: SERVER, port }, hosts.heard().accept));
    await expect(refused).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    expect(shown(hosts.packets)).toEqual(['0 > S', '0 < RA']);
    expect(hosts.time.microseconds).toBe(400);
  });

  test('sees the reset of a fault, and nothing after it', async () => {
    const { packets } = await recorded({}, { kind: 'reset', after: 2 }, ({ client, server }) => {
      client.send('abc');
      client.send('def');
      server.send('x');
    });
    expect(shown(packets)).toEqual(['0 < PA x', '0.2 > PA ab', '0.2 > RA']);
  });

  test('sees a message without its end, and both directions end in order', async () => {
    const { packets } = await recorded({}, { kind: 'truncate', from: 'server', after: 2 }, ({ server }) =>
      server.send('abc'),
    );
    expect(shown(packets)).toEqual(['0 < PA ab', '0 < FA', '0 > A', '0.2 > FA', '0.2 < A']);
  });

  test('sees segments of the size that the link has', async () => {
    const { packets } = await recorded({ segment: 4 }, undefined, ({ client }) => client.send('abcdefghij'));
    expect(packets.map(({ text }) => text)).toEqual(['abcd', 'efgh', 'ij']);
  });

  test('sees nothing where nobody connects', async () => {
    const hosts = new TwoHosts();
    expect(hosts.packets).toEqual([]);
    expect(hosts.blocks).toHaveLength(HEAD);
  });
});

describe('interfaces', () => {
  test('every host has one, named after it, and a connection is on its server’s', async () => {
    const hosts = new TwoHosts();
    hosts.network.addHost('third', ['10.0.0.3', 'fe80::3']);
    const third = hosts.network.of('third');
    await third.listen({ host: '10.0.0.3', port: 80 }, hosts.heard().accept);
    await hosts.connected();
    await hosts.time.run(hosts.client.connect({ host: '10.0.0.3', port: 80 }, hosts.heard().accept));
    await hosts.time.pass(1);
    expect(hosts.blocks.filter((block) => block.readUInt32LE(0) === 1).map(nameOf)).toEqual([
      'client (10.0.0.1)',
      'server (10.0.0.2)',
      'third (10.0.0.3, fe80::3)',
    ]);
    expect(hosts.packets.map((packet) => packet.interface)).toEqual([1, 1, 1, 2, 2, 2]);
  });

  const nameOf = (block: Buffer): string => {
    const at = 8 + interface_description_block.size;
    const { length } = option_header.decode(block, at);
    return block.toString('utf8', at + option_header.size, at + option_header.size + length);
  };
});

describe('comments', () => {
  const annotate = ({ hosts, client }: Opened, direction: 'toServer' | 'toClient', text: string) =>
    hosts.network.annotate((client.channel as Channel).local, SERVER, direction, text);

  test.each(['toServer', 'toClient'] as const)('stand at the next octets that are sent %s', async (direction) => {
    const { packets } = await recorded({ segment: 2 }, undefined, (opened) => {
      const sender = direction === 'toServer' ? opened.client : opened.server;
      sender.send('ab');
      annotate(opened, direction, 'one');
      annotate(opened, direction, 'two');
      sender.send('cdef');
      sender.send('gh');
    });
    expect(packets.map(({ text, comment }) => [text, comment])).toEqual([
      ['ab', undefined],
      ['cd', 'one; two'],
      ['ef', undefined],
      ['gh', undefined],
    ]);
  });

  test('do not move to octets that were sent before and have not left', async () => {
    const { packets } = await recorded({ bandwidth: 10 }, undefined, (opened) => {
      opened.server.send('slow');
      opened.server.send('slower');
      annotate(opened, 'toClient', 'about the third');
      opened.server.send('third');
    });
    expect(packets.map(({ text, comment }) => [text, comment])).toEqual([
      ['slow', undefined],
      ['slower', undefined],
      ['third', 'about the third'],
    ]);
  });

  test('of an octet that is seen late go with it', async () => {
    const { packets } = await recorded({}, { kind: 'reorder' }, (opened) => {
      annotate(opened, 'toServer', 'one');
      opened.client.send('a');
      annotate(opened, 'toServer', 'two');
      opened.client.send('b');
    });
    expect(packets.map(({ text, comment }) => [text, comment])).toEqual([
      ['b', undefined],
      ['a', 'one; two'],
    ]);
  });

  test('of a connection that is not there are nobody’s', async () => {
    const { packets } = await recorded({}, undefined, ({ hosts, server }) => {
      hosts.network.annotate({ address: CLIENT, port: 1 }, SERVER, 'toClient', 'lost');
      server.send('x');
    });
    expect(packets.map(({ comment }) => comment)).toEqual([undefined]);
  });
});

describe('a reorder', () => {
  test.each<[string, LinkOptions, number, string[], string[]]>([
    ['of what goes in one segment swaps its halves', {}, 3, ['abc', 'defgh'], ['abc', 'gh', 'def']],
    ['in the middle of a message', {}, 2, ['abcdef', 'gh'], ['ab', 'ef', 'cd', 'gh']],
    ['octet by octet swaps two octets', { segment: 1 }, 1, ['abcd'], ['a', 'c', 'b', 'd']],
    ['of a message of one octet takes the next one in', {}, 1, ['a', 'b', 'cd', 'e'], ['a', 'd', 'bc', 'e']],
    ['of the last octet swaps nothing', {}, 1, ['a', 'b'], ['a', 'b']],
  ])('%s', async (_name, link, at, texts, seen) => {
    const { packets, server, hosts } = await recorded(link, { kind: 'reorder', after: at }, ({ client }) => {
      for (const text of texts) client.send(text);
      client.channel?.end();
    });
    expect(packets.filter(({ text }) => text !== '').map(({ text }) => text)).toEqual(seen);
    expect(server.text).toBe(texts.join(''));
    expect(readStreams(hosts.recording).streams[0]?.forward.bytes.toString()).toBe(texts.join(''));
  });

  test('is seen at the octets that met it, not at those before that are on the way', async () => {
    const { packets } = await recorded({ latencyMilliseconds: 50 }, { kind: 'reorder', after: 4 }, async (opened) => {
      opened.client.send('abcd');
      await opened.hosts.time.pass(10);
      opened.client.send('efgh');
    });
    expect(packets.map(({ text }) => text)).toEqual(['abcd', 'gh', 'ef']);
  });
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { FaultKind, LinkOptions } from '../../src/net/simulation/index.js';
import { TwoHosts } from '../support/simulated.js';
import { readStreams } from '../support/streams.js';

const link: fc.Arbitrary<LinkOptions> = fc
  .record({
    latencyMilliseconds: fc.option(fc.integer({ min: 0, max: 500 }), { nil: undefined }),
    bandwidth: fc.option(fc.integer({ min: 100, max: 1_000_000 }), { nil: undefined }),
    segment: fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined }),
  })
  .map((given) => Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));

const side = fc.constantFrom('client' as const, 'server' as const);

const step = fc.oneof(
  { weight: 5, arbitrary: fc.record({ send: fc.uint8Array({ minLength: 1, maxLength: 4_000 }), by: side }) },
  { weight: 2, arbitrary: fc.record({ pass: fc.integer({ min: 0, max: 3_000 }) }) },
  { weight: 1, arbitrary: fc.record({ skip: fc.integer({ min: 1, max: 1e6 }) }) },
  { weight: 1, arbitrary: fc.record({ heal: fc.nat(5) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      fault: fc.constantFrom<FaultKind>('stall', 'reorder', 'partition'),
      from: side,
      after: fc.nat(6_000),
      milliseconds: fc.option(fc.integer({ min: 0, max: 5_000 }), { nil: undefined }),
    }),
  },
);

type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

/** Plays the steps, heals every fault, closes, and lets everything arrive. */
async function play(options: LinkOptions, steps: readonly Step[]) {
  const hosts = new TwoHosts(options);
  const { client, server } = await hosts.connected();
  const faults: { heal(): void }[] = [];
  const sent = { client: [] as Buffer[], server: [] as Buffer[] };
  for (const each of steps) {
    if ('send' in each) {
      const octets = Buffer.from(each.send);
      sent[each.by].push(Buffer.from(octets));
      (each.by === 'client' ? client : server).channel?.send(octets);
      octets.fill(0);
    } else if ('pass' in each) await hosts.time.pass(each.pass);
    else if ('skip' in each) hosts.time.skip(each.skip);
    else if ('heal' in each) faults[each.heal]?.heal();
    else {
      const { fault: kind, from, after, milliseconds } = each;
      const more = kind === 'stall' && milliseconds !== undefined ? { milliseconds } : {};
      faults.push(hosts.network.inject({ kind, between: ['client', 'server'], from, after, ...more }));
    }
  }
  for (const fault of faults) fault.heal();
  // At a hundred octets a second, what was sent takes this long at most.
  await hosts.time.pass(86_400_000);
  client.channel?.end();
  await hosts.time.pass(86_400_000);
  return { hosts, client, server, sent };
}

describe('a simulated connection that loses nothing', () => {
  test('delivers what was sent, whatever the link, the delays and the faults, and the recording holds the same', async () => {
    await fc.assert(
      fc.asyncProperty(link, fc.array(step, { maxLength: 25 }), async (options, steps) => {
        const { hosts, client, server, sent } = await play(options, steps);
        const [asked, answered] = [Buffer.concat(sent.client), Buffer.concat(sent.server)];
        expect(Buffer.concat(server.pieces).equals(asked)).toBe(true);
        expect(Buffer.concat(client.pieces).equals(answered)).toBe(true);
        expect([client.closed, server.closed, hosts.network.connections]).toEqual([[undefined], [undefined], 0]);
        const { streams, problems } = readStreams(hosts.recording);
        expect(problems).toEqual([]);
        // A connection without octets is no stream.
        expect(streams).toHaveLength(sent.client.length + sent.server.length === 0 ? 0 : 1);
        for (const { forward, backward } of streams) {
          expect(forward.bytes.equals(asked)).toBe(true);
          expect(backward.bytes.equals(answered)).toBe(true);
        }
        const times = hosts.packets.map(({ at }) => at);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
      }),
      { numRuns: 150 },
    );
  });

  test('is the same octet by octet, and at the same times, when it is played again', async () => {
    await fc.assert(
      fc.asyncProperty(link, fc.array(step, { maxLength: 25 }), async (options, steps) => {
        const [one, other] = [await play(options, steps), await play(options, steps)];
        expect(one.hosts.recording.equals(other.hosts.recording)).toBe(true);
        expect([one.client.times, one.server.times]).toEqual([other.client.times, other.server.times]);
      }),
      { numRuns: 50 },
    );
  });
});

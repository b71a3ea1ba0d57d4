import { describe, expect, test } from 'vitest';
import { type ServerSuiteOptions, serverSuite } from '../../../src/conform/server/suite.js';
import type { Accept } from '../../../src/net/channel.js';
import { SimulatedNetwork, seededRandom, VirtualTime } from '../../../src/net/simulation/index.js';
import { conformResults } from '../../../src/report/conform/results.js';
import { resultsSummary } from '../../../src/report/result.js';
import { Secret } from '../../../src/security/index.js';
import { startServer } from '../../../src/server/server.js';

const HOST = '10.0.0.2';
const credentials = { domain: 'LAB', user: 'op', secret: Secret.password('secret') };

/** A run against whatever listens at port 135 of the other host. */
async function suiteAgainst(
  prepare: (network: SimulatedNetwork, time: VirtualTime) => Promise<unknown>,
  options: Partial<ServerSuiteOptions> = {},
) {
  const time = new VirtualTime({ start: Date.parse('2026-01-15T12:00:00Z') });
  const network = new SimulatedNetwork({ time });
  network.addHost('suite', ['10.0.0.1']);
  network.addHost('target', [HOST]);
  await prepare(network, time);
  const environment = { timers: time, clock: time.now, network: network.of('suite') };
  const run = serverSuite({ ...environment, host: HOST, credentials, seed: 1, ...options });
  const report = await time.run(run);
  return { ...report, seconds: time.microseconds / 1e6, summary: resultsSummary(conformResults(report.results)) };
}

const listening = (accept: Accept) => (network: SimulatedNetwork) =>
  network.of('target').listen({ host: HOST, port: 135 }, accept);

const nothing = { data: () => undefined, closed: () => undefined };

const TARGETS: readonly (readonly [string, (network: SimulatedNetwork) => Promise<unknown>])[] = [
  ['refuses connections', async () => undefined],
  ['takes connections and says nothing', listening(() => nothing)],
  [
    'resets every connection',
    listening((channel) => {
      channel.destroy();
      return nothing;
    }),
  ],
  ['answers with garbage', listening((channel) => ({ ...nothing, data: () => channel.send(Buffer.alloc(200, 0xa5)) }))],
  ['answers with the beginning of a PDU', listening((channel) => ({ ...nothing, data: () => channel.send(HALF) }))],
];

/** A bind_ack of 60 octets, cut off. */
const HALF = Buffer.from('05000c03100000003c00000001000000', 'hex');

describe('a target that is none', () => {
  test.each(TARGETS)('and %s: the run ends, soon, and fails', async (_name, prepare) => {
    const { results, summary, seconds, verdict } = await suiteAgainst(prepare);
    expect(summary).toMatchObject({ ok: false, pass: 0, fail: 1, skip: results.length - 1 });
    expect(results.at(-1)?.id).toBe('sanity/answers-last');
    expect(seconds).toBeLessThan(200);
    expect(verdict?.verdict).toBe('cannot tell');
  });

  test('and dies in the middle: the rest is not tried, and the report says since when', async () => {
    let connections = 0;
    const { results, summary } = await suiteAgainst(
      async (network, time) => {
        const inner = network.of('target');
        const dying = {
          ...inner,
          listen: (at: Parameters<typeof inner.listen>[0], accept: Accept) =>
            inner.listen(at, (channel) => {
              if (++connections <= 60) return accept(channel);
              channel.destroy();
              return nothing;
            }),
        };
        const environment = { timers: time, clock: time.now, random: seededRandom(1, 'server') };
        await startServer({ ...environment, network: dying, listen: `${HOST}:135`, accounts: ['LAB\\op:secret'] });
      },
      { only: ['rpce/bind', 'rpce/flags', 'rpce/requests', 'hardening'] },
    );
    expect(summary.ok).toBe(false);
    expect(summary.pass).toBeGreaterThan(10);
    const last = results.at(-1)?.outcome;
    expect(last).toMatchObject({ outcome: 'not run', reason: expect.stringContaining('has not answered since ') });
  });
});

describe('a server without DCOM', () => {
  test('gets the checks that apply; the others are not applicable, and say why', async () => {
    const { results, facts, verdict } = await suiteAgainst(async (network, time) => {
      const environment = { timers: time, clock: time.now, random: seededRandom(1, 'server') };
      const { address, port } = (
        await startServer({
          ...environment,
          network: network.of('target'),
          listen: `${HOST}:1135`,
          exporterPort: 135,
          accounts: ['LAB\\op:secret'],
        })
      ).exporter;
      expect([address, port]).toEqual([HOST, 135]);
    });
    const count = (outcome: string): number => results.filter((each) => each.outcome.outcome === outcome).length;
    expect(results.filter(({ outcome }) => outcome.outcome === 'failed').map(({ id }) => id)).toEqual([
      'rpce/3.3.3.5.2/falling-call-id',
    ]);
    expect(count('error')).toBe(0);
    expect(count('passed')).toBeGreaterThan(180);
    expect(facts).toMatchObject({ rpc: true, ntlm: true, activator: 'the target has no IRemoteSCMActivator' });
    expect(verdict).toMatchObject({ verdict: 'cannot tell', text: expect.stringContaining('no IRemoteSCMActivator') });
  });
});

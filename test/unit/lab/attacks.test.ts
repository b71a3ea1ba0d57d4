import { describe, expect, test } from 'vitest';
import { HOSTS, outcomes, play } from '../../support/lab-steps.js';

const attacked = (updates: string[] = [], client: object = {}) => ({
  ...HOSTS,
  server: { ...HOSTS.server, updates },
  client: { ...HOSTS.client, ...client },
  attacker: { address: '10.0.0.66', system: 'Linux' },
});
const relay = (...variants: string[]) => ({
  relay: { victim: 'client', attacker: 'attacker', server: 'server', variants },
});
const lure = { lure: { victim: 'client', attacker: 'attacker' } };

describe('relay', () => {
  test.each([
    ['before the hardening', [], 'succeeded', 'nobody', 'none'],
    ['hardened', ['2023-03-14'], 'stopped', 'activation policy', 10036],
  ])('%s', async (_name, updates, outcome, refusedBy, event) => {
    const run = await play({
      hosts: attacked(updates),
      steps: [{ ...relay('connect', 'connect-spnego'), expect: { outcome, refusedBy, event } }],
    });
    expect([run.failed, run.findings.length, run.relays.length]).toEqual([[], 6, 2]);
    expect(run.relays.map(({ variant }) => variant.id)).toEqual(['connect', 'connect-spnego']);
    expect(run.relays.map(({ asOf }) => asOf >= '2021-06')).toEqual(updates.length > 0 ? [true, true] : [false, false]);
  });

  test.each(['stopped', 'left open', 'all'])(
    'with the variants %s comes out as the sources have it',
    async (variants) => {
      const serves = { serves: ['mmc20'], client: 'windows-2021-05' };
      const run = await play({
        accounts: ['op', 'other'],
        hosts: attacked([], serves),
        steps: [{ relay: { ...relay().relay, variants } }],
      });
      expect(run.failed).toEqual([]);
      expect(run.relays.length).toBe({ stopped: 26, 'left open': 2, all: 28 }[variants]);
    },
  );

  test('that is reflected meets the victim’s own server', async () => {
    const run = await play({
      hosts: attacked([], { serves: ['mmc20'], client: 'windows-2021-05' }),
      steps: [relay('connect', 'reflection')],
    });
    expect(run.relays.map(({ server, outcome }) => [server, outcome.refusedBy])).toEqual([
      ['server', undefined],
      ['client', 'victim'],
    ]);
    expect(run.served.map(({ server }) => server)).toEqual(['server']);
  });

  test('that breaks on the way is nobody’s policy', async () => {
    const fault = { fault: { kind: 'reset', between: ['attacker', 'server'], after: 100 } };
    const run = await play({
      hosts: attacked(),
      steps: [fault, { ...relay('connect'), expect: { outcome: 'stopped', refusedBy: 'transport' } }],
    });
    expect(run.failed).toEqual([]);
  });

  test('is in what the server tells, with the address of the attacker and the name of the victim', async () => {
    const run = await play({ hosts: attacked(), steps: [relay('connect')] });
    expect(run.served).toMatchObject([
      {
        server: 'server',
        activation: { client: { address: '10.0.0.66' }, identity: { user: 'op' }, outcome: 'accepted' },
      },
    ]);
  });
});

describe('lure', () => {
  test.each([
    ['CONNECT', 2],
    ['PKT_PRIVACY', 6],
  ])('sees the level of the victim: %s', async (level, number) => {
    const applications = { app: { path: 'a.exe', pid: 7, level } };
    const run = await play({ hosts: attacked([], { applications }), steps: [{ ...lure, expect: { level } }] });
    expect(run.failed).toEqual([]);
    expect(run.findings.map(({ actual }) => actual)).toEqual(['succeeded', String(number)]);
  });

  test('of an application that does not authenticate gets nothing', async () => {
    const applications = { app: { path: 'a.exe', pid: 7, level: 'NONE' } };
    const hosts = attacked([], { applications });
    expect((await play({ hosts, steps: [lure] })).failed).toMatchObject([{ expected: 'succeeded', actual: 'stopped' }]);
    expect((await play({ hosts, steps: [{ ...lure, expect: { outcome: 'stopped' } }] })).failed).toEqual([]);
  });
});

describe('timeline', () => {
  test('has a cell for every phase, value, client and level, in this order', async () => {
    const run = await play({
      steps: [
        {
          timeline: {
            server: 'server',
            clients: ['linux', 'client'],
            phases: ['2022-06-14', '2021-06-08'],
            registry: ['absent', 0],
            levels: ['CONNECT', 'PKT_INTEGRITY'],
          },
        },
      ],
    });
    const cells = run.timeline.map(({ phase, registry, client, asked }) => `${phase} ${registry} ${client} ${asked}`);
    expect(cells).toHaveLength(16);
    expect(cells.slice(0, 5)).toEqual([
      '2021-06-08 absent linux CONNECT',
      '2021-06-08 absent linux PKT_INTEGRITY',
      '2021-06-08 absent client CONNECT',
      '2021-06-08 absent client PKT_INTEGRITY',
      '2021-06-08 0 linux CONNECT',
    ]);
    expect(run.findings.map(({ id }) => id)[0]).toBe('play.timeline.2021-06-08.absent.linux.CONNECT');
    expect(run.failed).toEqual([]);
    expect(new Set(outcomes(run).slice(8, 12))).toEqual(new Set(['2 refused by activation policy', '5 accepted']));
    expect(new Set(outcomes(run).slice(12))).toEqual(new Set(['2 accepted', '5 accepted']));
  });
});

describe('trace', () => {
  test('leads from the server’s event to the application', async () => {
    const applications = { app: { path: 'C:\\a.exe', pid: 7, level: 'CONNECT' } };
    const run = await play({
      hosts: attacked(['2022-06-14'], { applications, updates: ['2022-06-14'] }),
      steps: [
        { activate: { from: 'client', on: 'server' } },
        { trace: { server: 'server' }, expect: { conclusion: 'traced', application: 'C:\\a.exe', pid: 7 } },
      ],
    });
    expect(run.failed).toEqual([]);
    expect(run.traces).toMatchObject([{ server: 'server', trace: { conclusion: 'traced' } }]);
  });
});

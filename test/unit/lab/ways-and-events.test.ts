import { describe, expect, test } from 'vitest';
import { ACTIVATE, eventsOf, HOSTS, outcomes, play } from '../../support/lab-steps.js';

const ACCEPTED = '2 accepted';
const CHECK = { check: { host: 'server' } };

describe('a way between two hosts', () => {
  const took = ({ activations }: { readonly activations: readonly { readonly time: number }[] }): number =>
    (activations[1]?.time as number) - (activations[0]?.time as number);

  test('has the latency of its link', async () => {
    const slow = { link: { between: ['server', 'client'], latency: '500 ms' } };
    expect(took(await play({ steps: [ACTIVATE, ACTIVATE] }))).toBeLessThan(50);
    // The handshake of the connection, of NTLM, and the activation are three round trips at least.
    expect(took(await play({ steps: [slow, ACTIVATE, ACTIVATE] }))).toBeGreaterThan(3_000);
  });

  test('has the bandwidth and the segments of its link', async () => {
    const narrow = { link: { between: ['server', 'client'], bandwidth: 1_000, segment: 10 } };
    const run = await play({ steps: [narrow, ACTIVATE, ACTIVATE] });
    expect(took(run)).toBeGreaterThan(1_000);
    expect(outcomes(run)).toEqual([ACCEPTED, ACCEPTED]);
  });

  test.each([
    ['refuse', {}, true],
    ['reset', { after: 100 }, true],
    ['truncate', { after: 70, from: 'server' }, true],
    ['half-close', { after: 300 }, true],
    ['stall', { after: 100 }, true],
    ['partition', {}, true],
    ['stall', { after: 100, for: '3 s' }, false],
    ['reorder', { after: 150 }, false],
  ])('with %s %j: the activation fails %s, and after it was healed it does not', async (kind, more, fails) => {
    const refused = { outcome: fails ? 'refused' : 'accepted', ...(fails && { refusedBy: 'transport' }) };
    const run = await play({
      steps: [
        { fault: { kind, between: ['client', 'server'], as: 'fault', ...more } },
        { ...ACTIVATE, expect: refused },
        { heal: 'fault', expect: { outcome: 'happened' } },
        { ...ACTIVATE, expect: { outcome: 'accepted' } },
      ],
    });
    expect(run.failed).toEqual([]);
  });

  test.each([
    ['activate', {}],
    ['query', { wql: 'SELECT * FROM Win32_Process' }],
    ['read', { items: ['Boiler.Setpoint'] }],
    ['subscribe', { items: ['Boiler.Setpoint'] }],
  ])('that refuses the %s that was to be refused there says nothing of the hardening', async (verb, more) => {
    const hosts = { ...HOSTS, server: { ...HOSTS.server, serves: ['wmi', 'opc'] } };
    const step = { [verb]: { from: 'client', on: 'server', ...more } };
    const run = await play({
      hosts,
      steps: [
        { fault: { kind: 'refuse', between: ['client', 'server'] } },
        { ...step, expect: { outcome: 'refused', refusedBy: 'transport' } },
      ],
    });
    expect(run.failed).toEqual([]);
  });

  test('on which nothing happened says so', async () => {
    const run = await play({
      steps: [
        { fault: { kind: 'reset', between: ['client', 'server'], after: 1e6, as: 'late' } },
        ACTIVATE,
        { heal: 'late', expect: { outcome: 'happened' } },
      ],
    });
    expect(run.failed).toMatchObject([{ expected: 'happened', actual: 'did not happen' }]);
  });
});

describe('events', () => {
  const client = (windows: string, updates: string[], level = 'CONNECT') => ({
    ...HOSTS.client,
    windows,
    updates,
    applications: { app: { path: 'app.exe', pid: 7, level } },
  });

  test.each([
    ['each at its end', 'Windows Server 2019', 'Windows 10 1809', ['2022-06-14'], [10036], [10037]],
    ['not where the version has none', 'Windows Server 2012', 'Windows 10 1809', ['2022-06-14'], [], [10037]],
    ['not where the update with them is missing', 'Windows Server 2019', 'Windows 10 1809', [], [10036], []],
    ['not where the client is raised', 'Windows Server 2019', 'Windows 10 1809', ['2022-11-08'], [], []],
  ])('%s', async (_name, windows, clientWindows, updates, atServer, atClient) => {
    const hosts = {
      server: { ...HOSTS.server, windows, updates: ['2022-06-14'] },
      client: client(clientWindows, updates),
    };
    const run = await play({ hosts, steps: [ACTIVATE, { ...CHECK, expect: { events: atServer } }] });
    expect(eventsOf(run)).toEqual({ server: atServer, client: atClient });
    expect(run.failed).toEqual([]);
  });

  test('name the user by his domain, and in a workgroup by the machine that knows him', async () => {
    const workgroup = { workgroup: 'SHOP', accounts: ['op'] };
    const server = { ...HOSTS.server, updates: ['2022-06-14'] };
    const domain = await play({ hosts: { ...HOSTS, server }, steps: [ACTIVATE] });
    const shop = await play({
      hosts: { server: { ...server, ...workgroup }, client: { ...HOSTS.client, ...workgroup } },
      steps: [ACTIVATE],
    });
    const named = [domain, shop].map(({ logs }) => logs[0]?.entries[0]?.event);
    expect(named).toMatchObject([
      { id: 10036, domain: 'LAB', user: 'op', clientAddress: '10.0.0.11' },
      { id: 10036, domain: 'server', user: 'op', clientAddress: '10.0.0.11' },
    ]);
  });

  test('stand in the recording as comments, with what the server made of the activation', async () => {
    const { capture } = await play({
      hosts: { ...HOSTS, server: { ...HOSTS.server, updates: ['2023-03-14'] } },
      steps: [ACTIVATE],
    });
    expect(capture.toString('latin1')).toContain('RemoteCreateInstance refused by activation policy (event 10036): ');
  });

  test('an account that the server does not have is refused by authentication', async () => {
    const stranger = { ...HOSTS.client, workgroup: 'OTHER', accounts: ['guest1'] };
    const run = await play({
      hosts: { ...HOSTS, client: stranger },
      steps: [{ activate: { from: 'client', on: 'server', level: 'PKT_INTEGRITY' } }],
    });
    expect([outcomes(run), run.failed]).toEqual([['5 refused by authentication'], []]);
  });
});

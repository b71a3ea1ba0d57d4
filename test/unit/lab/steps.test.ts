import { describe, expect, test } from 'vitest';
import { ACTIVATE, eventsOf, HOSTS, outcomes, play } from '../../support/lab-steps.js';

const ACCEPTED = '2 accepted';
const REFUSED = '2 refused by activation policy';
const RAISED = '5 accepted';
const CHECK = { check: { host: 'server' } };

const updated = (date: string, more: object = {}) => ({
  ...HOSTS,
  server: { ...HOSTS.server, updates: [date], ...more },
});

describe('update', () => {
  test('works at once, as the host restarts', async () => {
    const run = await play({ steps: [ACTIVATE, { update: { host: 'server', date: '2023-03-14' } }, ACTIVATE] });
    expect(outcomes(run)).toEqual([ACCEPTED, REFUSED]);
  });

  test('works from the next restart on where it is not restarted', async () => {
    const update = { update: { host: 'server', date: '2023-03-14', restart: false } };
    const run = await play({ steps: [update, ACTIVATE, { reboot: 'server' }, ACTIVATE] });
    expect(outcomes(run)).toEqual([ACCEPTED, REFUSED]);
  });

  test('of a client raises its level', async () => {
    const run = await play({ steps: [ACTIVATE, { update: { host: 'client', date: '2022-11-08' } }, ACTIVATE] });
    expect(outcomes(run)).toEqual([ACCEPTED, RAISED]);
  });

  test('moves the clock to its date, and an older one does not move it back', async () => {
    const { activations } = await play({
      steps: [
        ACTIVATE,
        { update: { host: 'client', date: '2022-06-14' } },
        ACTIVATE,
        { update: { host: 'client', date: '2021-06-08' } },
        ACTIVATE,
      ],
    });
    const days = activations.map(({ time }) => new Date(time).toISOString().slice(0, 13));
    expect(days).toEqual(['2021-05-03T09', '2022-06-14T12', '2022-06-14T12']);
  });
});

describe('the clock begins', () => {
  test.each([
    ['in the morning of the newest update of a host', { hosts: updated('2022-06-14') }, '2022-06-14T09:00:00'],
    ['on the day that is given', { hosts: updated('2022-06-14'), start: '2024-01-15' }, '2024-01-15T09:00:00'],
    ['before the hardening otherwise', {}, '2021-05-03T09:00:00'],
  ])('%s', async (_name, given, day) => {
    const { activations } = await play({ ...given, steps: [ACTIVATE] });
    expect(new Date(activations[0]?.time as number).toISOString().slice(0, 19)).toBe(day);
  });
});

describe('set', () => {
  const SETTING = 'RequireIntegrityActivationAuthenticationLevel';
  const set = (value: number | null) => ({ set: { host: 'server', values: { [SETTING]: value } } });

  test('of a value that counts from the next restart on, and null deletes it', async () => {
    const steps = [set(0), ACTIVATE, { reboot: 'server' }, ACTIVATE, set(null), { reboot: 'server' }, ACTIVATE];
    expect(outcomes(await play({ hosts: updated('2022-06-14'), steps }))).toEqual([REFUSED, ACCEPTED, REFUSED]);
  });

  test.each([
    [0, false],
    [1, true],
  ])('registry of a host is in force from its start: %i', async (value, enforces) => {
    const hosts = updated('2022-06-14', { registry: { [SETTING]: value } });
    const { failed, findings } = await play({ hosts, steps: [{ ...CHECK, expect: { enforces } }] });
    expect([failed, findings.length]).toEqual([[], 1]);
  });

  test('of an AppID’s AuthenticationLevel decides at which level its process activates; null deletes it', async () => {
    const application = { path: 'C:\\app.exe', pid: 7, appId: '11111111-2222-4333-8444-555555555555' };
    const { appId } = application;
    const hosts = { ...HOSTS, client: { ...HOSTS.client, applications: { app: application } } };
    const level = (AuthenticationLevel: string | null) => ({ set: { host: 'client', appId, AuthenticationLevel } });
    const reboot = { reboot: 'client' };
    const run = await play({
      hosts,
      steps: [ACTIVATE, level('PKT_INTEGRITY'), reboot, ACTIVATE, level(null), reboot, ACTIVATE],
    });
    expect(run.activations.map((activation) => activation.level)).toEqual([2, 5, 2]);
  });
});

describe('activate', () => {
  test.each([
    ['NONE', 'access control'],
    ['CONNECT', 'activation policy'],
    ['CALL', 'activation policy'],
    ['PKT', 'activation policy'],
    ['PKT_INTEGRITY', undefined],
    ['PKT_PRIVACY', undefined],
  ])('at %s is refused by %s', async (level, by) => {
    const run = await play({
      hosts: updated('2023-03-14'),
      steps: [{ activate: { from: 'linux', on: 'server', level }, expect: { level, by: by ?? 'nobody' } }],
    });
    expect([run.failed, run.findings.length]).toEqual([[], 3]);
    expect(run.activations[0]?.by).toBe(by);
  });

  test.each([
    ['ntlm', 10],
    ['spnego', 9],
  ])('by %s', async (auth, authType) => {
    const { served } = await play({ steps: [{ activate: { from: 'linux', on: 'server', auth } }] });
    expect(served.map(({ activation }) => activation.authType)).toEqual([authType]);
  });

  test('as nobody is refused by access control, and the server sees that nobody asks', async () => {
    const { served, activations } = await play({
      steps: [{ activate: { from: 'client', on: 'server', anonymous: true } }],
    });
    expect(activations).toMatchObject([{ anonymous: true, outcome: 'refused', by: 'access control' }]);
    expect(served[0]?.activation.identity).toMatchObject({ anonymous: true });
  });

  test('is by the first account, by that of the application, or by the user that is named', async () => {
    const applications = {
      report: { path: 'report.exe', pid: 7, user: 'reporter' },
      mail: { path: 'mail.exe', pid: 8 },
    };
    const { served } = await play({
      accounts: ['op', 'reporter', 'admin'],
      hosts: { ...HOSTS, client: { ...HOSTS.client, applications } },
      steps: [
        { activate: { from: 'linux', on: 'server' } },
        { activate: { from: 'client', on: 'server' } },
        { activate: { from: 'client', application: 'mail', on: 'server' } },
        { activate: { from: 'client', application: 'mail', on: 'server', user: 'admin' } },
      ],
    });
    expect(served.map(({ activation }) => activation.identity?.user)).toEqual(['op', 'reporter', 'op', 'admin']);
  });

  test('asks for the class that is named', async () => {
    const { served } = await play({ steps: [{ activate: { from: 'client', on: 'server', class: 'mmc20' } }] });
    expect(served[0]?.activation.clsid).toBe('49b2791a-b1ae-4c90-9b8e-e860ba07f889');
  });

  test('keeps an object under a name, until that is released', async () => {
    const run = await play({
      steps: [
        { activate: { from: 'client', on: 'server', class: 'mmc20', as: 'console' } },
        { ...CHECK, expect: { objects: 1 } },
        { release: 'console' },
        { ...CHECK, expect: { objects: 0 } },
      ],
    });
    expect(run.failed).toEqual([]);
  });

  test('that is released while the hosts are apart does not hold the scenario up', async () => {
    const run = await play({
      steps: [
        { activate: { from: 'client', on: 'server', as: 'thing' } },
        { fault: { kind: 'partition', between: ['client', 'server'] } },
        { release: 'thing' },
        { ...ACTIVATE, expect: { by: 'transport' } },
      ],
    });
    expect(run.failed).toEqual([]);
  });
});

describe('invoke', () => {
  const console = { activate: { from: 'client', on: 'server', class: 'mmc20', as: 'console' } };
  const member = 'Document.ActiveView.ExecuteShellCommand';
  const command = { invoke: { object: 'console', member, arguments: ['cmd.exe', 'C:\\', '/c echo x', '7'] } };

  test('is written down by the server, and not run', async () => {
    const run = await play({
      steps: [console, command, { ...CHECK, expect: { invocations: ['ExecuteShellCommand'] } }],
    });
    expect(run.failed).toEqual([]);
  });

  test.each([
    ['a member that the object does not have', [console, { invoke: { object: 'console', member: 'Explode' } }]],
    [
      'an object whose activation was refused',
      [{ update: { host: 'server', date: '2023-03-14' } }, { ...console, expect: { outcome: 'refused' } }, command],
    ],
  ])('of %s is refused, which fails unless it is expected', async (_name, steps) => {
    const { failed } = await play({ steps });
    expect(failed).toMatchObject([{ expected: 'accepted', actual: 'refused' }]);
    const expected = steps.map((step, n) =>
      n === steps.length - 1 ? { ...step, expect: { outcome: 'refused' } } : step,
    );
    expect((await play({ steps: expected })).failed).toEqual([]);
  });
});

describe('wait', () => {
  test('lets time pass, also longer than a simulation looks ahead', async () => {
    const run = await play({ steps: [ACTIVATE, { wait: '16 days' }, { wait: '16 days' }, ACTIVATE] });
    const [first, last] = run.activations.map(({ time }) => time) as [number, number];
    expect(Math.round((last - first) / 86_400_000)).toBe(32);
  });

  test('brings the pings that keep an object alive', async () => {
    const run = await play({
      steps: [
        { activate: { from: 'client', on: 'server', as: 'thing' } },
        { wait: '2 hours' },
        { ...CHECK, expect: { objects: 1 } },
      ],
    });
    expect(run.failed).toEqual([]);
  });

  test('takes from a client that is cut off what it keeps', async () => {
    const run = await play({
      steps: [
        { activate: { from: 'client', on: 'server', as: 'thing' } },
        { fault: { kind: 'partition', between: ['server', 'client'], as: 'cut' } },
        { wait: '15 minutes' },
        { ...CHECK, expect: { objects: 0 } },
        { heal: 'cut', expect: { outcome: 'happened' } },
      ],
    });
    expect(run.failed).toEqual([]);
  });
});

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
    const refused = { outcome: fails ? 'refused' : 'accepted', ...(fails && { by: 'transport' }) };
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

  test('an account that the server does not have is refused by authentication', async () => {
    const stranger = { ...HOSTS.client, workgroup: 'OTHER', accounts: ['guest1'] };
    const run = await play({
      hosts: { ...HOSTS, client: stranger },
      steps: [{ activate: { from: 'client', on: 'server', level: 'PKT_INTEGRITY' } }],
    });
    expect([outcomes(run), run.failed]).toEqual([['5 refused by authentication'], []]);
  });
});

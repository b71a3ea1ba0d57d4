import { describe, expect, test } from 'vitest';
import { ACTIVATE, HOSTS, outcomes, play } from '../../support/lab-steps.js';

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
    const due = (rebootDue: boolean) => ({ ...CHECK, expect: { rebootDue, enforces: !rebootDue } });
    const run = await play({ steps: [update, due(true), ACTIVATE, { reboot: 'server' }, due(false), ACTIVATE] });
    expect(outcomes(run)).toEqual([ACCEPTED, REFUSED]);
    expect(run.failed).toEqual([]);
    expect(run.findings.filter(({ id }) => id.includes('rebootDue'))).toHaveLength(2);
  });

  test('of a client raises its level', async () => {
    const run = await play({ steps: [ACTIVATE, { update: { host: 'client', date: '2022-11-08' } }, ACTIVATE] });
    expect(outcomes(run)).toEqual([ACCEPTED, RAISED]);
  });

  test('moves the clock to its date, and one that has been out for long does not move it back', async () => {
    const { activations } = await play({
      steps: [
        ACTIVATE,
        { update: { host: 'client', date: '2022-06-14' } },
        ACTIVATE,
        { update: { host: 'server', date: '2021-06-08' } },
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

  test('null deletes a value, and does not turn it on', async () => {
    const steps = [set(1), { reboot: 'server' }, ACTIVATE, set(null), { reboot: 'server' }, ACTIVATE];
    expect(outcomes(await play({ hosts: updated('2021-06-08'), steps }))).toEqual([REFUSED, ACCEPTED]);
  });

  test('appIdAuthenticationLevel of an application is in force from the start', async () => {
    const app = { path: 'a.exe', pid: 7, appId: '11111111-2222-4333-8444-555555555555', appIdAuthenticationLevel: 6 };
    const run = await play({
      hosts: { ...HOSTS, client: { ...HOSTS.client, applications: { app } } },
      steps: [ACTIVATE],
    });
    expect(outcomes(run)).toEqual(['6 accepted']);
  });

  test.each([
    [true, REFUSED],
    [false, ACCEPTED],
  ])('enforces: %s is what the maker of a server that is not Windows decided', async (enforces, outcome) => {
    const server = { address: '10.0.0.2', system: 'Linux', serves: ['generic'], enforces };
    const run = await play({ hosts: { ...HOSTS, server }, steps: [ACTIVATE, { ...CHECK, expect: { enforces } }] });
    expect([outcomes(run), run.failed]).toEqual([[outcome], []]);
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
    ['NONE', 'access control', 'NONE'],
    ['CONNECT', 'activation policy', 'CONNECT'],
    // [MS-RPCE] 2.2.1.1.8: a client that is asked for CALL uses PKT.
    ['CALL', 'activation policy', 'PKT'],
    ['PKT', 'activation policy', 'PKT'],
    ['PKT_INTEGRITY', undefined, 'PKT_INTEGRITY'],
    ['PKT_PRIVACY', undefined, 'PKT_PRIVACY'],
  ])('at %s is refused by %s', async (level, refusedBy, sent) => {
    const run = await play({
      hosts: updated('2023-03-14'),
      steps: [
        { activate: { from: 'linux', on: 'server', level }, expect: { level: sent, refusedBy: refusedBy ?? 'nobody' } },
      ],
    });
    expect(run.activations[0]?.level).toBe(run.served[0]?.activation.level);
    expect([run.failed, run.findings.length]).toEqual([[], 3]);
    expect(run.activations[0]?.refusedBy).toBe(refusedBy);
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
    expect(activations).toMatchObject([{ anonymous: true, outcome: 'refused', refusedBy: 'access control' }]);
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
        { ...ACTIVATE, expect: { refusedBy: 'transport' } },
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

import { describe, expect, test } from 'vitest';
import { type Application, type Machine, machine, machineLogs } from '../../../src/hardening/machine.js';
import { activationAsClient, activationAsServer } from '../../../src/hardening/machine-policy.js';
import { trace, traceServer } from '../../../src/hardening/trace.js';
import { activate, client, hardened, traced, weak } from './activations.js';
import { PKT_INTEGRITY, REQUIRE, windows, withValue } from './hosts.js';

describe('troubleshooting', () => {
  test('article: "Ensure that you’re on a supported Windows version and the most recent updates are installed on DCOM clients and servers"', () => {
    const conclusion = (c: Machine, s: Machine) => traced(activate(c, s, weak)).map((each) => each.conclusion);
    const newest = ['2022-06-14', '2023-03-14', '2024-01-09'];
    // A version that is not supported never logs, however new its updates are; a supported one does with them.
    for (const update of newest) {
      expect(machineLogs(client(update, { platform: { windows: 'Windows 7' } }))).toBe(false);
      expect(machineLogs(windows(update, { platform: { windows: 'Windows Server 2012' } }))).toBe(false);
    }
    expect(conclusion(client('2022-06-14', { platform: { windows: 'Windows 7' } }), hardened)).toEqual([
      'client does not log',
    ]);
    expect(conclusion(client('2021-06-08'), hardened)).toEqual(['client does not log']);
    expect(conclusion(client('2022-06-14'), hardened)).toEqual(['traced']);
    const unsupported = windows('2022-06-14', { platform: { windows: 'Windows Server 2012' } });
    for (const server of [unsupported, windows('2021-06-08', withValue(REQUIRE, 1))]) {
      expect(conclusion(client('2022-06-14'), server)).toEqual(['client event only']);
      expect(conclusion(client('2022-11-08'), server)).toEqual(['server does not log']);
    }
    expect(conclusion(client('2022-06-14'), windows('2022-06-14', withValue(REQUIRE, 1)))).toEqual(['traced']);
  });

  test('article: "applies to cases when the server logs event 10036 but the client does not log any events"', () => {
    const [result] = traced(activate(client('2021-06-08'), hardened, weak));
    expect(result?.steps.map(({ found }) => found)).toEqual([true, true, false]);
    expect(result?.steps[2]?.text).toBe('no event 10037 or 10038 of cli (Windows 10 22H2) fits');
    expect(result?.conclusion).toBe('client does not log');
    expect(result).not.toHaveProperty('application');
    // A client that logs, and has logged nothing that fits, is another case; and where both log, it is no case of this.
    const sides = activate(client('2022-06-14'), hardened, weak);
    expect(traced({ ...sides, client: { ...sides.client, entries: [] } })[0]?.conclusion).toBe('client logged nothing');
    expect(traced(sides)[0]?.conclusion).toBe('traced');
  });

  test('article: "Consult server and client event logs on appropriate machine roles"', () => {
    const { client: c, server: s } = activate(client('2022-06-14'), hardened, weak);
    expect(c.entries.map(({ event }) => event.id)).toEqual([10037]);
    expect(s.entries.map(({ event }) => event.id)).toEqual([10036]);
    // A strong application leaves neither machine an event: the logs tell of this activation alone.
    const strong = activate(client('2022-06-14'), hardened, { ...weak, activationLevel: PKT_INTEGRITY });
    expect([strong.client.entries, strong.server.entries]).toEqual([[], []]);
    // One machine in both roles has both in its one log: what it refused, and what it asked for elsewhere.
    const roles = { machine: hardened, entries: [...c.entries, ...s.entries] };
    expect(trace({ server: roles, hosts: [] })).toMatchObject({
      conclusion: 'client event only',
      application: { computer: 'srv' },
    });
    const [served] = traceServer({ server: roles, hosts: [c] });
    expect(served).toMatchObject({ conclusion: 'traced', application: { computer: 'cli' } });
  });

  test('article: "If neither the server nor the client logs any events, … client applications are automatically working"', () => {
    const sides = activate(client('2022-11-08'), hardened, weak);
    expect([sides.client.entries, sides.server.entries]).toEqual([[], []]);
    expect(traced(sides)).toMatchObject([{ conclusion: 'clients work' }]);
    // And they do work: the level that was sent is taken.
    const { level } = activationAsClient(client('2022-11-08'), weak);
    expect(activationAsServer(hardened, { level })).toMatchObject({ outcome: 'accepted', rule: 'integrity' });
  });

  test.each([1, 2])(
    'article: "If neither the server nor the client logs any events, … client applications are automatically working": not where DisableAuthenticationLevelHardeningLog is %i',
    (value) => {
      const off = withValue('DisableAuthenticationLevelHardeningLog', value);
      const [server, c] = [windows('2022-06-14', off), client('2022-06-14', off)];
      const sides = activate(c, server, weak);
      expect([sides.client.entries, sides.server.entries]).toEqual([[], []]);
      expect(activationAsServer(server, { level: activationAsClient(c, weak).level }).outcome).toBe('refused');
      expect(traced(sides)).toMatchObject([
        { conclusion: 'server does not log', text: expect.stringMatching(/DisableAuthenticationLevelHardeningLog/) },
      ]);
    },
  );

  test('article: "there is nothing else you need to do. Your environment is hardened and protected": only where the server enforces and logs', () => {
    const raised = client('2022-11-08');
    expect(traced(activate(raised, hardened, weak))).toMatchObject([{ conclusion: 'clients work' }]);
    expect(activationAsServer(hardened, { level: activationAsClient(raised, weak).level }).outcome).toBe('accepted');
    const disabled = windows('2022-06-14', withValue(REQUIRE, 0));
    expect(traced(activate(raised, disabled, weak))).toMatchObject([
      { conclusion: 'server does not enforce', text: expect.stringContaining('srv refuses nothing') },
    ]);
    const gateway = machine({ name: 'srv', addresses: ['10.0.0.1'], platform: { other: 'Linux' } });
    expect(traced(activate(raised, gateway, weak))).toMatchObject([
      { conclusion: 'server does not log', text: 'srv (Linux) is not Windows and has no such events' },
    ]);
    const unlogged = windows('2022-06-14', { platform: { windows: 'Windows Server 2012' } });
    expect(traced(activate(raised, unlogged, weak))).toMatchObject([{ conclusion: 'server does not log' }]);
  });

  test('article: "contact the vendor of the affected application for an update or workaround"', () => {
    const reached = (m: Machine, application: Application) =>
      activationAsServer(hardened, { level: activationAsClient(m, application).level }).outcome;
    const updated = { ...weak, activationLevel: PKT_INTEGRITY };
    // The vendor's update: the application asks for more. It helps everywhere, and Windows' own updates on Windows alone.
    const windowsClient = (date: string) => client(date);
    const gateway = machine({ name: 'gw', addresses: ['10.0.0.7'], platform: { other: 'Linux' } });
    expect([reached(windowsClient('2022-06-14'), weak), reached(windowsClient('2022-06-14'), updated)]).toEqual([
      'refused',
      'accepted',
    ]);
    expect([reached(gateway, weak), reached(gateway, updated)]).toEqual(['refused', 'accepted']);
    expect(reached(windowsClient('2022-11-08'), weak)).toBe('accepted');
    // Who is affected, so that its vendor can be asked: the application on Windows, the machine elsewhere.
    const [onWindows] = traced(activate(windowsClient('2022-06-14'), hardened, weak));
    expect(onWindows).toMatchObject({ conclusion: 'traced', application: { path: 'C:\\opc\\client.exe' } });
    const [elsewhere] = traced(activate(gateway, hardened, weak));
    expect(elsewhere).toMatchObject({ conclusion: 'client not Windows' });
    expect(elsewhere?.steps[1]).toEqual({ step: 2, found: true, text: '10.0.0.7 is gw (Linux)' });
  });
});

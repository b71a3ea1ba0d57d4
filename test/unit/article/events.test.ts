import { describe, expect, test } from 'vitest';
import { EVENT_BUILDS } from '../../../src/hardening/builds.js';
import { EventLog } from '../../../src/hardening/event-log.js';
import type { ClientEvent, DcomEvent } from '../../../src/hardening/events.js';
import {
  type Application,
  type Machine,
  type MachineOptions,
  machine,
  machineLogs,
} from '../../../src/hardening/machine.js';
import {
  activationAsClient,
  activationAsServer,
  clientEventOf,
  serverEventOf,
} from '../../../src/hardening/machine-policy.js';
import { type TracedHost, trace, traceServer } from '../../../src/hardening/trace.js';
import { parseXml } from '../../support/xml.js';
import { CONNECT, PKT, PKT_INTEGRITY, plain, REQUIRE, windows, withValue } from './hosts.js';

const TIME = Date.UTC(2022, 5, 20, 8, 0, 0);
const CLSID = '{49B2791A-B1AE-4C90-9B8E-E860BA07F889}';
const account = { domain: 'LAB', user: 'op', sid: 'S-1-5-21-1-2-3-1104' };

/** The versions that the article names, each with the oldest update that KB5004442 lists for it. */
const NAMED = [
  ['Windows 11 22H2', '2022-09-30'],
  ['Windows 10 22H2', '2021-09-01'],
  ['Windows 10 21H1', '2021-09-01'],
  ['Windows 10 20H2', '2021-09-01'],
  ['Windows 10 1809', '2021-08-26'],
  ['Windows 10 1607', '2021-09-14'],
  ['Windows Server 2022', '2021-09-27'],
  ['Windows Server 2019', '2021-08-26'],
  ['Windows Server 2016', '2021-09-14'],
  ['Windows Server 2012 R2', '2021-10-12'],
  ['Windows 8.1', '2021-10-12'],
] as const;

/** One activation of an application of `client` on `server`, and the two logs after it. */
function activate(
  client: Machine,
  server: Machine,
  application: Application,
): { client: TracedHost; server: TracedHost } {
  const [clientLog, serverLog] = [new EventLog(), new EventLog()];
  const record = (log: EventLog, m: Machine, event: DcomEvent | undefined, time: number) =>
    event === undefined ? undefined : log.record(m, event, time);
  const sent = activationAsClient(client, application);
  record(clientLog, client, clientEventOf(sent, application, { clsid: CLSID, target: server.name }), TIME);
  const decision = activationAsServer(server, { level: sent.level });
  record(serverLog, server, serverEventOf(decision, account, client.addresses[0] as string), TIME + 5);
  return {
    client: { machine: client, entries: clientLog.entries },
    server: { machine: server, entries: serverLog.entries },
  };
}

const weak: Application = { ...plain, activationLevel: CONNECT, account };
const client = (update: string, options: Partial<MachineOptions> = {}) =>
  windows(update, { name: 'cli', addresses: ['10.0.0.7'], platform: { windows: 'Windows 10 22H2' }, ...options });
const hardened = windows('2022-06-14');
const traced = (sides: ReturnType<typeof activate>) => traceServer({ server: sides.server, hosts: [sides.client] });

describe('the versions that log', () => {
  test.each(NAMED)('article: "event logs to a subset of Windows versions" (%s from %s)', (name, since) => {
    const before = new Date(Date.parse(since) - 86_400_000).toISOString().slice(0, 10);
    expect(machineLogs(windows(before, { platform: { windows: name } }))).toBe(false);
    expect(machineLogs(windows(since, { platform: { windows: name } }))).toBe(true);
  });

  test('article: "These versions include": and beside them those that KB5004442 adds, and those that came later', () => {
    const logging = EVENT_BUILDS.flatMap(({ names }) => names).filter((name) =>
      machineLogs(windows('2024-01-09', { platform: { windows: name } })),
    );
    const named: readonly string[] = NAMED.map(([name]) => name);
    expect(logging.filter((name) => !named.includes(name)).toSorted()).toEqual([
      'Windows 10 1909',
      'Windows 10 2004',
      'Windows 10 21H2',
      'Windows 11 21H2',
      'Windows 11 23H2',
      'Windows Server 23H2',
    ]);
    // Nothing is listed for these, and none of them is released later.
    const silent = ['Windows 7', 'Windows Server 2008 SP2', 'Windows Server 2008 R2', 'Windows Server 2012'];
    for (const name of silent) expect(machineLogs(windows('2024-01-09', { platform: { windows: name } }))).toBe(false);
  });

  test('article: "They take form of error events"', () => {
    const { server } = activate(client('2022-06-14'), hardened, weak);
    const log = new EventLog();
    for (const { event, at } of server.entries) log.record(hardened, event, at.time);
    const system = parseXml(log.asXml()).children[0]?.children[0]?.children;
    expect(system?.find(({ name }) => name === 'Level')?.text).toBe('2');
    expect(log.asJson()[0]?.level).toBe('Error');
  });

  test('article: "a DCOM client application is trying to activate a DCOM server using less than the recommended authentication level"', () => {
    expect(activate(client('2022-06-14'), hardened, weak).client.entries.map(({ event }) => event)).toEqual([
      {
        id: 10037,
        application: 'C:\\opc\\client.exe',
        pid: 4711,
        clsid: '{49B2791A-B1AE-4C90-9B8E-E860BA07F889}',
        target: 'srv',
        level: 2,
        userSid: 'S-1-5-21-1-2-3-1104',
      },
    ]);
    const strong = { ...weak, activationLevel: PKT_INTEGRITY };
    const { client: c, server: s } = activate(client('2022-06-14'), hardened, strong);
    expect([c.entries, s.entries]).toEqual([[], []]);
  });
});

describe('the three steps', () => {
  const sides = activate(client('2022-06-14'), hardened, weak);
  const [result] = traced(sides);

  test('article: "Step 1: Check if there are any server events from the System log"', () => {
    expect(result?.steps[0]).toEqual({ step: 1, found: true, text: 'srv refused LAB\\op from 10.0.0.7' });
    expect(sides.server.entries[0]?.event.id).toBe(10036);
    const log = new EventLog();
    log.record(hardened, sides.server.entries[0]?.event as DcomEvent, TIME);
    expect(log.asXml()).toContain('<Channel>System</Channel>');
  });

  test('article: "Step 2 … use the Client IP Address information to trace to the client device"', () => {
    expect(result?.steps[1]).toEqual({ step: 2, found: true, text: '10.0.0.7 is cli (Windows 10 22H2)' });
  });

  test('article: "Step 3 … locating the application path and the application PID"', () => {
    expect(result).toMatchObject({
      conclusion: 'traced',
      application: { computer: 'cli', path: 'C:\\opc\\client.exe', pid: 4711 },
    });
  });
});

describe('the three steps among other entries', () => {
  const REFUSED: DcomEvent = { id: 10036, ...account, clientAddress: '10.0.0.7' };
  const WEAK: ClientEvent = {
    id: 10037,
    application: 'C:\\opc\\client.exe',
    pid: 4711,
    clsid: CLSID,
    target: 'srv',
    level: CONNECT,
    userSid: account.sid,
  };
  const MINUTES = 60_000;
  const cli = client('2022-06-14', { addresses: ['192.168.7.7', '10.0.0.7'] });
  const entry = (computer: string, event: DcomEvent, time = TIME) => ({ event, at: { time, computer } });
  /** What comes of it where the client's log holds these, and a third machine has an event that would fit. */
  const tracedWith = (...entries: { event: DcomEvent; time?: number }[]) => {
    const other = client('2022-06-14', { name: 'other', addresses: ['10.0.0.8'] });
    return trace({
      server: { machine: hardened, entries: [entry('srv', REFUSED)] },
      event: { event: REFUSED, at: { time: TIME, computer: 'srv' } },
      hosts: [
        { machine: other, entries: [entry('other', { ...WEAK, application: 'C:\\other.exe', pid: 1 })] },
        { machine: cli, entries: entries.map(({ event, time }) => entry('cli', event, time)) },
      ],
    });
  };

  test.each<[string, ClientEvent]>([
    ['as it is', WEAK],
    ['of the default level', { ...WEAK, id: 10038 }],
    ['at PKT', { ...WEAK, level: PKT }],
    ['that names the server by its address', { ...WEAK, target: '10.0.0.1' }],
    ['that names the server in capitals', { ...WEAK, target: 'SRV' }],
    ['that names the server with its domain', { ...WEAK, target: 'srv.lab.example' }],
    ['without a user', (({ userSid: _none, ...event }) => event)(WEAK)],
  ])(
    'article: "Step 3 … locating the application path and the application PID": an event %s leads there',
    (_name, event) => {
      expect(tracedWith({ event })).toMatchObject({
        conclusion: 'traced',
        application: { computer: 'cli', path: 'C:\\opc\\client.exe', pid: 4711 },
      });
    },
  );

  test.each<[string, DcomEvent, number?]>([
    ['of another server', { ...WEAK, target: 'srv2' }],
    ['of another server’s address', { ...WEAK, target: '10.0.0.2' }],
    ['of another user', { ...WEAK, userSid: 'S-1-5-21-1-2-3-1105' }],
    ['of an hour before', WEAK, TIME - 60 * MINUTES],
    ['of an hour after', WEAK, TIME + 60 * MINUTES],
    ['at PKT_INTEGRITY', { ...WEAK, level: PKT_INTEGRITY }],
    ['of the client’s own role as a server', REFUSED],
  ])(
    'article: "Step 3 … locating the application path and the application PID": an event %s does not',
    (_name, event, time = TIME) => {
      const found = tracedWith({ event, time });
      expect(found).toMatchObject({ conclusion: 'client logged nothing', candidates: [] });
      expect(found.steps.map((step) => step.found)).toEqual([true, true, false]);
      expect(found).not.toHaveProperty('application');
      // And does not stand in the way of one that does.
      expect(tracedWith({ event, time }, { event: WEAK })).toMatchObject({ conclusion: 'traced' });
    },
  );

  test('article: "Step 3 … locating the application path and the application PID": two applications are two candidates, the nearer first', () => {
    const second = { ...WEAK, application: 'C:\\hist.exe', pid: 99 };
    const found = tracedWith({ event: WEAK, time: TIME - 2 * MINUTES }, { event: second, time: TIME + MINUTES });
    expect(found.conclusion).toBe('several candidates');
    expect(found.candidates.map(({ path, pid }) => [path, pid])).toEqual([
      ['C:\\hist.exe', 99],
      ['C:\\opc\\client.exe', 4711],
    ]);
    expect(found).not.toHaveProperty('application');
  });

  test('article: "Step 2 … use the Client IP Address information to trace to the client device": an address that nobody has ends there', () => {
    const event = { ...REFUSED, clientAddress: '10.0.0.99' } as const;
    const found = trace({
      server: { machine: hardened, entries: [entry('srv', event)] },
      event: { event, at: { time: TIME, computer: 'srv' } },
      hosts: [{ machine: cli, entries: [entry('cli', WEAK)] }],
    });
    expect(found).toMatchObject({ conclusion: 'client address unknown', candidates: [] });
    expect(found.steps.map((step) => step.found)).toEqual([true, false, false]);
  });

  test('article: "Step 1: Check if there are any server events from the System log": without one there is nothing to follow', () => {
    const [found] = traceServer({
      server: { machine: hardened, entries: [] },
      hosts: [{ machine: cli, entries: [entry('cli', { ...WEAK, target: 'srv2' })] }],
    });
    expect(found).toMatchObject({ conclusion: 'clients work', candidates: [] });
    expect(found?.steps.map((step) => step.found)).toEqual([false, false, false]);
  });
});

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

import { describe, expect, test } from 'vitest';
import { EVENT_BUILDS } from '../../../src/hardening/builds.js';
import { EventLog } from '../../../src/hardening/event-log.js';
import type { ClientEvent, DcomEvent } from '../../../src/hardening/events.js';
import { machineLogs } from '../../../src/hardening/machine.js';
import { trace, traceServer } from '../../../src/hardening/trace.js';
import { parseXml } from '../../support/xml.js';
import { account, activate, CLSID, client, hardened, TIME, traced, weak } from './activations.js';
import { CONNECT, PKT, PKT_INTEGRITY, windows } from './hosts.js';

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

import { describe, expect, test } from 'vitest';
import { EventLog } from '../../../src/hardening/event-log.js';
import type { ClientEvent, Event10036 } from '../../../src/hardening/events.js';
import { type Machine, type MachineOptions, machine } from '../../../src/hardening/machine.js';
import { type TracedHost, trace, traceServer } from '../../../src/hardening/trace.js';
import { ADVICE } from '../../../src/hardening/trace-advice.js';

const TIME = Date.UTC(2022, 5, 20, 8, 0, 0);
const MINUTE = 60_000;
const SID = 'S-1-5-21-1-2-3-1104';

const windows = (name: string, address: string, options: Partial<MachineOptions> = {}) =>
  machine({
    name,
    addresses: [address],
    platform: { windows: 'Windows Server 2019' },
    updates: ['2022-06-14'],
    ...options,
  });
const srv = windows('srv', '10.0.0.1');
const cli = windows('cli', '10.0.0.7', { platform: { windows: 'Windows 10 22H2' } });

const refused: Event10036 = { id: 10036, domain: 'LAB', user: 'op', sid: SID, clientAddress: '10.0.0.7' };
const weak = (changes: Partial<ClientEvent> = {}): ClientEvent => ({
  id: 10037,
  application: 'C:\\opc\\client.exe',
  pid: 4711,
  clsid: '{49B2791A-B1AE-4C90-9B8E-E860BA07F889}',
  target: 'srv',
  level: 2,
  userSid: SID,
  ...changes,
});

/** A host whose log holds events at a time each. */
function host(m: Machine, ...events: readonly (readonly [ClientEvent | Event10036, number])[]): TracedHost {
  const log = new EventLog();
  for (const [event, time] of events) log.record(m, event, time);
  return { machine: m, entries: log.entries };
}
const server = host(srv, [refused, TIME]);
const event = { event: refused, at: { time: TIME, computer: 'srv' } };
const from = (...hosts: readonly TracedHost[]) => trace({ server, event, hosts });
const found = ({ steps }: ReturnType<typeof trace>) => steps.map((step) => step.found);

describe('from event 10036', () => {
  test('by the address to the client, and by its event to path and PID', () => {
    const result = from(host(cli, [weak(), TIME - 20]));
    expect(result).toMatchObject({
      conclusion: 'traced',
      application: { computer: 'cli', path: 'C:\\opc\\client.exe', pid: 4711 },
      text: 'event 10037 of cli names C:\\opc\\client.exe (process 4711)',
    });
    expect(result.steps).toEqual([
      { step: 1, found: true, text: 'srv refused LAB\\op from 10.0.0.7' },
      { step: 2, found: true, text: '10.0.0.7 is cli (Windows 10 22H2)' },
      { step: 3, found: true, text: result.text },
    ]);
  });

  test('event 10038 of a default level leads there too', () => {
    expect(from(host(cli, [weak({ id: 10038 }), TIME])).conclusion).toBe('traced');
  });

  test.each([
    ['names another computer', weak({ target: 'other' }), TIME],
    ['is of another user', weak({ userSid: 'S-1-5-18' }), TIME],
    ['is too late', weak(), TIME + 6 * MINUTE],
    ['is too early', weak(), TIME - 6 * MINUTE],
    ['is of a level that the server accepts', weak({ level: 5 }), TIME],
  ])('an event of the client that %s does not fit', (_why, entry, time) => {
    const result = from(host(cli, [entry, time]));
    expect(result).toMatchObject({ conclusion: 'client logged nothing', candidates: [] });
    expect(found(result)).toEqual([true, true, false]);
    expect(result).not.toHaveProperty('application');
  });

  test.each(['SRV', '10.0.0.1', 'srv.lab.example'])('an event that names the server as %s fits', (target) => {
    expect(from(host(cli, [weak({ target }), TIME])).conclusion).toBe('traced');
  });

  test('an event without a user fits', () => {
    const { userSid: _, ...nobody } = weak();
    expect(from(host(cli, [nobody, TIME])).conclusion).toBe('traced');
  });

  test('the time window can be chosen', () => {
    const hosts = [host(cli, [weak(), TIME - 2 * MINUTE])];
    expect(trace({ server, event, hosts, windowMs: MINUTE }).conclusion).toBe('client logged nothing');
    expect(trace({ server, event, hosts, windowMs: 2 * MINUTE }).conclusion).toBe('traced');
  });

  test('an application that tries again and again is one', () => {
    const again = from(host(cli, [weak(), TIME - 2000], [weak(), TIME], [weak(), TIME + 2000]));
    expect(again.conclusion).toBe('traced');
    expect(again.application?.at.time).toBe(TIME);
  });

  test('several applications that fit are named, the nearest first, and none is picked', () => {
    const result = from(host(cli, [weak(), TIME - 5000], [weak({ application: 'C:\\wmi.exe', pid: 12 }), TIME]));
    expect(result.conclusion).toBe('several candidates');
    expect(result.candidates.map(({ pid }) => pid)).toEqual([12, 4711]);
    expect(result).not.toHaveProperty('application');
  });

  test('a path is the same in any case', () => {
    const upper = weak({ application: 'C:\\OPC\\CLIENT.EXE' });
    expect(from(host(cli, [weak(), TIME], [upper, TIME + 1])).conclusion).toBe('traced');
  });

  test('the same path in two processes is two candidates', () => {
    expect(from(host(cli, [weak(), TIME], [weak({ pid: 4712 }), TIME])).conclusion).toBe('several candidates');
  });

  test('two machines with the client’s address are both searched', () => {
    const twin = windows('twin', '10.0.0.7');
    expect(from(host(cli), host(twin, [weak(), TIME])).application?.computer).toBe('twin');
    expect(from(host(cli, [weak(), TIME]), host(twin, [weak(), TIME])).conclusion).toBe('several candidates');
  });

  test('a server can be its own client', () => {
    const own = { ...event, event: { ...refused, clientAddress: '10.0.0.1' } };
    const itself = host(srv, [refused, TIME], [weak(), TIME]);
    const result = trace({ server: itself, event: own, hosts: [itself] });
    expect(result.application?.computer).toBe('srv');
    expect(result.steps[1]?.text).toBe('10.0.0.1 is srv (Windows Server 2019)');
  });

  test('an address that no machine has ends at step 2: a translator, or another network', () => {
    const result = from(host(windows('far', '10.9.9.9'), [weak(), TIME]));
    expect(result.conclusion).toBe('client address unknown');
    expect(found(result)).toEqual([true, false, false]);
    expect(result.advice).toMatch(/address translator, another network/);
  });

  test('a client that is not Windows has no events; its vendor is the way', () => {
    const result = from(host(machine({ name: 'gw', addresses: ['10.0.0.7'], platform: { other: 'Linux' } })));
    expect(result).toMatchObject({ conclusion: 'client not Windows', text: expect.stringContaining('gw (Linux)') });
    expect(result.advice).toMatch(/vendor/);
  });

  test('where Windows shares its address with another system, Windows is asked about first', () => {
    const gateway = host(machine({ name: 'gw', addresses: ['10.0.0.7'], platform: { other: 'Linux' } }));
    expect(from(gateway, host(cli))).toMatchObject({
      conclusion: 'client logged nothing',
      text: 'cli (Windows 10 22H2) logs these events, and has none that fits',
    });
  });

  test.each([
    ['version', windows('old', '10.0.0.7', { platform: { windows: 'Windows 7' } })],
    ['updates', windows('late', '10.0.0.7', { updates: ['2021-06-08'] })],
  ])('a client whose %s cannot log is to be updated', (_what, client) => {
    const result = from(host(client));
    expect(result.conclusion).toBe('client does not log');
    expect(result.advice).toMatch(/install its newest updates/);
  });
});

describe('without event 10036', () => {
  const none = (m: Machine, ...hosts: readonly TracedHost[]) => trace({ server: host(m), hosts });

  test('and without events of clients: where the server enforces and logs, clients work with the hardening', () => {
    const result = none(srv, host(cli));
    expect(result.conclusion).toBe('clients work');
    expect(found(result)).toEqual([false, false, false]);
    expect(result.advice).toMatch(/nothing is to be done/);
  });

  test('a server whose version does not log leaves it open', () => {
    const old = windows('srv', '10.0.0.1', { platform: { windows: 'Windows Server 2008 R2' } });
    expect(none(old, host(cli))).toMatchObject({
      conclusion: 'server does not log',
      text: expect.stringContaining('srv enforces, but srv (Windows Server 2008 R2) does not log'),
    });
  });

  test('a server that is not Windows leaves it open', () => {
    const samba = machine({ name: 'srv', platform: { other: 'Linux, Samba' } });
    expect(none(samba)).toMatchObject({
      conclusion: 'server does not log',
      text: 'srv (Linux, Samba) is not Windows and has no such events',
    });
  });

  test.each([
    ['without the update', windows('srv', '10.0.0.1', { updates: [] })],
    ['before it enforces by default', windows('srv', '10.0.0.1', { updates: ['2021-09-14'] })],
    [
      'with enforcement disabled',
      windows('srv', '10.0.0.1', {
        registry: [{ name: 'RequireIntegrityActivationAuthenticationLevel', value: 0 }],
      }),
    ],
  ])('a server %s refuses nothing, which leaves it open', (_how, m) => {
    expect(none(m, host(cli))).toMatchObject({
      conclusion: 'server does not enforce',
      text: expect.stringContaining('srv refuses nothing: '),
    });
  });

  test('a client’s event names the application before any server refuses it', () => {
    const lenient = windows('srv', '10.0.0.1', { updates: ['2021-09-14'] });
    const result = none(lenient, host(cli, [weak(), TIME]));
    expect(result).toMatchObject({ conclusion: 'client event only', application: { computer: 'cli', pid: 4711 } });
    expect(result.text).toMatch(/names C:\\opc\\client.exe \(process 4711\), but srv refuses nothing: /);
    expect(found(result)).toEqual([false, false, true]);
  });

  test('several applications are all named, the newest first', () => {
    const result = none(srv, host(cli, [weak(), TIME], [weak({ pid: 9 }), TIME + 1]));
    expect(result.conclusion).toBe('client event only');
    expect(result.candidates.map(({ pid }) => pid)).toEqual([9, 4711]);
    expect(result).not.toHaveProperty('application');
  });

  test('events for other computers, or of levels that a server accepts, count for nothing', () => {
    expect(none(srv, host(cli, [weak({ level: 6 }), TIME])).conclusion).toBe('clients work');
    expect(none(srv, host(cli, [weak({ target: 'other' }), TIME])).conclusion).toBe('clients work');
  });
});

describe('the whole log of a server', () => {
  test('gives a trace for each of its events 10036', () => {
    const two = host(srv, [refused, TIME], [{ ...refused, clientAddress: '10.9.9.9' }, TIME + 1]);
    const traces = traceServer({ server: two, hosts: [host(cli, [weak(), TIME])] });
    expect(traces.map(({ conclusion }) => conclusion)).toEqual(['traced', 'client address unknown']);
  });

  test('without one gives the trace of their absence', () => {
    expect(traceServer({ server: host(srv), hosts: [] }).map(({ conclusion }) => conclusion)).toEqual(['clients work']);
  });
});

test('every conclusion has its advice, in one line', () => {
  expect(Object.values(ADVICE).filter((advice) => !/^[^\n]{40,}$/.test(advice))).toEqual([]);
});

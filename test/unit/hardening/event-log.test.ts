import { describe, expect, test } from 'vitest';
import { EventLog, eventRows } from '../../../src/hardening/event-log.js';
import type { ClientEvent, Event10036 } from '../../../src/hardening/events.js';
import { installUpdate, machine, reboot } from '../../../src/hardening/machine.js';
import { parseXml } from '../../support/xml.js';

const TIME = Date.UTC(2022, 5, 20, 8, 0, 0);
const srv = machine({ name: 'srv', platform: { windows: 'Windows Server 2019' }, updates: ['2022-06-14'] });
const refused: Event10036 = {
  id: 10036,
  domain: 'LAB',
  user: 'op <b>',
  sid: 'S-1-5-21-1-2-3-1104',
  clientAddress: '10.0.0.7',
};
const explicit: ClientEvent = {
  id: 10037,
  application: 'C:\\opc\\client.exe',
  pid: 4711,
  clsid: '{49B2791A-B1AE-4C90-9B8E-E860BA07F889}',
  target: 'srv',
  level: 2,
  userSid: 'S-1-5-21-1-2-3-1104',
};

describe('the event log of a machine', () => {
  test('numbers its records from 1 and names its computer', () => {
    const log = new EventLog();
    expect(log.record(srv, refused, TIME)?.at).toEqual({ time: TIME, computer: 'srv', recordId: 1 });
    expect(log.record(srv, explicit, TIME + 1)?.at.recordId).toBe(2);
    expect(log.entries.map(({ event }) => event.id)).toEqual([10036, 10037]);
  });

  test('holds nothing that the version does not log', () => {
    const log = new EventLog();
    const old = machine({ name: 'old', platform: { windows: 'Windows Server 2012' }, updates: ['2023-03-14'] });
    expect(log.record(old, refused, TIME)).toBeUndefined();
    expect(log.entries).toEqual([]);
  });

  test('holds nothing on a system that is not Windows', () => {
    const log = new EventLog();
    expect(log.record(machine({ name: 'gw', platform: { other: 'Linux' } }), explicit, TIME)).toBeUndefined();
  });

  test('begins with the update that brings the events, once it is in force; nothing is numbered before', () => {
    const log = new EventLog();
    const before = machine({ name: 'srv', platform: { windows: 'Windows Server 2019' }, updates: ['2021-08-10'] });
    const installed = installUpdate(before, '2021-08-26');
    expect(log.record(installed, refused, TIME)).toBeUndefined();
    expect(log.record(reboot(installed), refused, TIME)?.at.recordId).toBe(1);
  });

  test('drops its oldest entries beyond its capacity, and counts on', () => {
    const log = new EventLog({ capacity: 2 });
    for (let index = 0; index < 5; index += 1) log.record(srv, refused, TIME + index);
    expect(log.entries.map(({ at }) => at.recordId)).toEqual([4, 5]);
  });
});

describe('an event log as', () => {
  const log = new EventLog();
  log.record(srv, refused, TIME);
  log.record(srv, explicit, TIME + 1000);

  test('XML is one document of all events, well-formed whatever their text', () => {
    const { name, children } = parseXml(log.asXml());
    expect(name).toBe('Events');
    const system = children.map((event) => event.children[0]?.children.map((field) => [field.name, field.text]));
    expect(system.map((fields) => Object.fromEntries(fields ?? []))).toMatchObject([
      { EventID: '10036', EventRecordID: '1', Computer: 'srv', Channel: 'System' },
      { EventID: '10037', EventRecordID: '2' },
    ]);
  });

  test('JSON is a plain object an event', () => {
    expect(log.asJson()).toMatchObject([
      { event: 10036, recordId: 1, computer: 'srv', userSid: 'S-1-5-21-1-2-3-1104', data: { user: 'op <b>' } },
      { event: 10037, recordId: 2, time: '2022-06-20T08:00:01.0000000Z', data: { pid: 4711, level: 2 } },
    ]);
  });

  test('rows tell time, computer, event and what happened', () => {
    expect(log.rows[1]).toEqual({
      time: '2022-06-20T08:00:01.000Z',
      computer: 'srv',
      event: 10037,
      what: expect.stringContaining('C:\\opc\\client.exe (process 4711) activates'),
    });
  });

  test('empty, it is an empty document', () => {
    expect(parseXml(new EventLog().asXml())).toMatchObject({ name: 'Events', children: [] });
  });
});

test('the rows of several machines stand by time', () => {
  const [here, there] = [new EventLog(), new EventLog()];
  here.record(srv, refused, TIME + 5);
  there.record({ ...srv, name: 'cli' }, explicit, TIME);
  expect(eventRows([...here.entries, ...there.entries]).map(({ computer }) => computer)).toEqual(['cli', 'srv']);
});

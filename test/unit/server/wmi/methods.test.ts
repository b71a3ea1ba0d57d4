import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CimObject, type CimValue, NO_PARENT } from '../../../../src/codec/wmi/index.js';
import { SYSTEM_TIMERS } from '../../../../src/net/timers.js';
import { CLASSES } from '../../../../src/server/classes/index.js';
import { EventSource } from '../../../../src/server/classes/wmi/source.js';
import type { DcomServer } from '../../../../src/server/server.js';
import { ACCOUNT, activates, serve } from '../../../support/live.js';
import { inNamespace, rowsOf } from '../../../support/wmi.js';

let server: DcomServer;
beforeAll(async () => {
  server = await serve({
    classes: [CLASSES.wmi],
    asOf: '2023-03-14',
    registry: { RequireIntegrityActivationAuthenticationLevel: 0, LegacyAuthenticationLevel: 2 },
  });
});
afterAll(() => server.close());

const run = async (path: string, method: string, parameters: Record<string, CimValue>, namespace?: string) => ({
  ...(await inNamespace(server, namespace === undefined ? {} : { namespace }, (wmi) =>
    wmi.execute(path, method, parameters),
  )),
});

describe('Win32_Process.Create', () => {
  test('records the command with the caller and the level, gives a process identifier, and runs nothing', async () => {
    const CommandLine = 'cmd.exe /c del C:\\everything';
    const { ProcessId, ReturnValue } = await run('Win32_Process', 'Create', { CommandLine });
    expect(ReturnValue).toBe(0);
    expect(ProcessId).toBeGreaterThanOrEqual(4_000);
    expect(server.invocations.at(-1)).toMatchObject({
      object: 'IWbemServices root\\cimv2',
      member: 'Win32_Process.Create',
      arguments: [CommandLine, null, null],
      identity: { domain: 'LAB', user: ACCOUNT.user },
      level: 6,
    });
  });

  test('a method without a handler is recorded too, and succeeds', async () => {
    expect(await run('Win32_Service.Name="Spooler"', 'StartService', {})).toEqual({ ReturnValue: 0 });
    expect(server.invocations.at(-1)).toMatchObject({ member: 'Win32_Service.StartService', arguments: [] });
  });
});

describe('StdRegProv', () => {
  const key = 'SOFTWARE\\Microsoft\\Ole\\AppCompat';
  const name = 'RequireIntegrityActivationAuthenticationLevel';

  test('reads the values of the hardening', async () => {
    expect(await run('StdRegProv', 'GetDWORDValue', { sSubKeyName: key, sValueName: name }, 'root\\default')).toEqual({
      uValue: 0,
      ReturnValue: 0,
    });
    expect(
      await run('StdRegProv', 'EnumValues', { hDefKey: 0x80000002, sSubKeyName: 'software\\microsoft\\ole' }),
    ).toEqual({
      sNames: ['LegacyAuthenticationLevel'],
      Types: [4],
      ReturnValue: 0,
    });
    expect(await run('StdRegProv', 'EnumKey', { sSubKeyName: 'SOFTWARE\\Microsoft' })).toEqual({
      sNames: ['Windows NT', 'Ole'],
      ReturnValue: 0,
    });
    const version = 'SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion';
    expect(
      await run('StdRegProv', 'GetStringValue', { sSubKeyName: version, sValueName: 'CurrentBuildNumber' }),
    ).toEqual({ sValue: '20348', ReturnValue: 0 });
    expect(await run('StdRegProv', 'EnumValues', { sSubKeyName: version })).toEqual({
      sNames: ['ProductName', 'CurrentBuildNumber'],
      Types: [1, 1],
      ReturnValue: 0,
    });
    const computer = 'SYSTEM\\CurrentControlSet\\Control\\ComputerName\\ComputerName';
    expect(await run('StdRegProv', 'GetStringValue', { sSubKeyName: computer, sValueName: 'ComputerName' })).toEqual({
      sValue: 'HARNESS',
      ReturnValue: 0,
    });
  });

  test.each([
    ['a key that is not there', 'GetDWORDValue', { sSubKeyName: 'SOFTWARE\\Nowhere', sValueName: name }, 2],
    ['a value that is not there', 'GetDWORDValue', { sSubKeyName: key, sValueName: 'Nothing' }, 2],
    ['another hive', 'EnumKey', { hDefKey: 0x80000001, sSubKeyName: 'SOFTWARE' }, 2],
    ['a text where a number is', 'GetStringValue', { sSubKeyName: key, sValueName: name }, 13],
    ['writing', 'SetDWORDValue', { sSubKeyName: key, sValueName: name, uValue: 1 }, 5],
  ])('%s gives a Win32 error', async (_, method, parameters, ReturnValue) => {
    expect(await run('StdRegProv', method, parameters)).toMatchObject({ ReturnValue });
  });
});

describe('events of the hardening', () => {
  test('are instances of Win32_NTLogEvent, and come to whoever waits for them', async () => {
    const query =
      "SELECT * FROM __InstanceCreationEvent WITHIN 1 WHERE TargetInstance ISA 'Win32_NTLogEvent' AND TargetInstance.EventCode = 10036";
    const seen = await inNamespace(server, {}, async (wmi) => {
      const events = wmi.notifications(query, { timeout: 60_000 });
      const first = events.next();
      // The namespace is one object, the enumerator that listens another.
      while (server.objects < 2) await new Promise(setImmediate);
      await activates(server, { level: 2 });
      const { value } = await first;
      await events.return(undefined);
      return value;
    });
    expect(seen).toMatchObject({
      kind: 'instance',
      className: '__InstanceCreationEvent',
      values: {
        TargetInstance: { className: 'Win32_NTLogEvent', values: { EventCode: 10036, ComputerName: 'HARNESS' } },
      },
    });
    const rows = await inNamespace(server, {}, (wmi) =>
      rowsOf(
        wmi.query("SELECT EventCode, RecordNumber, InsertionStrings FROM Win32_NTLogEvent WHERE Logfile = 'System'"),
      ),
    );
    expect(rows).toEqual([
      {
        EventCode: 10036,
        RecordNumber: 1,
        InsertionStrings: ['LAB', 'op', expect.stringMatching(/^S-1-5-/), '127.0.0.1'],
      },
    ]);
  });

  test('a wait without events is over in its time, and says so', async () => {
    const rows = await inNamespace(server, {}, (wmi) =>
      rowsOf(wmi.notifications('SELECT * FROM __InstanceCreationEvent WITHIN 1', { timeout: 5 })),
    );
    expect(rows).toEqual([]);
  });

  test('a wait without an end is over with the first event, or when nobody listens any more', async () => {
    const event = { kind: 'instance', class: NO_PARENT, className: '__Event', values: {}, qualifiers: [] } as const;
    let happens: (object: CimObject) => void = () => undefined;
    let stopped = 0;
    const source = new EventSource(SYSTEM_TIMERS, (put) => {
      happens = put;
      return () => void stopped++;
    });
    const first = source.more(Number.POSITIVE_INFINITY);
    happens(event);
    await first;
    expect([source.take(2), source.finished]).toEqual([[event], false]);
    const second = source.more(Number.POSITIVE_INFINITY);
    source.close();
    await second;
    expect([source.take(2), source.finished, stopped]).toEqual([[], true, 1]);
  });
});

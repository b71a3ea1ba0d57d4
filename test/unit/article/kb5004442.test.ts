import { describe, expect, test } from 'vitest';
import { EVENT_BUILDS, logsEvents } from '../../../src/hardening/builds.js';
import { type ClientEvent, type Event10036, eventMessage, eventXml } from '../../../src/hardening/events.js';
import { machineLogs } from '../../../src/hardening/machine.js';
import { activationAsClient, activationAsServer, enforcementOf } from '../../../src/hardening/machine-policy.js';
import { POLICY_OPTIONS } from '../../../src/hardening/profile.js';
import { REGISTRY_VALUES } from '../../../src/hardening/registry.js';
import { parseXml } from '../../support/xml.js';
import { APP_ID, CONNECT, plain, RAISE, REQUIRE, windows, withValue } from './hosts.js';

describe('KB5004442: timeline', () => {
  test.each([
    // before, from, [server by default, server opted in, server opted out, default raised, explicit raised]
    ['2021-06-07', [false, false, false, false, false]],
    ['2021-06-08', [false, true, false, true, false]],
    ['2022-06-13', [false, true, false, true, false]],
    ['2022-06-14', [true, true, false, true, false]],
    ['2022-11-07', [true, true, false, true, false]],
    ['2022-11-08', [true, true, false, true, true]],
    ['2023-03-13', [true, true, false, true, true]],
    ['2023-03-14', [true, true, true, true, true]],
  ])('%s: server by default, with 1, with 0; client by default, explicit: %j', (update, expected) => {
    expect([
      enforcementOf(windows(update)).enabled,
      enforcementOf(windows(update, withValue(REQUIRE, 1))).enabled,
      enforcementOf(windows(update, withValue(REQUIRE, 0))).enabled,
      activationAsClient(windows(update), plain).raised,
      activationAsClient(windows(update), plain, { requested: CONNECT }).raised,
    ]).toEqual(expected);
  });

  test.each([
    ['2021-05-11', false],
    ['2021-06-08', false],
    ['2021-08-31', false],
    ['2021-09-01', true],
    ['2022-06-14', true],
    ['2022-11-08', true],
    ['2023-03-14', true],
  ])('the events come in September 2021: where the version of Windows is not known, %s logs: %s', (asOf, logs) => {
    expect(logsEvents(asOf)).toBe(logs);
  });

  test.each(['2021-10-12', '2021-12-14', '2022-01-11', '2022-03-08', '2022-05-10'])(
    'the dates of the first plan, end of 2021 and beginning of 2022, change nothing: %s',
    (update) => {
      expect(enforcementOf(windows(update)).enabled).toBe(false);
      expect(enforcementOf(windows(update, withValue(REQUIRE, 0))).enabled).toBe(false);
      expect(activationAsClient(windows(update), plain, { requested: CONNECT }).raised).toBe(false);
    },
  );
});

describe('KB5004442: registry', () => {
  test.each([
    ['2021-06-08', [false, false, true]],
    ['2022-06-13', [false, false, true]],
    ['2022-06-14', [true, false, true]],
    ['2023-03-13', [true, false, true]],
    ['2023-03-14', [true, true, true]],
  ])('RequireIntegrityActivationAuthenticationLevel on %s: not defined, 0 and 1 enforce: %j', (update, expected) => {
    const options = [{}, withValue(REQUIRE, 0), withValue(REQUIRE, 1)];
    expect(options.map((given) => enforcementOf(windows(update, given)).enabled)).toEqual(expected);
  });

  test.each([
    ['2021-06-08', undefined, [5, 2]],
    ['2022-11-07', undefined, [5, 2]],
    ['2022-11-08', undefined, [5, 5]],
    ['2021-06-08', 1, [5, 2]],
    ['2022-11-08', 1, [5, 2]],
    ['2021-06-08', 2, [5, 5]],
    ['2022-11-08', 2, [5, 5]],
  ])(
    'RaiseActivationAuthenticationLevel on %s, %s: default and explicit CONNECT go out at %j',
    (update, value, expected) => {
      const m = windows(update, value === undefined ? {} : withValue(RAISE, value));
      const level = (requested: 'default' | number) => activationAsClient(m, plain, { requested }).level;
      expect([level('default'), level(CONNECT)]).toEqual(expected);
    },
  );

  test.each([
    [REQUIRE, 'server'],
    [RAISE, 'client'],
  ])('%s is a DWORD of the %s in Ole\\AppCompat, and needs a reboot', (name, role) => {
    const path = 'HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat';
    const row = REGISTRY_VALUES.find((candidate) => candidate.name === name);
    expect(row).toMatchObject({ role, path, type: 'REG_DWORD', reboot: true });
  });

  test.each([
    ['2021-05-11', [false, false, false], undefined],
    ['2021-09-14', [false, true, false], true],
    ['2022-06-14', [true, true, false], true],
    ['2023-03-14', [true, true, true], undefined],
  ])(
    'RequireIntegrityActivationAuthenticationLevel 2 on %s, taken as absent, enabled, disabled: %j',
    (update, expected, unconfirmed) => {
      const found = (['as absent', 'enabled', 'disabled'] as const).map((requireOther) =>
        enforcementOf(windows(update, { ...withValue(REQUIRE, 2), profile: { requireOther } })),
      );
      expect(found.map(({ enabled }) => enabled)).toEqual(expected);
      expect(found.map((each) => each.unconfirmed)).toEqual(Array(3).fill(unconfirmed));
    },
  );

  test('numbers that no source defines are options of the profile', () => {
    expect(enforcementOf(windows('2022-06-14', withValue(REQUIRE, 2))).unconfirmed).toBe(true);
    expect(activationAsClient(windows('2022-06-14', withValue(RAISE, 0)), plain).unconfirmed).toBe(true);
    expect(enforcementOf(windows('2022-06-14', withValue(REQUIRE, 1)))).not.toHaveProperty('unconfirmed');
    expect(enforcementOf(windows('2022-06-14'))).not.toHaveProperty('unconfirmed');
    expect(activationAsClient(windows('2022-06-14', withValue(RAISE, 1)), plain)).not.toHaveProperty('unconfirmed');
    expect(Object.keys(POLICY_OPTIONS)).toEqual(expect.arrayContaining(['requireOther', 'raiseZero', 'raiseOther']));
  });
});

describe('KB5004442: events', () => {
  const at = { time: Date.UTC(2022, 5, 20), computer: 'srv' };
  const refused: Event10036 = { id: 10036, domain: 'LAB', user: 'op', sid: 'S-1-5-18', clientAddress: '10.0.0.7' };
  const weak: ClientEvent = {
    id: 10037,
    application: 'C:\\a.exe',
    pid: 4,
    clsid: APP_ID,
    target: 'srv',
    level: 2,
  };
  const fields = (event: Event10036 | ClientEvent) => {
    const [system, data] = parseXml(eventXml(event, at)).children;
    return { system: system?.children ?? [], data: data?.children ?? [] };
  };

  test.each([
    [
      'Provider',
      {
        attributes: {
          Name: 'Microsoft-Windows-DistributedCOM',
          Guid: '{1B562E86-B7AA-4131-BADC-B6F3A001407E}',
          EventSourceName: 'DCOM',
        },
      },
    ],
    ['EventID', { attributes: { Qualifiers: '0' }, text: '10036' }],
    ['Version', { text: '0' }],
    ['Level', { text: '2' }],
    ['Task', { text: '0' }],
    ['Opcode', { text: '0' }],
    ['Keywords', { text: '0x8080000000000000' }],
    ['Channel', { text: 'System' }],
    ['Security', { attributes: { UserID: 'S-1-5-18' } }],
  ])('System/%s of an exported event', (name, expected) => {
    expect(fields(refused).system.find((field) => field.name === name)).toMatchObject(expected);
  });

  test('10036 has domain, user name, SID and client address, by these names and in this order, and no class', () => {
    expect(fields(refused).data.map(({ attributes, text }) => [attributes.Name, text])).toEqual([
      ['Domain Name', 'LAB'],
      ['User Name', 'op'],
      ['SID', 'S-1-5-18'],
      ['Client IP Address', '10.0.0.7'],
    ]);
  });

  test.each([10037, 10038] as const)(
    '%i has path, PID, class, computer and level in this order, without names',
    (id) => {
      const { data } = fields({ ...weak, id });
      expect(data.map(({ text }) => text)).toEqual(['C:\\a.exe', '4', APP_ID, 'srv', '2']);
      expect(data.map(({ attributes }) => attributes.Name)).toEqual(Array(5).fill(undefined));
    },
  );

  test('10037 is for a level that was set, 10038 for the default', () => {
    const low = windows('2022-06-14', withValue(RAISE, 0));
    expect(activationAsClient(low, plain, { requested: CONNECT }).event).toBe(10037);
    expect(activationAsClient(low, plain).event).toBe(10038);
    expect(eventMessage(weak)).toMatch(/a level that the application set/);
    expect(eventMessage({ ...weak, id: 10038 })).toMatch(/the default level/);
  });

  test('10036 while enforcement is disabled is an option, since reports conflict', () => {
    const decision = (auditWhileDisabled: boolean) =>
      activationAsServer(windows('2021-09-14', { profile: { auditWhileDisabled } }), { level: CONNECT });
    expect(decision(false)).not.toHaveProperty('event');
    expect(decision(false)).not.toHaveProperty('unconfirmed');
    expect(decision(true)).toMatchObject({ outcome: 'accepted', event: 10036, unconfirmed: true });
  });
});

describe('KB5004442: builds that log', () => {
  test.each([
    ['Windows Server 2022', 'KB5005619', '2021-09-27'],
    ['Windows 10 2004', 'KB5005101', '2021-09-01'],
    ['Windows 10 20H2', 'KB5005101', '2021-09-01'],
    ['Windows 10 21H1', 'KB5005101', '2021-09-01'],
    ['Windows 10 1909', 'KB5005103', '2021-08-26'],
    ['Windows Server 2019', 'KB5005102', '2021-08-26'],
    ['Windows 10 1809', 'KB5005102', '2021-08-26'],
    ['Windows Server 2016', 'KB5005573', '2021-09-14'],
    ['Windows 10 1607', 'KB5005573', '2021-09-14'],
    ['Windows Server 2012 R2', 'KB5006714', '2021-10-12'],
    ['Windows 8.1', 'KB5006714', '2021-10-12'],
    ['Windows 11 22H2', 'KB5017389', '2022-09-30'],
  ])('%s since %s of %s', (name, kb, date) => {
    expect(EVENT_BUILDS.find(({ names }) => names.includes(name))?.since).toEqual({ kb, date });
    expect(machineLogs(windows(date, { platform: { windows: name } }))).toBe(true);
  });

  test.each(['Windows Server 2008 SP2', 'Windows Server 2008 R2', 'Windows 7', 'Windows Server 2012'])(
    '%s enforces and does not log',
    (name) => {
      const m = windows('2023-03-14', { platform: { windows: name } });
      const decision = activationAsServer(m, { level: CONNECT });
      expect([decision.outcome, decision.event, machineLogs(m)]).toEqual(['refused', undefined, false]);
    },
  );
});

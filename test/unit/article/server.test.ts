import { describe, expect, test } from 'vitest';
import {
  installUpdate,
  type Machine,
  machine,
  reboot,
  rebootDue,
  setRegistryValue,
} from '../../../src/hardening/machine.js';
import { activationAsClient, activationAsServer, enforcementOf } from '../../../src/hardening/machine-policy.js';
import { registryFor } from '../../../src/hardening/machine-registry.js';
import { REGISTRY_VALUES } from '../../../src/hardening/registry.js';
import { eventsOf, outcomes, play } from '../../support/lab-steps.js';
import {
  CONNECT,
  MILESTONES,
  PKT,
  PKT_INTEGRITY,
  PKT_PRIVACY,
  plain,
  RAISE,
  REQUIRE,
  windows,
  withValue,
} from './hosts.js';

const outcome = (m: Machine, level: number = CONNECT) => activationAsServer(m, { level }).outcome;
const row = REGISTRY_VALUES.find(({ name }) => name === REQUIRE);
const CLIENT_VERSION = { name: 'desk', platform: { windows: 'Windows 10 22H2' } };

describe('server-side enforcement', () => {
  test('article: "server-side enforcement, which is already available to you"', () => {
    expect(enforcementOf(windows('2021-06-08', withValue(REQUIRE, 1))).enabled).toBe(true);
    expect(enforcementOf(windows('2022-06-14')).enabled).toBe(true);
  });

  test.each([
    ['DEFAULT', 0, 'refused'],
    ['CONNECT', CONNECT, 'refused'],
    ['CALL', 3, 'refused'],
    ['PKT', PKT, 'refused'],
    ['PKT_INTEGRITY', PKT_INTEGRITY, 'accepted'],
    ['PKT_PRIVACY', PKT_PRIVACY, 'accepted'],
  ])('article: "not accept non-anonymous connections … below Packet Integrity" (%s)', (_name, level, expected) => {
    expect(outcome(windows('2022-06-14'), level)).toBe(expected);
  });

  test('a refusal says what is too low, and why it matters', () => {
    expect(activationAsServer(windows('2022-06-14'), { level: CONNECT }).reason).toBe(
      'RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY, and RequireIntegrityActivationAuthenticationLevel is not defined, which enables enforcement since 2022-06-14',
    );
  });

  test.each([
    ['IActivation::RemoteActivation', 'refused'],
    ['IRemoteSCMActivator::RemoteGetClassObject', 'refused'],
    ['IRemoteSCMActivator::RemoteCreateInstance', 'refused'],
    ['IObjectExporter::ServerAlive', 'not covered'],
    ['IObjectExporter::ServerAlive2', 'not covered'],
    ['IObjectExporter::ResolveOxid', 'not covered'],
    ['IObjectExporter::ResolveOxid2', 'not covered'],
    ['IObjectExporter::SimplePing', 'not covered'],
    ['IObjectExporter::ComplexPing', 'not covered'],
    ['IRemUnknown', 'not covered'],
    ['IRemUnknown2', 'not covered'],
    ['IWbemServices', 'not covered'],
    ['IDispatch::Invoke', 'not covered'],
  ])('article: "not accept non-anonymous connections … below Packet Integrity": %s is %s', (method, expected) => {
    expect(activationAsServer(windows('2022-06-14'), { level: CONNECT, method }).outcome).toBe(expected);
  });

  test.each([
    ['no security', { level: 1 }],
    ['level NONE of a provider', { level: 1, authType: 10 }],
    ['a level without a provider', { level: CONNECT, authType: 0 }],
  ])('article: "non-anonymous": an anonymous connection is left to the access lists (%s)', (_name, activation) => {
    const decision = activationAsServer(windows('2023-03-14'), activation);
    expect(decision).toMatchObject({ outcome: 'not covered', rule: 'unauthenticated' });
    expect(decision).not.toHaveProperty('event');
  });

  test('article: "for devices acting as a DCOM server, whether they are Windows server or not"', () => {
    for (const name of ['Windows Server 2022', 'Windows Server 2008 SP2', 'Windows 11 22H2', 'Windows 7']) {
      expect(outcome(windows('2022-06-14', { platform: { windows: name } }))).toBe('refused');
    }
  });

  test.each([
    ['2021-05-11', 'accepted', 'accepted', 'accepted'],
    ['2021-06-08', 'accepted', 'accepted', 'refused'],
    ['2021-09-14', 'accepted', 'accepted', 'refused'],
    ['2022-06-14', 'refused', 'accepted', 'refused'],
    ['2022-11-08', 'refused', 'accepted', 'refused'],
    ['2023-03-14', 'refused', 'refused', 'refused'],
  ])(
    'article: "Windows client devices can act as a DCOM server, too" (%s: %s, with 0 %s, with 1 %s)',
    (update, absent, off, on) => {
      const desk = (registry = {}) => outcome(windows(update, { ...CLIENT_VERSION, ...registry }));
      expect(desk()).toBe(absent);
      expect(desk(withValue(REQUIRE, 0))).toBe(off);
      expect(desk(withValue(REQUIRE, 1))).toBe(on);
    },
  );
});

describe('whether it is enabled', () => {
  test('article: "updated your devices with the June 2022 update, your DCOM authentication hardening is already enabled"', () => {
    expect(enforcementOf(reboot(installUpdate(windows('2021-09-14'), '2022-06-14'))).enabled).toBe(true);
  });

  test('an update works from the restart after it', () => {
    const installed = installUpdate(windows('2021-09-14'), '2022-06-14');
    expect([rebootDue(installed), enforcementOf(installed).enabled, outcome(installed)]).toEqual([
      true,
      false,
      'accepted',
    ]);
    const restarted = reboot(installed);
    expect([rebootDue(restarted), enforcementOf(restarted).enabled, outcome(restarted)]).toEqual([
      false,
      true,
      'refused',
    ]);
  });

  test.each([
    // before the update of June 2022, value, whether enabled before it and with it
    ['2021-05-11', undefined, false, true],
    ['2021-05-11', 0, false, false],
    ['2021-05-11', 1, false, true],
    // KB5004442: an administrator can enable it since June 2021, and need not wait for this update.
    ['2022-05-10', undefined, false, true],
    ['2022-05-10', 0, false, false],
    ['2022-05-10', 1, true, true],
  ] as const)(
    'article: "only reasons it might not be enabled is if you have not installed this update or if you have manually disabled" (%s, value: %s, enabled: %s, with the update: %s)',
    (update, value, notInstalled, installed) => {
      const before = windows(update, value === undefined ? {} : withValue(REQUIRE, value));
      const after = reboot(installUpdate(before, '2022-06-14'));
      expect([before, after].map((m) => enforcementOf(m).enabled)).toEqual([notInstalled, installed]);
      expect([before, after].map((m) => outcome(m) === 'refused')).toEqual([notInstalled, installed]);
    },
  );

  test('article: "use registry keys to enable hardening changes manually to confirm normal operations"', () => {
    const disabled = windows('2022-06-14', withValue(REQUIRE, 0));
    expect(outcome(reboot(setRegistryValue(disabled, REQUIRE, 1)))).toBe('refused');
    expect(outcome(reboot(setRegistryValue(disabled, REQUIRE, undefined)))).toBe('refused');
  });
});

describe('the registry value', () => {
  test('article: "Path: HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole\\AppCompat": of the machine, not of a class or an application', () => {
    expect(row?.path.replace(/^HKLM/, 'HKEY_LOCAL_MACHINE')).toBe(
      'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole\\AppCompat',
    );
    const appId = '{8BC3F05E-D86B-11D0-A075-00C04FB68820}';
    const ofAppId = { name: REQUIRE, value: 0, appId } as const;
    expect(() => windows('2022-06-14', { registry: [ofAppId] })).toThrow(/is the machine's, not an AppID's/);
    for (const name of ['LegacyAuthenticationLevel', 'DisableAuthenticationLevelHardeningLog', RAISE] as const)
      for (const value of [0, 1, 2]) expect(outcome(windows('2022-06-14', withValue(name, value)))).toBe('refused');
  });

  test('article: "Value Name: “RequireIntegrityActivationAuthenticationLevel”": this one alone, letter by letter', () => {
    const set = (name: string) => reboot(setRegistryValue(windows('2022-06-14'), name as typeof REQUIRE, 0));
    expect(outcome(set('RequireIntegrityActivationAuthenticationLevel'))).toBe('accepted');
    for (const name of ['RequireIntegrityActivationAuthenticationLevels', 'RequireIntegrityAuthenticationLevel'])
      expect(() => set(name)).toThrow(/unknown registry value/);
  });

  test('article: "Type: dword"', () => {
    expect(row?.type).toBe('REG_DWORD');
    for (const value of [0x1_0000_0000, -1, 0.5]) {
      expect(() => setRegistryValue(windows('2022-06-14'), REQUIRE, value)).toThrow(/takes a DWORD/);
    }
    expect(registryFor(windows('2022-06-14', withValue(REQUIRE, 0xffffffff)).stored)).toEqual({
      [REQUIRE]: 4_294_967_295,
    });
  });

  test('article: "default = not defined = enabled (after the June 2022 update)"', () => {
    expect(enforcementOf(windows('2022-06-14'))).toMatchObject({
      enabled: true,
      why: expect.stringContaining('not defined'),
    });
    expect(enforcementOf(windows('2022-06-13')).enabled).toBe(false);
  });

  test('article: "0x00000000 = disabled; 0x00000001 = enabled"', () => {
    expect(enforcementOf(windows('2022-06-14', withValue(REQUIRE, 0))).enabled).toBe(false);
    expect(enforcementOf(windows('2022-06-14', withValue(REQUIRE, 1))).enabled).toBe(true);
  });

  test.each([
    // update, value before, value after, activations at CONNECT before and after the reboot
    ['2021-09-14', undefined, 1, 'accepted', 'refused'],
    ['2021-09-14', 1, undefined, 'refused', 'accepted'],
    ['2021-09-14', 0, 1, 'accepted', 'refused'],
    ['2021-09-14', 1, 0, 'refused', 'accepted'],
    ['2022-06-14', undefined, 0, 'refused', 'accepted'],
    ['2022-06-14', 0, undefined, 'accepted', 'refused'],
    ['2022-06-14', 0, 1, 'accepted', 'refused'],
    ['2022-06-14', 1, 0, 'refused', 'accepted'],
  ] as const)(
    'article: "A reboot is required when making any change to the value" (%s, from %s to %s: %s, then %s)',
    (update, from, to, before, after) => {
      const changed = setRegistryValue(
        windows(update, from === undefined ? {} : withValue(REQUIRE, from)),
        REQUIRE,
        to,
      );
      expect([enforcementOf(changed).enabled, outcome(changed)]).toEqual([before === 'refused', before]);
      expect(rebootDue(changed)).toBe(true);
      const restarted = reboot(changed);
      expect([enforcementOf(restarted).enabled, outcome(restarted)]).toEqual([after === 'refused', after]);
      expect(rebootDue(restarted)).toBe(false);
    },
  );

  test('article: "A reboot is required when making any change to the value": also for the second of two, and with others beside it', () => {
    const once = setRegistryValue(windows('2022-06-14'), REQUIRE, 1);
    const twice = setRegistryValue(setRegistryValue(once, REQUIRE, 0), 'LegacyAuthenticationLevel', PKT);
    expect(outcome(twice)).toBe('refused');
    expect(outcome(reboot(twice))).toBe('accepted');
    const back = setRegistryValue(setRegistryValue(reboot(twice), REQUIRE, 1), REQUIRE, undefined);
    expect(outcome(back)).toBe('accepted');
    expect(outcome(reboot(back))).toBe('refused');
  });

  test('article: "Not setting this registry key value or setting this registry key value to 1 enables"', () => {
    const set = windows('2022-06-14', withValue(REQUIRE, 1));
    expect([outcome(windows('2022-06-14')), outcome(set)]).toEqual(['refused', 'refused']);
  });

  test('article: "Setting this registry key value to 0 disables RPC_C_AUTHN_LEVEL_PKT_INTEGRITY"', () => {
    expect(outcome(windows('2022-06-14', withValue(REQUIRE, 0)))).toBe('accepted');
  });

  test('article: "does not populate or modify any registry keys or settings you may have established"', () => {
    const settings = [
      { name: REQUIRE, value: 0 },
      { name: RAISE, value: 1 },
      { name: 'LegacyAuthenticationLevel', value: 2 },
    ] as const;
    const updated = (m: Machine) => MILESTONES.reduce((each, update) => reboot(installUpdate(each, update)), m);
    expect(updated(windows('2021-05-11')).stored).toEqual([]);
    expect(updated(windows('2021-05-11', { registry: settings })).stored).toEqual([
      { name: 'RequireIntegrityActivationAuthenticationLevel', value: 0, setBy: 'administrator' },
      { name: 'RaiseActivationAuthenticationLevel', value: 1, setBy: 'administrator' },
      { name: 'LegacyAuthenticationLevel', value: 2, setBy: 'administrator' },
    ]);
  });

  test('article: "not overwritten by the June 2022 update, even if they result in an authentication level less than Packet Integrity"', () => {
    const updated = reboot(installUpdate(windows('2021-09-14', withValue(REQUIRE, 0)), '2022-06-14'));
    expect(registryFor(updated.stored)).toEqual({ [REQUIRE]: 0 });
    expect(outcome(updated)).toBe('accepted');
  });

  test('article: "allow this type of connection only until March 2023 … registry settings will be ignored"', () => {
    const disabled = windows('2023-02-14', withValue(REQUIRE, 0));
    expect(outcome(disabled)).toBe('accepted');
    const march = reboot(installUpdate(disabled, '2023-03-14'));
    expect(outcome(march)).toBe('refused');
    expect(enforcementOf(march).why).toMatch(/is ignored$/);
    expect(registryFor(march.stored)).toEqual({ [REQUIRE]: 0 });
  });

  test.each([
    // update, the levels of a default activation and of one at CONNECT
    ['2021-05-11', 2, 2],
    ['2021-06-08', 5, 2],
    ['2022-06-14', 5, 2],
    ['2022-11-08', 5, 5],
    ['2023-03-14', 5, 5],
  ])('article: "only impact machines acting as a DCOM server": a client of %s', (update, byDefault, explicit) => {
    for (const options of [{}, withValue(REQUIRE, 0), withValue(REQUIRE, 1)]) {
      const level = (requested: 'default' | number) =>
        activationAsClient(windows(update, options), plain, { requested }).level;
      expect([level('default'), level(CONNECT)]).toEqual([byDefault, explicit]);
    }
  });

  test('article: "including DCOM clients acting as a DCOM server": the value decides what one machine serves, and not what it asks for', async () => {
    const asked = { activate: { from: 'weak', on: 'desk' } };
    const asks = [
      { activate: { from: 'desk', on: 'server' } },
      { activate: { from: 'desk', on: 'server', level: 'CONNECT' } },
    ];
    const set = (value: number | null) => [{ set: { host: 'desk', values: { [REQUIRE]: value } } }, { reboot: 'desk' }];
    const updates = ['2022-06-14'];
    const run = await play({
      hosts: {
        server: { address: '10.0.0.2', windows: 'Windows Server 2019', updates, serves: ['generic'] },
        desk: { address: '10.0.0.11', windows: 'Windows 10 1809', updates, serves: ['generic'] },
        weak: { address: '10.0.0.21', system: 'Linux', client: 'openvas-wmic-5.7' },
      },
      steps: [...set(0), asked, ...asks, ...set(1), asked, ...asks, ...set(null), asked, ...asks],
    });
    const asClient = ['5 accepted', '2 refused by activation policy'];
    expect(outcomes(run)).toEqual([
      ...['2 accepted', ...asClient],
      ...['2 refused by activation policy', ...asClient],
      ...['2 refused by activation policy', ...asClient],
    ]);
    // One log has both: 10036 of what it refused as a server, 10037 of what it asked for too low as a client. Whether an
    // activation that was accepted leaves a 10036 too, before those, no source settles.
    const { server = [], desk = [] } = eventsOf(run);
    expect(server).toEqual([10036, 10036, 10036]);
    expect(desk.filter((id) => id === 10037)).toHaveLength(3);
    expect(desk.slice(-4)).toEqual([10036, 10037, 10036, 10037]);
  });

  test('a server that is not Windows has no such value, and its maker’s own rule', () => {
    const gateway = machine({ name: 'gw', platform: { other: 'Linux' } });
    expect(() => setRegistryValue(gateway, REQUIRE, 1)).toThrow(/is not Windows/);
    expect(activationAsServer(gateway, { level: CONNECT })).toMatchObject({
      outcome: 'accepted',
      rule: 'not Windows',
      unconfirmed: true,
    });
    const strict = machine({ name: 'gw', platform: { other: 'Linux' }, profile: { otherServers: 'enforce' } });
    expect(activationAsServer(strict, { level: CONNECT })).toMatchObject({ outcome: 'refused', unconfirmed: true });
    expect(outcome(strict, PKT_INTEGRITY)).toBe('accepted');
  });
});

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
  APP_ID,
  CONNECT,
  MILESTONES,
  outcome,
  PKT,
  PKT_INTEGRITY,
  plain,
  RAISE,
  REQUIRE,
  windows,
  withValue,
} from './hosts.js';

const row = REGISTRY_VALUES.find(({ name }) => name === REQUIRE);

describe('the registry value', () => {
  test('article: "Path: HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole\\AppCompat": of the machine, not of a class or an application', () => {
    expect(row?.path.replace(/^HKLM/, 'HKEY_LOCAL_MACHINE')).toBe(
      'HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole\\AppCompat',
    );
    const ofAppId = { name: REQUIRE, value: 0, appId: APP_ID } as const;
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

import { describe, expect, test } from 'vitest';
import {
  installUpdate,
  type Machine,
  machine,
  patchLevelOf,
  reboot,
  setRegistryValue,
} from '../../../src/hardening/machine.js';
import { activationAsClient, activationAsServer, enforcementOf } from '../../../src/hardening/machine-policy.js';
import { registryFor } from '../../../src/hardening/machine-registry.js';
import { REGISTRY_VALUES } from '../../../src/hardening/registry.js';
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

  test('article: "non-anonymous": an anonymous connection is left to the access lists', () => {
    const decision = activationAsServer(windows('2023-03-14'), { level: 1 });
    expect(decision).toMatchObject({ outcome: 'not covered', rule: 'unauthenticated' });
    expect(decision).not.toHaveProperty('event');
  });

  test('article: "for devices acting as a DCOM server, whether they are Windows server or not"', () => {
    for (const name of ['Windows Server 2022', 'Windows Server 2008 SP2', 'Windows 11 22H2', 'Windows 7']) {
      expect(outcome(windows('2022-06-14', { platform: { windows: name } }))).toBe('refused');
    }
  });

  test('article: "Windows client devices can act as a DCOM server, too"', () => {
    for (const update of MILESTONES) {
      expect(activationAsServer(windows(update, CLIENT_VERSION), { level: CONNECT }).outcome).toBe(
        outcome(windows(update)),
      );
    }
  });
});

describe('whether it is enabled', () => {
  test('article: "updated your devices with the June 2022 update, your DCOM authentication hardening is already enabled"', () => {
    expect(enforcementOf(reboot(installUpdate(windows('2021-09-14'), '2022-06-14'))).enabled).toBe(true);
  });

  test('article: "only reasons it might not be enabled is if you have not installed this update or if you have manually disabled"', () => {
    for (const update of MILESTONES) {
      for (const value of [undefined, 0, 1]) {
        const m = windows(update, value === undefined ? {} : withValue(REQUIRE, value));
        const notInstalled = patchLevelOf(m).date < '2022-06-14';
        if (!enforcementOf(m).enabled) expect(notInstalled || value === 0).toBe(true);
      }
    }
  });

  test('article: "use registry keys to enable hardening changes manually to confirm normal operations"', () => {
    const disabled = windows('2022-06-14', withValue(REQUIRE, 0));
    expect(outcome(reboot(setRegistryValue(disabled, REQUIRE, 1)))).toBe('refused');
    expect(outcome(reboot(setRegistryValue(disabled, REQUIRE, undefined)))).toBe('refused');
  });
});

describe('the registry value', () => {
  test('article: "Path: HKEY_LOCAL_MACHINE\\SOFTWARE\\Microsoft\\Ole\\AppCompat"', () => {
    expect(row?.path).toBe('HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat');
  });

  test('article: "Value Name: RequireIntegrityActivationAuthenticationLevel"', () => {
    expect(row?.name).toBe('RequireIntegrityActivationAuthenticationLevel');
  });

  test('article: "Type: dword"', () => {
    expect(row?.type).toBe('REG_DWORD');
    expect(() => setRegistryValue(windows('2022-06-14'), REQUIRE, 0x1_0000_0000)).toThrow(/takes a DWORD/);
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
    [undefined, 0],
    [undefined, 1],
    [0, 1],
    [1, 0],
    [0, undefined],
  ])('article: "A reboot is required when making any change to the value" (%s to %s)', (from, to) => {
    const before = windows('2021-09-14', from === undefined ? {} : withValue(REQUIRE, from));
    const changed = setRegistryValue(before, REQUIRE, to);
    expect(enforcementOf(changed)).toEqual(enforcementOf(before));
    expect(registryFor(reboot(changed).effective)[REQUIRE]).toBe(to);
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
    const before = [windows('2021-09-14'), windows('2021-09-14', { registry: settings })];
    for (const m of before) {
      for (const update of MILESTONES) expect(reboot(installUpdate(m, update)).stored).toEqual(m.stored);
    }
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

  test('article: "only impact machines acting as a DCOM server"', () => {
    for (const update of MILESTONES) {
      for (const requested of ['default', CONNECT] as const) {
        const [absent, off, on] = [{}, withValue(REQUIRE, 0), withValue(REQUIRE, 1)].map((options) =>
          activationAsClient(windows(update, options), plain, { requested }),
        );
        expect([off, on]).toEqual([absent, absent]);
      }
    }
  });

  test('article: "including DCOM clients acting as a DCOM server"', () => {
    expect(outcome(windows('2022-06-14', { ...CLIENT_VERSION, ...withValue(REQUIRE, 0) }))).toBe('accepted');
    expect(outcome(windows('2021-09-14', { ...CLIENT_VERSION, ...withValue(REQUIRE, 1) }))).toBe('refused');
  });

  test('a server that is not Windows has no such value, and its maker’s own rule', () => {
    const gateway = machine({ name: 'gw', platform: { other: 'Linux' } });
    expect(() => setRegistryValue(gateway, REQUIRE, 1)).toThrow(/is not Windows/);
    expect(outcome(gateway)).toBe('accepted');
  });
});

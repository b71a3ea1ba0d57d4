import { describe, expect, test } from 'vitest';
import { PolicyInputError } from '../../../src/codec/input-error.js';
import {
  accountOf,
  addApplication,
  answersTo,
  hasAddress,
  installUpdate,
  isWindows,
  type MachineOptions,
  machine,
  machineLogs,
  patchLevelOf,
  platformName,
  reboot,
  rebootDue,
  setRegistryValue,
} from '../../../src/hardening/machine.js';
import { registryFor } from '../../../src/hardening/machine-registry.js';

const REQUIRE = 'RequireIntegrityActivationAuthenticationLevel';
const APP_ID = '{8BC3F05E-D86B-11D0-A075-00C04FB68820}';
const host = (options: Partial<MachineOptions> = {}) =>
  machine({ name: 'srv', platform: { windows: 'Windows Server 2019' }, ...options });
const linux = machine({ name: 'gateway', platform: { other: 'Linux, Samba' } });

test('a machine of which nothing is said is in a workgroup, as Windows is when it has been set up', () => {
  expect(host().membership).toEqual({ workgroup: 'WORKGROUP' });
});

describe('updates', () => {
  test('a machine without any is as before the hardening', () => {
    expect(patchLevelOf(host()).phase.id).toBe('before');
  });

  test('given with the machine, they are in force', () => {
    expect(patchLevelOf(host({ updates: ['2021-06-08', '2022-06-14'] })).date).toBe('2022-06-14');
    expect(rebootDue(host({ updates: ['2022-06-14'] }))).toBe(false);
  });

  test('installed later, one works from the next reboot on', () => {
    const installed = installUpdate(host({ updates: ['2021-06-08'] }), '2022-06-14');
    expect(patchLevelOf(installed).date).toBe('2021-06-08');
    expect(rebootDue(installed)).toBe(true);
    expect(patchLevelOf(reboot(installed)).date).toBe('2022-06-14');
    expect(rebootDue(reboot(installed))).toBe(false);
  });

  test('the newest counts, whatever their order', () => {
    expect(patchLevelOf(reboot(installUpdate(host({ updates: ['2023-03-14'] }), '2021-06-08'))).date).toBe(
      '2023-03-14',
    );
  });

  test('the same one again changes nothing', () => {
    const updated = host({ updates: ['2022-06-14'] });
    expect(installUpdate(updated, '2022-06-14')).toBe(updated);
  });

  test('what is no date is refused', () => {
    expect(() => installUpdate(host(), 'June 2022')).toThrow(PolicyInputError);
  });
});

describe('a value that is never changed in place', () => {
  test('each function gives another machine and leaves the one it was given', () => {
    const before = host({ updates: ['2021-06-08'] });
    const copy = structuredClone(before);
    reboot(
      addApplication(setRegistryValue(installUpdate(before, '2022-06-14'), REQUIRE, 0), { path: 'C:\\a.exe', pid: 4 }),
    );
    expect(before).toEqual(copy);
  });
});

describe('the registry of a machine', () => {
  test.each([
    [REQUIRE, false],
    ['RaiseActivationAuthenticationLevel', false],
    ['LegacyAuthenticationLevel', true],
  ] as const)('%s counts at once: %s', (name, atOnce) => {
    const changed = setRegistryValue(host(), name, 1);
    expect(registryFor(changed.stored)).toEqual({ [name]: 1 });
    expect(registryFor(changed.effective)).toEqual(atOnce ? { [name]: 1 } : {});
    expect(rebootDue(changed)).toBe(!atOnce);
    expect(registryFor(reboot(changed).effective)).toEqual({ [name]: 1 });
  });

  test('a deleted value counts until the reboot too', () => {
    const deleted = setRegistryValue(host({ registry: [{ name: REQUIRE, value: 0 }] }), REQUIRE, undefined);
    expect(registryFor(deleted.stored)).toEqual({});
    expect(registryFor(deleted.effective)).toEqual({ [REQUIRE]: 0 });
    expect(rebootDue(deleted)).toBe(true);
    expect(registryFor(reboot(deleted).effective)).toEqual({});
  });

  test('a changed value waits for the reboot as a new one does', () => {
    const changed = setRegistryValue(host({ registry: [{ name: REQUIRE, value: 0 }] }), REQUIRE, 1);
    expect(registryFor(changed.effective)).toEqual({ [REQUIRE]: 0 });
    expect(rebootDue(changed)).toBe(true);
  });

  test('set back before the reboot, nothing is due', () => {
    const back = setRegistryValue(setRegistryValue(host(), REQUIRE, 1), REQUIRE, undefined);
    expect(rebootDue(back)).toBe(false);
  });

  test('remembers who set a value: an administrator, unless said otherwise', () => {
    expect(setRegistryValue(host(), REQUIRE, 1).stored).toEqual([{ name: REQUIRE, value: 1, setBy: 'administrator' }]);
    const options = { appId: APP_ID, setBy: 'application' } as const;
    expect(setRegistryValue(host(), 'AuthenticationLevel', 2, options).stored[0]?.setBy).toBe('application');
  });

  test('AuthenticationLevel belongs to one AppID, written with braces or without, and counts at once', () => {
    const set = setRegistryValue(host(), 'AuthenticationLevel', 5, { appId: APP_ID.slice(1, -1).toLowerCase() });
    expect(registryFor(set.effective, APP_ID)).toEqual({ AuthenticationLevel: 5 });
    expect(registryFor(set.effective, '{00000000-0000-0000-0000-000000000001}')).toEqual({});
    expect(registryFor(set.effective)).toEqual({});
  });

  test('two AppIDs have a value each', () => {
    const other = '{00000000-0000-0000-0000-000000000001}';
    const one = setRegistryValue(host(), 'AuthenticationLevel', 5, { appId: APP_ID });
    const two = setRegistryValue(one, 'AuthenticationLevel', 6, { appId: other });
    expect(registryFor(two.effective, APP_ID)).toEqual({ AuthenticationLevel: 5 });
    expect(registryFor(two.effective, other)).toEqual({ AuthenticationLevel: 6 });
  });

  test.each([
    ['CallAuthLevel', 1, {}, /^unknown registry value 'CallAuthLevel'; known: RequireIntegrity/],
    [REQUIRE, -1, {}, /takes a DWORD, not -1/],
    [REQUIRE, 0x100000000, {}, /takes a DWORD/],
    [REQUIRE, 1.5, {}, /takes a DWORD/],
    ['AuthenticationLevel', 5, {}, /is a value of an AppID; name which/],
    ['AuthenticationLevel', 5, { appId: 'opc' }, /'opc' is no AppID/],
    [REQUIRE, 1, { appId: APP_ID }, /is the machine's, not an AppID's/],
  ])('%s = %s with %j is refused', (name, value, options, message) => {
    expect(() => setRegistryValue(host(), name as typeof REQUIRE, value, options)).toThrow(PolicyInputError);
    expect(() => setRegistryValue(host(), name as typeof REQUIRE, value, options)).toThrow(message);
  });
});

describe('a machine that is not Windows', () => {
  test('has neither updates nor a registry', () => {
    expect(isWindows(linux)).toBe(false);
    expect(platformName(linux)).toBe('Linux, Samba');
    expect(() => installUpdate(linux, '2022-06-14')).toThrow(
      'gateway is not Windows (Linux, Samba) and has no updates',
    );
    expect(() => setRegistryValue(linux, REQUIRE, 1)).toThrow(
      'gateway is not Windows (Linux, Samba) and has no registry',
    );
  });

  test('logs none of the events', () => {
    expect(machineLogs(linux)).toBe(false);
  });
});

describe('a Windows version', () => {
  test('that is unknown is refused with the known ones', () => {
    expect(() => host({ platform: { windows: 'Windows 95' } })).toThrow(
      /^unknown Windows version 'Windows 95'; known:/,
    );
  });

  test('logs events with its own update in force, not before', () => {
    const installed = installUpdate(host(), '2021-08-26');
    expect(machineLogs(installed)).toBe(false);
    expect(machineLogs(reboot(installed))).toBe(true);
    expect(machineLogs(host({ platform: { windows: 'Windows Server 2012' }, updates: ['2023-03-14'] }))).toBe(false);
  });
});

describe('applications', () => {
  test('have a PID each', () => {
    const one = addApplication(host(), { path: 'C:\\opc\\client.exe', pid: 4711 });
    expect(one.applications).toEqual([{ path: 'C:\\opc\\client.exe', pid: 4711 }]);
    expect(() => addApplication(one, { path: 'C:\\b.exe', pid: 4711 })).toThrow('srv already has a process 4711');
  });
});

describe('accounts', () => {
  const op = { domain: 'LAB', user: 'op', sid: 'S-1-5-21-1-2-3-1104' };

  test.each(['op', 'OP', 'lab\\op'])('%s is found in any case', (name) => {
    expect(accountOf(host({ accounts: [op] }), name)).toBe(op);
  });

  test('of another domain are not', () => {
    expect(accountOf(host({ accounts: [op] }), 'OTHER\\op')).toBeUndefined();
  });
});

describe('the computer that an activation names', () => {
  const srv = machine({ name: 'SRV', addresses: ['10.0.0.1', 'fe80::1'], platform: { windows: 'server-2019' } });

  test.each(['srv', 'SRV', '\\\\srv', 'srv.lab.example', '10.0.0.1', '::ffff:10.0.0.1', 'fe80::1%eth0'])(
    '%s is SRV',
    (target) => {
      expect(answersTo(srv, target)).toBe(true);
    },
  );

  test.each(['srv2', '10.0.0.10', 'lab.srv', ''])('%j is not', (target) => {
    expect(answersTo(srv, target)).toBe(false);
  });

  test('two names with different domains are two computers', () => {
    const qualified = { ...srv, name: 'srv.lab.example' };
    expect(answersTo(qualified, 'SRV.lab.example')).toBe(true);
    expect(answersTo(qualified, 'srv')).toBe(true);
    expect(answersTo(qualified, 'srv.other.example')).toBe(false);
  });

  test('an address is compared without the form that a dual-stack socket gives it', () => {
    expect(hasAddress(srv, '::FFFF:10.0.0.1')).toBe(true);
    expect(hasAddress(srv, '10.0.0.2')).toBe(false);
  });
});

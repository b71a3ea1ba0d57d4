import { describe, expect, test } from 'vitest';
import { installUpdate, reboot, rebootDue, setRegistryValue } from '../../../src/hardening/machine.js';
import { activationAsServer, enforcementOf } from '../../../src/hardening/machine-policy.js';
import { CONNECT, outcome, PKT, PKT_INTEGRITY, PKT_PRIVACY, REQUIRE, windows, withValue } from './hosts.js';

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

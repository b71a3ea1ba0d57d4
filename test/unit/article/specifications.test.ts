import { describe, expect, test } from 'vitest';
import { machine, setRegistryValue } from '../../../src/hardening/machine.js';
import {
  activationAsClient,
  activationAsServer,
  callLevelOf,
  exporterLevelOf,
  processDefaultOf,
} from '../../../src/hardening/machine-policy.js';
import { APP_ID, CONNECT, PKT, PKT_INTEGRITY, PKT_PRIVACY, plain, type REQUIRE, windows, withValue } from './hosts.js';

describe('anonymous activation', () => {
  test('KB5004442 and [MS-DCOM] note <81>: only authenticated activations are covered', () => {
    const decision = activationAsServer(windows('2023-03-14'), { level: 1 });
    expect(decision).toMatchObject({ outcome: 'not covered', rule: 'unauthenticated' });
    expect(decision.event).toBeUndefined();
  });

  test('clients raise only what is not anonymous', () => {
    const decision = activationAsClient(windows('2023-03-14'), plain, { requested: CONNECT, anonymous: true });
    expect(decision).toMatchObject({ level: CONNECT, rule: 'anonymous' });
  });

  test('an NTLM null session is an option of the profile', () => {
    const outcome = (nullSessionIsAnonymous: boolean) =>
      activationAsServer(windows('2023-03-14', { profile: { nullSessionIsAnonymous } }), {
        level: CONNECT,
        anonymous: true,
      });
    expect(outcome(true)).toMatchObject({ outcome: 'not covered', unconfirmed: true });
    expect(outcome(false)).toMatchObject({ outcome: 'refused', unconfirmed: true });
  });
});

describe('the process default', () => {
  const registry = [
    { name: 'LegacyAuthenticationLevel', value: PKT },
    { name: 'AuthenticationLevel', value: PKT_PRIVACY, appId: APP_ID },
  ] as const;
  const before = windows('2021-05-11', { registry });

  test.each([
    ['CoInitializeSecurity', { coInitializeSecurity: PKT_INTEGRITY, appId: APP_ID }, PKT_INTEGRITY],
    ['AuthenticationLevel', { appId: APP_ID }, PKT_PRIVACY],
    ['LegacyAuthenticationLevel', {}, PKT],
  ])('%s comes before what stands below it', (source, application, level) => {
    expect(processDefaultOf(before, { ...plain, ...application })).toEqual({ level, source });
  });

  test('nothing defined is CONNECT', () => {
    expect(processDefaultOf(windows('2021-05-11'))).toEqual({ level: CONNECT, source: 'not defined' });
  });

  test.each([
    [1, 1],
    [2, 2],
    [3, 4],
    [4, 4],
    [5, 5],
    [6, 6],
  ])('LegacyAuthenticationLevel %i is level %i', (value, level) => {
    expect(processDefaultOf(windows('2021-05-11', withValue('LegacyAuthenticationLevel', value))).level).toBe(level);
  });

  test.each([
    ['LegacyAuthenticationLevel', 0],
    ['LegacyAuthenticationLevel', 7],
    ['AuthenticationLevel', 0],
    ['AuthenticationLevel', 7],
  ] as const)('levels are 1 to 6: %s %i is passed over, which no source confirms', (name, value) => {
    const appId = name === 'AuthenticationLevel' ? { appId: APP_ID } : {};
    const m = windows('2021-05-11', { registry: [{ name, value, ...appId }] });
    const expected = { level: CONNECT, source: 'not defined', unconfirmed: true };
    expect(processDefaultOf(m, { ...plain, appId: APP_ID })).toEqual(expected);
    for (const anonymous of [false, true]) {
      expect(activationAsClient(m, { ...plain, appId: APP_ID }, { anonymous }).unconfirmed).toBe(true);
    }
  });

  test('[MS-DCOM] note <41>: an exporter takes LegacyAuthenticationLevel, and no update raises it', () => {
    expect(exporterLevelOf(before)).toBe(PKT);
    expect(exporterLevelOf(windows('2023-03-14'))).toBe(CONNECT);
  });

  test('[MS-DCOM] note <86>: a client calls objects at LegacyAuthenticationLevel', () => {
    expect(callLevelOf(before, plain, { authnHint: CONNECT })).toBe(PKT);
  });

  test('[MS-DCOM] note <37>: since October 2022 at PKT_INTEGRITY or the hint at least', () => {
    expect(callLevelOf(windows('2022-10-11'), plain, { authnHint: CONNECT })).toBe(PKT_INTEGRITY);
    expect(callLevelOf(windows('2022-10-11'), plain, { authnHint: PKT_PRIVACY })).toBe(PKT_PRIVACY);
  });

  test('[MS-DCOM] note <81>: a default activates at the higher of LegacyAuthenticationLevel and PKT_INTEGRITY', () => {
    const level = (value: number) =>
      activationAsClient(windows('2021-06-08', withValue('LegacyAuthenticationLevel', value)), plain).level;
    expect([1, 2, 4, 5, 6].map(level)).toEqual([5, 5, 5, 5, 6]);
  });

  test('[MS-DCOM] note <80>: a level that the application asks for is raised to PKT_INTEGRITY if it is less', () => {
    expect(activationAsClient(windows('2022-11-08'), plain, { requested: CONNECT }).level).toBe(PKT_INTEGRITY);
  });

  test('[MS-RPCE] 2.2.1.1.8: RPC_C_AUTHN_LEVEL_DEFAULT is CONNECT', () => {
    expect(processDefaultOf(windows('2021-05-11'), { ...plain, coInitializeSecurity: 0 })).toEqual({
      level: CONNECT,
      source: 'CoInitializeSecurity',
    });
    expect(activationAsServer(windows('2023-03-14'), { level: 0 }).reason).toMatch(/^RPC_C_AUTHN_LEVEL_CONNECT is/);
  });

  test('CallAuthLevel is no value of the registry', () => {
    const name = 'CallAuthLevel' as typeof REQUIRE;
    expect(() => setRegistryValue(windows('2022-06-14'), name, 5)).toThrow(/^unknown registry value 'CallAuthLevel'/);
  });

  test('DCOMSCMRemoteCallFlags would change nothing here, as no client falls back to a call without security', () => {
    const name = 'DCOMSCMRemoteCallFlags' as typeof REQUIRE;
    expect(() => setRegistryValue(windows('2022-06-14'), name, 2)).toThrow(/^DCOMSCMRemoteCallFlags is not simulated/);
  });

  test('a system that is not Windows knows only what its application sets', () => {
    const gateway = machine({ name: 'gw', platform: { other: 'Linux' } });
    expect(processDefaultOf(gateway, { ...plain, coInitializeSecurity: PKT }).level).toBe(PKT);
    expect(processDefaultOf(gateway, plain).level).toBe(CONNECT);
  });
});

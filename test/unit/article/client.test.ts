import { describe, expect, test } from 'vitest';
import { machine } from '../../../src/hardening/machine.js';
import { activationAsClient, activationAsServer, processDefaultOf } from '../../../src/hardening/machine-policy.js';
import { APP_ID, CONNECT, MILESTONES, PKT, PKT_INTEGRITY, PKT_PRIVACY, plain, windows } from './hosts.js';

describe('what Windows raises on clients', () => {
  test.each(['2021-06-08', '2021-09-14', '2022-06-14', '2022-11-08', '2023-03-14'])(
    'article: "raises process default authentication level[1] for activation to RPC_C_AUTHN_LEVEL_PKT_INTEGRITY" (%s)',
    (update) => {
      expect(activationAsClient(windows(update), plain)).toMatchObject({ level: PKT_INTEGRITY, raised: true });
    },
  );

  test('article: "if it’s below Packet Integrity in Windows COM layer on DCOM clients"', () => {
    const level = (coInitializeSecurity: number) =>
      activationAsClient(windows('2021-06-08'), { ...plain, coInitializeSecurity });
    expect(level(CONNECT)).toMatchObject({ level: PKT_INTEGRITY, raised: true });
    expect(level(PKT_INTEGRITY)).toMatchObject({ level: PKT_INTEGRITY, raised: false });
    expect(level(PKT_PRIVACY)).toMatchObject({ level: PKT_PRIVACY, raised: false });
    // Each of these follows from the sources, and from no option of the profile.
    for (const asked of [CONNECT, PKT_INTEGRITY]) expect(level(asked)).not.toHaveProperty('unconfirmed');
    const explicit = activationAsClient(windows('2021-06-08'), plain, { requested: CONNECT });
    expect(explicit).toMatchObject({ level: CONNECT, raised: false });
    expect(explicit).not.toHaveProperty('unconfirmed');
  });

  test('what Windows raises, a hardened server accepts', () => {
    const { level } = activationAsClient(windows('2021-06-08', { name: 'cli' }), plain);
    expect(activationAsServer(windows('2023-03-14'), { level }).outcome).toBe('accepted');
  });

  test('article: "If you’re a non-Windows DCOM user, that’s the only route": nothing is raised there', () => {
    const gateway = machine({ name: 'gw', platform: { other: 'Linux' } });
    for (const requested of ['default', CONNECT, PKT] as const) {
      const decision = activationAsClient(gateway, plain, { requested });
      expect(decision).toMatchObject({ raised: false, rule: 'not Windows' });
      expect(activationAsServer(windows('2023-03-14'), { level: decision.level }).outcome).toBe('refused');
    }
  });
});

describe('the footnote on the process default', () => {
  const registry = [
    { name: 'LegacyAuthenticationLevel', value: PKT },
    { name: 'AuthenticationLevel', value: PKT_PRIVACY, appId: APP_ID },
  ] as const;

  test('article: "Process default authentication level is the authentication level specified in CoInitializeSecurity function"', () => {
    for (const update of MILESTONES) {
      const application = { ...plain, appId: APP_ID, coInitializeSecurity: PKT_INTEGRITY };
      expect(processDefaultOf(windows(update, { registry }), application)).toEqual({
        level: PKT_INTEGRITY,
        source: 'CoInitializeSecurity',
      });
    }
  });

  test('article: "do not call CoInitializeSecurity, then the default authentication level corresponds to the DCOM security default settings in the registry"', () => {
    const m = windows('2022-06-14', { registry });
    expect(processDefaultOf(m, plain)).toEqual({ level: PKT, source: 'LegacyAuthenticationLevel' });
    expect(processDefaultOf(m, { ...plain, appId: APP_ID })).toEqual({
      level: PKT_PRIVACY,
      source: 'AuthenticationLevel',
    });
    expect(processDefaultOf(windows('2022-06-14'), plain)).toEqual({ level: CONNECT, source: 'not defined' });
  });
});

import { describe, expect, test } from 'vitest';
import {
  type Application,
  installUpdate,
  type MachineOptions,
  machine,
  reboot,
  setRegistryValue,
} from '../../../src/hardening/machine.js';
import {
  activationAsClient,
  activationAsServer,
  callLevelOf,
  clientEventOf,
  enforcementOf,
  exporterLevelOf,
  processDefaultOf,
  serverEventOf,
} from '../../../src/hardening/machine-policy.js';

const APP_ID = '{8BC3F05E-D86B-11D0-A075-00C04FB68820}';
const host = (options: Partial<MachineOptions> = {}) =>
  machine({ name: 'srv', platform: { windows: 'Windows Server 2019' }, updates: ['2023-03-14'], ...options });
const other = (options: Partial<MachineOptions> = {}) =>
  machine({ name: 'gateway', platform: { other: 'Linux, Samba' }, ...options });
const account = { domain: 'LAB', user: 'op', sid: 'S-1-5-21-1-2-3-1104' };
const client: Application = { path: 'C:\\opc\\client.exe', pid: 4711, account };

describe('a machine as a server', () => {
  test('judges by the updates in force: one that waits for its reboot enforces nothing', () => {
    const installed = installUpdate(host({ updates: ['2021-06-08'] }), '2022-06-14');
    expect(activationAsServer(installed, { level: 2 }).outcome).toBe('accepted');
    expect(activationAsServer(reboot(installed), { level: 2 })).toMatchObject({ outcome: 'refused', event: 10036 });
  });

  test('judges by the registry in force: a value that waits for its reboot disables nothing', () => {
    const set = setRegistryValue(host({ updates: ['2022-06-14'] }), 'RequireIntegrityActivationAuthenticationLevel', 0);
    expect(enforcementOf(set).enabled).toBe(true);
    expect(enforcementOf(reboot(set)).enabled).toBe(false);
  });

  test('takes level NONE as no authentication, and any other as NTLM, unless told', () => {
    expect(activationAsServer(host(), { level: 1 }).rule).toBe('unauthenticated');
    expect(activationAsServer(host(), { level: 2, authType: 0 }).rule).toBe('unauthenticated');
    expect(activationAsServer(host(), { level: 2 }).rule).toBe('below integrity');
    expect(activationAsServer(host(), { level: 2, anonymous: true }).rule).toBe('null session');
    expect(activationAsServer(host(), { level: 2, method: 'ServerAlive2' }).rule).toBe('no activation');
  });

  test.each(['Windows 10 1809', 'Windows 11 22H2', 'Windows 7', 'Windows 8.1'])(
    '%s is judged as a server',
    (windows) => {
      expect(activationAsServer(host({ platform: { windows } }), { level: 2 }).outcome).toBe('refused');
    },
  );

  test('a version that does not log refuses without the event', () => {
    const decision = activationAsServer(host({ platform: { windows: 'Windows Server 2012' } }), { level: 2 });
    expect(decision.outcome).toBe('refused');
    expect(serverEventOf(decision, account, '10.0.0.7')).toBeUndefined();
  });

  test('the event names user, SID and address', () => {
    expect(serverEventOf(activationAsServer(host(), { level: 2 }), account, '10.0.0.7')).toEqual({
      id: 10036,
      ...account,
      clientAddress: '10.0.0.7',
    });
  });
});

describe('a server that is not Windows', () => {
  test('has no policy of KB5004442 by default, and logs nothing', () => {
    const decision = activationAsServer(other(), { level: 2 });
    expect(decision).toMatchObject({ outcome: 'accepted', rule: 'not Windows', unconfirmed: true });
    expect(decision).not.toHaveProperty('event');
  });

  test('enforces where its maker says so, and logs nothing either', () => {
    const decision = activationAsServer(other({ profile: { otherServers: 'enforce' } }), { level: 2 });
    expect(decision).toMatchObject({ outcome: 'refused', rule: 'below integrity', unconfirmed: true });
    expect(decision.reason).toMatch(/the maker of this server has it require PKT_INTEGRITY$/);
    expect(decision).not.toHaveProperty('event');
    expect(activationAsServer(other({ profile: { otherServers: 'enforce' } }), { level: 5 }).outcome).toBe('accepted');
  });
});

describe('a machine as a client', () => {
  const november = host({ updates: ['2022-11-08'] });
  const june = host({ updates: ['2022-06-14'] });

  test('activates at what the application asks, where nothing is raised', () => {
    expect(activationAsClient(june, { ...client, activationLevel: 2 })).toMatchObject({ level: 2, event: 10037 });
    expect(activationAsClient(june, client, { requested: 4 })).toMatchObject({ level: 4, event: 10037 });
  });

  test('the activation says more than the application', () => {
    expect(activationAsClient(june, { ...client, activationLevel: 6 }, { requested: 2 }).level).toBe(2);
    expect(activationAsClient(june, { ...client, activationLevel: 2 }, { requested: 'default' })).toMatchObject({
      level: 5,
      rule: 'default raised',
    });
  });

  test('raises explicit levels from 2022-11-08 on, and anonymous activations never', () => {
    expect(activationAsClient(november, client, { requested: 2 })).toMatchObject({ level: 5, asked: 2, raised: true });
    expect(activationAsClient(november, client, { requested: 2, anonymous: true }).level).toBe(2);
  });

  test('the default comes from CoInitializeSecurity, the AppID, LegacyAuthenticationLevel, in this order', () => {
    const before = host({
      updates: [],
      registry: [
        { name: 'LegacyAuthenticationLevel', value: 4 },
        { name: 'AuthenticationLevel', appId: APP_ID, value: 5, setBy: 'application' },
      ],
    });
    const withAppId = { ...client, appId: APP_ID };
    expect(activationAsClient(before, client).level).toBe(4);
    expect(activationAsClient(before, withAppId).level).toBe(5);
    expect(activationAsClient(before, { ...withAppId, coInitializeSecurity: 6 }).level).toBe(6);
    expect(processDefaultOf(before, withAppId).source).toBe('AuthenticationLevel');
  });

  test('that is not Windows raises nothing and logs nothing', () => {
    const decision = activationAsClient(other(), client, { requested: 2 });
    expect(decision).toMatchObject({ level: 2, raised: false, rule: 'not Windows' });
    expect(clientEventOf(decision, client, { clsid: APP_ID, target: 'srv' })).toBeUndefined();
  });

  test('the event names path, PID, class, computer, the level that was asked for and the user', () => {
    expect(
      clientEventOf(activationAsClient(june, client, { requested: 2 }), client, { clsid: APP_ID, target: 'srv' }),
    ).toEqual({
      id: 10037,
      application: 'C:\\opc\\client.exe',
      pid: 4711,
      clsid: APP_ID,
      target: 'srv',
      level: 2,
      userSid: account.sid,
    });
  });

  test('where an option logs a raised activation, the event has the level before', () => {
    const logging = host({ updates: ['2022-11-08'], profile: { clientEventsWhenRaised: true } });
    const decision = activationAsClient(logging, client, { requested: 2 });
    expect(decision).toMatchObject({ level: 5, unconfirmed: true });
    expect(clientEventOf(decision, client, { clsid: APP_ID, target: 'srv' })?.level).toBe(2);
  });
});

describe('calls of objects', () => {
  test('the exporter of a hardened server keeps its own level', () => {
    expect(exporterLevelOf(host())).toBe(2);
    expect(exporterLevelOf(host({ registry: [{ name: 'LegacyAuthenticationLevel', value: 5 }] }))).toBe(5);
    expect(exporterLevelOf(host(), { ...client, coInitializeSecurity: 6 })).toBe(6);
    expect(exporterLevelOf(other(), { ...client, coInitializeSecurity: 4 })).toBe(4);
  });

  test('a Windows client of October 2022 calls at PKT_INTEGRITY whatever the hint', () => {
    expect(callLevelOf(host({ updates: ['2022-10-11'] }), client, { authnHint: 2 })).toBe(5);
    expect(callLevelOf(host({ updates: ['2022-09-13'] }), client, { authnHint: 2 })).toBe(2);
    expect(callLevelOf(other(), client, { authnHint: 2 })).toBe(2);
  });
});

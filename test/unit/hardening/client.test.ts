import { describe, expect, test } from 'vitest';
import { type ClientRequest, clientRaise, processDefaultLevel } from '../../../src/hardening/client.js';

const CONNECT = 2;
const activate = (changes: Partial<ClientRequest>) =>
  clientRaise({ asOf: '2022-11-08', requested: 'default', anonymous: false, platform: 'windows', ...changes });
const raise = (value: number) => ({ RaiseActivationAuthenticationLevel: value });

describe('the activation level of a Windows client', () => {
  test.each([
    // date, level for a default of CONNECT, level for an explicit CONNECT
    ['2021-06-07', 2, 2],
    ['2021-06-08', 5, 2],
    ['2022-06-14', 5, 2],
    ['2022-11-07', 5, 2],
    ['2022-11-08', 5, 5],
    ['2023-03-14', 5, 5],
  ])('on %s: the default goes out at %i, an explicit CONNECT at %i', (asOf, byDefault, explicit) => {
    expect(activate({ asOf }).level).toBe(byDefault);
    expect(activate({ asOf, requested: CONNECT }).level).toBe(explicit);
  });

  test.each([
    // value, date, default, explicit
    [1, '2021-06-08', 5, 2],
    [1, '2022-11-08', 5, 2],
    [1, '2023-03-14', 5, 2],
    [2, '2021-06-08', 5, 5],
    [2, '2022-11-08', 5, 5],
  ])('with RaiseActivationAuthenticationLevel %i on %s: %i and %i', (value, asOf, byDefault, explicit) => {
    expect(activate({ asOf, registry: raise(value) }).level).toBe(byDefault);
    expect(activate({ asOf, registry: raise(value), requested: CONNECT }).level).toBe(explicit);
  });

  test('a registry value raises nothing where the update is missing', () => {
    expect(activate({ asOf: '2021-05', registry: raise(2), requested: CONNECT }).level).toBe(CONNECT);
  });

  test.each([
    [3, 'CALL', 5],
    [4, 'PKT', 5],
    [5, 'PKT_INTEGRITY', 5],
    [6, 'PKT_PRIVACY', 6],
  ])('an explicit %i (%s) goes out at %i', (requested, _name, level) => {
    expect(activate({ requested })).toMatchObject({ level, raised: requested < 5 });
  });

  test('CALL goes out as PKT and DEFAULT as CONNECT where nothing is raised', () => {
    expect(activate({ asOf: '2021-05', requested: 3 }).level).toBe(4);
    expect(activate({ asOf: '2021-05', requested: 0 }).level).toBe(2);
  });

  test('a default of NONE is raised too', () => {
    expect(activate({ registry: { LegacyAuthenticationLevel: 1 } })).toMatchObject({ level: 5, raised: true });
  });

  test('anonymous activations are not raised and log nothing', () => {
    expect(activate({ anonymous: true, requested: CONNECT })).toMatchObject({
      level: 2,
      raised: false,
      rule: 'anonymous',
    });
    expect(activate({ requested: 1 })).toMatchObject({ level: 1, raised: false, rule: 'anonymous' });
    expect(activate({ requested: 1 })).not.toHaveProperty('event');
  });
});

describe('a client that is not Windows', () => {
  test.each(['2021-05', '2022-11-08', '2023-03-14'])('raises nothing on %s', (asOf) => {
    expect(activate({ asOf, platform: 'other', requested: CONNECT })).toEqual({
      level: 2,
      asked: 2,
      raised: false,
      rule: 'not Windows',
      reason: 'only Windows clients raise the level by themselves',
    });
  });
});

describe('events of a client', () => {
  test('10037 for an explicit level that stays too low', () => {
    expect(activate({ asOf: '2022-06-14', requested: CONNECT })).toMatchObject({
      raised: false,
      rule: 'explicit level kept',
      event: 10037,
    });
  });

  test('10038 for a default level that stays too low', () => {
    expect(activate({ registry: raise(0) })).toMatchObject({ raised: false, event: 10038, unconfirmed: true });
  });

  test('none before September 2021, and none on a Windows version without them', () => {
    expect(activate({ asOf: '2021-08-31', requested: CONNECT })).not.toHaveProperty('event');
    expect(
      activate({ asOf: '2022-06-14', requested: CONNECT, profile: { windows: 'server-2012' } }),
    ).not.toHaveProperty('event');
  });

  test('none for a level that Windows raises, unless the profile says otherwise', () => {
    expect(activate({ requested: CONNECT })).not.toHaveProperty('event');
    expect(activate({ requested: CONNECT, profile: { clientEventsWhenRaised: true } })).toMatchObject({
      level: 5,
      event: 10037,
      unconfirmed: true,
    });
  });
});

describe('RaiseActivationAuthenticationLevel with a number that no source defines', () => {
  test.each([
    [0, {}, 2],
    [0, { raiseZero: 'as absent' }, 5],
    [3, {}, 5],
    [3, { raiseOther: 'none' }, 2],
    [3, { raiseOther: 'all' }, 5],
  ] as const)('%i with the options %j sends an explicit CONNECT at %i', (value, profile, level) => {
    expect(activate({ registry: raise(value), requested: CONNECT, profile })).toMatchObject({
      level,
      unconfirmed: true,
    });
  });
});

describe("the process's default authentication level", () => {
  const registry = { AuthenticationLevel: 4, LegacyAuthenticationLevel: 6 };

  test('is that of CoInitializeSecurity first', () => {
    expect(processDefaultLevel({ coInitializeSecurity: 5, registry })).toEqual({
      level: 5,
      source: 'CoInitializeSecurity',
    });
  });

  test("is the AppID's next, which wins over the legacy value", () => {
    expect(processDefaultLevel({ registry })).toEqual({ level: 4, source: 'AuthenticationLevel' });
  });

  test('is LegacyAuthenticationLevel next', () => {
    expect(processDefaultLevel({ registry: { LegacyAuthenticationLevel: 6 } })).toEqual({
      level: 6,
      source: 'LegacyAuthenticationLevel',
    });
  });

  test('is CONNECT where nothing is defined', () => {
    expect(processDefaultLevel({})).toEqual({ level: 2, source: 'not defined' });
  });

  test('DEFAULT is CONNECT and CALL is PKT', () => {
    expect(processDefaultLevel({ coInitializeSecurity: 0 }).level).toBe(2);
    expect(processDefaultLevel({ registry: { LegacyAuthenticationLevel: 3 } }).level).toBe(4);
  });

  test('passes over a registry value that is no level, without a source for it', () => {
    expect(processDefaultLevel({ registry: { AuthenticationLevel: 9, LegacyAuthenticationLevel: 6 } })).toEqual({
      level: 6,
      source: 'LegacyAuthenticationLevel',
      unconfirmed: true,
    });
  });

  test('decides the activation of an application that sets no level', () => {
    expect(activate({ coInitializeSecurity: 6 })).toMatchObject({ level: 6, raised: false, rule: 'integrity' });
    expect(activate({ asOf: '2021-05', registry: { LegacyAuthenticationLevel: 4 } }).level).toBe(4);
  });
});

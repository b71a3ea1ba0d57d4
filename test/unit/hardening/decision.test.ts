import { describe, expect, test } from 'vitest';
import { enforcement, type ServerRequest, serverDecision } from '../../../src/hardening/decision.js';
import type { PolicyProfile } from '../../../src/hardening/profile.js';

const NTLM = 10;
const activation = (changes: Partial<ServerRequest>) =>
  serverDecision({
    asOf: '2023-03-14',
    authType: NTLM,
    level: 2,
    anonymous: false,
    method: 'RemoteCreateInstance',
    ...changes,
  });
const require = (value: number) => ({ RequireIntegrityActivationAuthenticationLevel: value });

describe('RequireIntegrityActivationAuthenticationLevel', () => {
  test.each([
    // date, absent, 0, 1
    ['2021-06-07', false, false, false],
    ['2021-06-08', false, false, true],
    ['2021-09-14', false, false, true],
    ['2022-06-13', false, false, true],
    ['2022-06-14', true, false, true],
    ['2022-11-08', true, false, true],
    ['2023-03-13', true, false, true],
    ['2023-03-14', true, true, true],
    ['2024-01-01', true, true, true],
  ])('on %s: not defined enforces %s, 0 enforces %s, 1 enforces %s', (asOf, absent, zero, one) => {
    expect(enforcement({ asOf }).enabled).toBe(absent);
    expect(enforcement({ asOf, registry: require(0) }).enabled).toBe(zero);
    expect(enforcement({ asOf, registry: require(1) }).enabled).toBe(one);
  });

  test('the reason names what decided', () => {
    expect(enforcement({ asOf: '2021-05' }).why).toMatch(/no server enforces before the update of 2021-06-08/);
    expect(enforcement({ asOf: '2021-06-08' }).why).toMatch(
      /not defined, which disables enforcement before 2022-06-14/,
    );
    expect(enforcement({ asOf: '2022-06-14' }).why).toMatch(/not defined, which enables enforcement since 2022-06-14/);
    expect(enforcement({ asOf: '2022-06-14', registry: require(0) }).why).toMatch(/is 0, which disables/);
    expect(enforcement({ asOf: '2023-03-14', registry: require(0) }).why).toMatch(/is ignored/);
  });

  test.each([
    ['2021-06-08', 'as absent', false],
    ['2021-06-08', 'enabled', true],
    ['2022-06-14', 'as absent', true],
    ['2022-06-14', 'disabled', false],
  ] as const)('another number on %s is an option of the profile: %s means %s', (asOf, requireOther, enabled) => {
    expect(enforcement({ asOf, registry: require(7), profile: { requireOther } })).toMatchObject({
      enabled,
      unconfirmed: true,
    });
  });

  test('another number is taken as not defined unless the profile says otherwise', () => {
    expect(enforcement({ asOf: '2021-06-08', registry: require(2) })).toMatchObject({
      enabled: false,
      unconfirmed: true,
    });
    expect(enforcement({ asOf: '2022-06-14', registry: require(2) })).toMatchObject({
      enabled: true,
      unconfirmed: true,
    });
  });

  test('another number leaves no doubt where the registry has no say', () => {
    expect(enforcement({ asOf: '2021-05', registry: require(2) })).not.toHaveProperty('unconfirmed');
    expect(enforcement({ asOf: '2023-03-14', registry: require(2) })).toEqual({
      enabled: true,
      why: 'every server enforces since 2023-03-14, RequireIntegrityActivationAuthenticationLevel is ignored',
    });
  });
});

describe('an authenticated activation', () => {
  test.each([
    [0, 'DEFAULT, which is CONNECT', 'refused'],
    [2, 'CONNECT', 'refused'],
    [3, 'CALL, which is PKT', 'refused'],
    [4, 'PKT, although its packets are signed', 'refused'],
    [5, 'PKT_INTEGRITY', 'accepted'],
    [6, 'PKT_PRIVACY', 'accepted'],
  ])('at level %i (%s) is %s once enforcement is on', (level, _name, outcome) => {
    expect(activation({ level }).outcome).toBe(outcome);
  });

  test.each(['RemoteCreateInstance', 'RemoteGetClassObject', 'RemoteActivation'])('%s is covered', (method) => {
    expect(activation({ method })).toMatchObject({ outcome: 'refused', rule: 'below integrity' });
  });

  test.each([
    [9, 'SPNEGO'],
    [10, 'NTLM'],
    [16, 'Kerberos'],
  ])('with auth_type %i (%s) is judged by its level alone', (authType) => {
    expect(activation({ authType, level: 4 }).outcome).toBe('refused');
    expect(activation({ authType, level: 5 }).outcome).toBe('accepted');
  });

  test.each([2, 4, 5])('at level %i is accepted while enforcement is disabled', (level) => {
    expect(activation({ asOf: '2021-06-08', level }).outcome).toBe('accepted');
    expect(activation({ asOf: '2022-06-14', registry: require(0), level }).outcome).toBe('accepted');
  });

  test('CALL and DEFAULT are named as what they are treated as', () => {
    expect(activation({ level: 3 }).reason).toMatch(/^RPC_C_AUTHN_LEVEL_PKT is below PKT_INTEGRITY/);
    expect(activation({ level: 0 }).reason).toMatch(/^RPC_C_AUTHN_LEVEL_CONNECT is below PKT_INTEGRITY/);
  });

  test('a level that does not exist is no business of the policy: the bind fails', () => {
    expect(activation({ level: 7 })).toMatchObject({ outcome: 'not covered', rule: 'no such level' });
  });
});

describe('an anonymous activation', () => {
  test.each([
    ['no sec_trailer', { authType: 0, level: 1 }],
    ['level NONE', { authType: NTLM, level: 1 }],
  ])('(%s) is not refused by the policy, meets the access lists, and logs nothing', (_how, changes) => {
    const decision = activation(changes);
    expect(decision).toMatchObject({ outcome: 'not covered', rule: 'unauthenticated' });
    expect(decision).not.toHaveProperty('event');
    expect(decision).not.toHaveProperty('unconfirmed');
  });

  test('by an NTLM null session is an option of the profile: anonymous by default', () => {
    expect(activation({ anonymous: true })).toMatchObject({
      outcome: 'not covered',
      rule: 'null session',
      unconfirmed: true,
    });
    expect(activation({ anonymous: true, profile: { nullSessionIsAnonymous: false } })).toMatchObject({
      outcome: 'refused',
      rule: 'below integrity',
      unconfirmed: true,
    });
  });
});

describe('a refusal', () => {
  test('is a fault with status 5 unless the profile says otherwise', () => {
    expect(activation({}).refusal).toEqual({ form: 'fault', status: 5, didNotExecute: false, disconnect: true });
    const refusal = { form: 'response', hresult: 0x80070005 } as const;
    expect(activation({ profile: { refusal } }).refusal).toEqual(refusal);
  });

  test('logs 10036 from September 2021 on', () => {
    expect(activation({ asOf: '2021-08-31', registry: require(1) })).toMatchObject({ outcome: 'refused' });
    expect(activation({ asOf: '2021-08-31', registry: require(1) })).not.toHaveProperty('event');
    expect(activation({ asOf: '2021-09', registry: require(1) }).event).toBe(10036);
  });

  test('logs 10036 only on a Windows version that has the event', () => {
    expect(activation({ profile: { windows: 'server-2019' } }).event).toBe(10036);
    expect(activation({ profile: { windows: 'server-2012' } })).toMatchObject({ outcome: 'refused' });
    expect(activation({ profile: { windows: 'server-2012' } })).not.toHaveProperty('event');
  });

  test('rests on sources alone unless an option decided', () => {
    expect(activation({})).not.toHaveProperty('unconfirmed');
    expect(activation({ asOf: '2022-06-14', registry: require(9) })).toMatchObject({ unconfirmed: true });
  });
});

describe('10036 while enforcement is disabled', () => {
  const disabled = (profile: Partial<PolicyProfile>, asOf = '2021-09') => activation({ asOf, profile });

  test('is an option of the profile, not logged where that says so', () => {
    expect(disabled({ auditWhileDisabled: false })).not.toHaveProperty('event');
  });

  test('is logged by default, and told as unconfirmed', () => {
    expect(disabled({})).toMatchObject({
      outcome: 'accepted',
      rule: 'enforcement disabled',
      event: 10036,
      unconfirmed: true,
    });
  });

  test('is never logged before the events exist', () => {
    expect(disabled({ auditWhileDisabled: true }, '2021-06-08')).not.toHaveProperty('event');
  });
});

describe('a server that is not Windows', () => {
  test('logs nothing at any date, and refuses only as its maker says', () => {
    const accepted = activation({ platform: 'other' });
    expect(accepted).toMatchObject({ outcome: 'accepted', rule: 'not Windows', unconfirmed: true });
    const refused = activation({ platform: 'other', profile: { otherServers: 'enforce' } });
    expect(refused).toMatchObject({ outcome: 'refused', rule: 'below integrity' });
    expect([accepted.event, refused.event]).toEqual([undefined, undefined]);
  });

  test('has no use for the registry of Windows', () => {
    expect(enforcement({ asOf: '2022-06-14', platform: 'other', registry: require(1) }).enabled).toBe(false);
  });
});

import { describe, expect, test } from 'vitest';
import { COVERAGE, coverageOf, type OrpcClient, orpcLevel } from '../../../src/hardening/coverage.js';
import { serverDecision } from '../../../src/hardening/decision.js';

describe('which calls the policy covers', () => {
  test.each([
    ['IRemoteSCMActivator::RemoteCreateInstance', 'activation', true],
    ['IRemoteSCMActivator::RemoteGetClassObject', 'activation', true],
    ['IActivation::RemoteActivation', 'activation', true],
    ['IObjectExporter::ServerAlive', 'liveness', false],
    ['IObjectExporter::ServerAlive2', 'liveness', false],
    ['IObjectExporter::ResolveOxid', 'resolver', false],
    ['IObjectExporter::ResolveOxid2', 'resolver', false],
    ['IObjectExporter::SimplePing', 'resolver', false],
    ['IObjectExporter::ComplexPing', 'resolver', false],
    ['IRemUnknown', 'remote unknown', false],
    ['IRemUnknown2::RemQueryInterface2', 'remote unknown', false],
    ['IWbemServices::ExecQuery', 'wmi', false],
    ['IDispatch::Invoke', 'object', false],
    ['IVendor::RemoteCreateInstance', 'object', false],
  ])('%s is a call of kind %s; covered: %s', (call, kind, covered) => {
    expect(coverageOf(call)).toMatchObject({ kind, covered });
  });

  test('a method of the resolver or activator is found without its interface, and under the names of analysers', () => {
    expect(coverageOf('ServerAlive2').kind).toBe('liveness');
    expect(coverageOf('ISystemActivator::RemoteCreateInstance').kind).toBe('activation');
    expect(coverageOf('IOXIDResolver::ResolveOxid2').kind).toBe('resolver');
  });

  test('every row cites its section', () => {
    expect(COVERAGE.filter(({ section }) => !/^\[MS-\w+\] \d/.test(section))).toEqual([]);
  });

  test.each(['ServerAlive2', 'ResolveOxid2', 'ComplexPing', 'IRemUnknown2', 'IDispatch::Invoke', 'IWbemServices'])(
    'a hardened server does not apply the policy to %s at CONNECT',
    (method) => {
      const decision = serverDecision({ asOf: '2023-03-14', authType: 10, level: 2, anonymous: false, method });
      expect(decision).toMatchObject({ outcome: 'not covered', rule: 'no activation' });
      expect(decision).not.toHaveProperty('event');
    },
  );
});

describe('the level of a client that calls an exporter', () => {
  const client = (changes: Partial<OrpcClient>) =>
    orpcLevel({ asOf: '2022-10-11', platform: 'windows', authnHint: 2, processDefault: 2, ...changes });

  test('is PKT_INTEGRITY or the hint, whichever is higher, on Windows since October 2022', () => {
    expect(client({})).toBe(5);
    expect(client({ authnHint: 6 })).toBe(6);
    expect(client({ requested: 2 })).toBe(5);
    expect(client({ authnHint: 6, requested: 5 })).toBe(6);
  });

  test('is the higher of default and hint before, and on other systems', () => {
    expect(client({ asOf: '2022-10-10' })).toBe(2);
    expect(client({ asOf: '2022-10-10', authnHint: 4 })).toBe(4);
    expect(client({ platform: 'other', processDefault: 3 })).toBe(4);
    expect(client({ platform: 'other', authnHint: 6, requested: 2 })).toBe(2);
  });
});

import { describe, expect, test } from 'vitest';
import {
  authnLevelName,
  authnLevelOf,
  authnTypeName,
  effectiveAuthnLevel,
} from '../../../../src/codec/status/authn.js';
import { bindNakReasonName, presentationResultName, providerReasonName } from '../../../../src/codec/status/pdu.js';

describe('authentication levels', () => {
  test.each([
    [0, 2, 'DEFAULT is CONNECT'],
    [1, 1, 'NONE stays'],
    [2, 2, 'CONNECT stays'],
    [3, 4, 'CALL is PKT'],
    [4, 4, 'PKT stays below PKT_INTEGRITY'],
    [5, 5, 'PKT_INTEGRITY stays'],
    [6, 6, 'PKT_PRIVACY stays'],
  ])('%i counts as %i: %s', (level, effective) => {
    expect(effectiveAuthnLevel(level)).toBe(effective);
  });

  test.each([
    ['5', 5],
    ['PKT_INTEGRITY', 5],
    ['pkt_privacy', 6],
    ['RPC_C_AUTHN_LEVEL_CONNECT', 2],
    ['none', 1],
    ['7', undefined],
    ['integrity', undefined],
    ['', undefined],
  ])('%j is level %s', (text, level) => {
    expect(authnLevelOf(text)).toBe(level);
  });
});

describe('names', () => {
  test('are the specification’s; a number without one stays a number', () => {
    expect(authnLevelName(5)).toBe('RPC_C_AUTHN_LEVEL_PKT_INTEGRITY');
    expect(authnLevelName(255)).toBe('255');
    expect(authnTypeName(0x0a)).toBe('RPC_C_AUTHN_WINNT');
    expect(authnTypeName(0x44)).toBe('RPC_C_AUTHN_NETLOGON');
    expect(bindNakReasonName(8)).toBe('authentication_type_not_recognized');
    expect(presentationResultName(3)).toBe('negotiate_ack');
    expect(providerReasonName(1)).toBe('abstract_syntax_not_supported');
  });
});

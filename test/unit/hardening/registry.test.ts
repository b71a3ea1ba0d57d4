import { describe, expect, test } from 'vitest';
import { PolicyInputError } from '../../../src/codec/input-error.js';
import { parseRegistry, parseRegistryValue, REGISTRY_VALUES } from '../../../src/hardening/registry.js';

const KNOWN =
  'known: RequireIntegrityActivationAuthenticationLevel, RaiseActivationAuthenticationLevel, ' +
  'DisableAuthenticationLevelHardeningLog, LegacyAuthenticationLevel, AuthenticationLevel';

describe('NAME=VALUE on the command line', () => {
  test.each([
    ['RequireIntegrityActivationAuthenticationLevel=1', 1],
    ['RequireIntegrityActivationAuthenticationLevel=0x00000000', 0],
    [' requireintegrityactivationauthenticationlevel = 0xFFFFFFFF ', 0xffffffff],
  ])('%j is a DWORD under its canonical name', (text, value) => {
    expect(parseRegistryValue(text)).toEqual({ name: 'RequireIntegrityActivationAuthenticationLevel', value });
  });

  test('an unknown name is refused with the known ones in the same line', () => {
    expect(() => parseRegistryValue('CallAuthLevel=5')).toThrow(PolicyInputError);
    expect(() => parseRegistryValue('CallAuthLevel=5')).toThrow(`unknown registry value 'CallAuthLevel'; ${KNOWN}`);
  });

  test.each(['', '-1', '1.5', '0x', 'yes', '4294967296', '0x100000000', '1e3', '1 1'])('%j is no DWORD', (value) => {
    expect(() => parseRegistryValue(`LegacyAuthenticationLevel=${value}`)).toThrow(
      `LegacyAuthenticationLevel takes a DWORD (decimal or 0x), not '${value}'; ${KNOWN}`,
    );
  });

  test('a name without a value is refused', () => {
    expect(() => parseRegistryValue('LegacyAuthenticationLevel')).toThrow(`expected NAME=VALUE, not 'LegacyAuth`);
  });

  test('the last of several values of a name counts', () => {
    expect(parseRegistry(['AuthenticationLevel=2', 'LegacyAuthenticationLevel=6', 'AuthenticationLevel=5'])).toEqual({
      AuthenticationLevel: 5,
      LegacyAuthenticationLevel: 6,
    });
  });
});

describe('the registry values', () => {
  test.each([
    ['RequireIntegrityActivationAuthenticationLevel', 'HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat', 'server', true],
    ['RaiseActivationAuthenticationLevel', 'HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat', 'client', true],
    ['LegacyAuthenticationLevel', 'HKLM\\SOFTWARE\\Microsoft\\Ole', 'both', false],
    ['AuthenticationLevel', 'HKLM\\SOFTWARE\\Classes\\AppID\\{AppID}', 'both', false],
  ])('%s lies in %s and is a DWORD of the %s', (name, path, role, reboot) => {
    expect(REGISTRY_VALUES.find((row) => row.name === name)).toMatchObject({ path, role, reboot, type: 'REG_DWORD' });
  });
});

test('DCOMSCMRemoteCallFlags is refused with the reason: it would change nothing', () => {
  expect(() => parseRegistryValue('dcomscmremotecallflags=2')).toThrow(
    `DCOMSCMRemoteCallFlags is not simulated: no client here makes a refused call again without security; ${KNOWN}`,
  );
});

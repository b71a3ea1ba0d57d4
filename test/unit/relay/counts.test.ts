import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  KERBEROS_LEFT_OPEN,
  KERBEROS_VARIANTS,
  LEFT_OPEN,
  RELAY_VARIANTS,
  type RelayVariant,
} from '../../../src/relay/index.js';

const read = (path: string) =>
  readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8').replaceAll(/\s+/g, ' ');

const counts = (variants: readonly RelayVariant[]) => {
  const byHardening = variants.filter(({ stopped }) => stopped.unhardened === undefined).length;
  const byOthers = variants.filter(({ stopped }) => stopped.unhardened === stopped.hardened).length;
  expect(byHardening + byOthers).toBe(variants.length);
  return { byHardening, byOthers };
};

test('docs/relay.md says how many variants of the relay the hardening stops, what else stops others, and what stays open', () => {
  const ntlm = counts(RELAY_VARIANTS);
  const all = RELAY_VARIANTS.length + LEFT_OPEN.length;
  expect(read('docs/relay.md')).toContain(
    `Of the ${all} variants of NTLM the hardening stops ${ntlm.byHardening} that nothing else stops, signatures and checks of RPC and NTLM stop ${ntlm.byOthers} with it or without it, and ${LEFT_OPEN.length} stay open.`,
  );
  const kerberos = counts(KERBEROS_VARIANTS);
  const allKerberos = KERBEROS_VARIANTS.length + KERBEROS_LEFT_OPEN.length;
  expect(read('docs/relay.md')).toContain(
    `Of the ${allKerberos} of Kerberos the hardening stops ${kerberos.byHardening} that nothing else stops, signatures and checks of RPC and Kerberos stop ${kerberos.byOthers}, and ${KERBEROS_LEFT_OPEN.length} stay open.`,
  );
  expect(read('README.md')).toContain(`in ${all} variants of NTLM and ${allKerberos} of Kerberos`);
});

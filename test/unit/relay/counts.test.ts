import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { LEFT_OPEN, RELAY_VARIANTS } from '../../../src/relay/index.js';

const page = readFileSync(new URL('../../../docs/relay.md', import.meta.url), 'utf8').replaceAll('\n', ' ');

test('docs/relay.md says how many variants of the relay the hardening stops, what else stops others, and what stays open', () => {
  const all = RELAY_VARIANTS.length + LEFT_OPEN.length;
  const byHardening = RELAY_VARIANTS.filter(({ stopped }) => stopped.unhardened === undefined).length;
  const byOthers = RELAY_VARIANTS.filter(({ stopped }) => stopped.unhardened === stopped.hardened).length;
  expect([all, byHardening + byOthers]).toEqual([28, RELAY_VARIANTS.length]);
  expect(page).toContain(
    `Of the ${all} variants the hardening stops ${byHardening} that nothing else stops, signatures and checks of RPC and NTLM stop ${byOthers} with it or without it, and ${LEFT_OPEN.length} stay open.`,
  );
});

import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { differences, leaks, sanitized, toldOf } from '../../../support/sanitized.js';
import { SHIPPED, shippedPath } from '../../../support/shipped.js';

describe('a capture that was sanitized', () => {
  test.each([
    'objects/wmi-2021-05',
    'objects/opc-2023-03',
    'activate/spnego-kerberos-2021-05',
    'relay/mic-dropped-spnego',
    'wire/fragments',
    'wire/big-endian',
    'wire/ndr64',
    'wire/calls-at-once',
  ])('tells the same as the recorded %s but for the names', async (name) => {
    const path = join(import.meta.dirname, `../../../../pcaps/corpus/${name}.pcapng`);
    const { octets, names } = await sanitized(path);
    expect(differences(await toldOf(path), await toldOf(octets))).toEqual([]);
    expect(leaks(octets, { ...names.table, addresses: {} })).toEqual([]);
  });

  test.each(SHIPPED)('tells the same as %s but for the names', async (name) => {
    const { octets } = await sanitized(shippedPath(name));
    const before = await toldOf(shippedPath(name));
    expect(before.length).toBeGreaterThan(5);
    expect(differences(before, await toldOf(octets))).toEqual([]);
  });

  test.each(SHIPPED)('has no name and no address of %s in it', async (name) => {
    const { octets, names } = await sanitized(shippedPath(name));
    expect(Object.keys(names.table.names).length).toBeGreaterThan(0);
    expect(leaks(octets, names.table)).toEqual([]);
  });

  test('is the same for the same seed, octet by octet', async () => {
    const [first, second] = await Promise.all([sanitized(shippedPath(SHIPPED[0])), sanitized(shippedPath(SHIPPED[0]))]);
    expect(first.octets.equals(second.octets)).toBe(true);
  });
});

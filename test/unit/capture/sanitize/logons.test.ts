import { describe, expect, test } from 'vitest';
import { CARRIERS } from '../../../support/logons.js';
import { recordingOf } from '../../../support/relayed.js';
import { bothLegs, relayedExchange } from '../../../support/relayed-across.js';
import { differences, leaks, sanitized, toldOf } from '../../../support/sanitized.js';

const NAMES = Object.keys(CARRIERS) as (keyof typeof CARRIERS)[];

describe('logons in other protocols than RPC', () => {
  test.each(NAMES)('a relay from %s is found in the result as in the source, and names nobody', async (from) => {
    const capture = recordingOf(bothLegs(CARRIERS[from], CARRIERS.rpc, relayedExchange()));
    const before = await toldOf(capture);
    const { octets, names } = await sanitized(capture);
    expect(JSON.stringify(before)).toContain('"relay"');
    expect(differences(before, await toldOf(octets))).toEqual([]);
    expect(leaks(octets, names.table)).toEqual([]);
  });
});

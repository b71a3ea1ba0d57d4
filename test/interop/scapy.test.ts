import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DcomServer, startServer } from '../../src/server/server.js';
import { port135 } from '../support/peers.js';
import { scapy, scapyActivates } from '../support/scapy.js';

const atPort135 = port135();
const [ADDRESS, PASSWORD] = ['127.0.0.36', 'secret'] as const;

let server: DcomServer | undefined;
beforeAll(async () => {
  if (atPort135.skip) return;
  const names = { netbiosName: 'HARNESS', netbiosDomain: 'LAB' };
  server = await startServer({ listen: `${ADDRESS}:135`, accounts: [`LAB\\op:${PASSWORD}`], names });
});
afterAll(() => server?.close());

describe.skipIf(scapy.skip || atPort135.skip)("scapy's DCOM client as of 2023-03-14", () => {
  test.each([
    ['ntlm', 2, false],
    ['ntlm', 5, true],
    ['ntlm', 6, true],
    ['spnego', 2, false],
    ['spnego', 5, true],
    ['spnego', 6, true],
  ] as const)('by %s at level %i: accepted %s, and released', async (kind, level, accepted) => {
    expect(await scapyActivates(ADDRESS, kind, PASSWORD, [level])).toMatchObject([{ level, accepted }]);
    const last = server?.activations.at(-1);
    expect(last).toMatchObject({ level, outcome: accepted ? 'accepted' : 'refused', method: 'RemoteCreateInstance' });
    if (!accepted) expect(last?.refusedBy).toBe('activation policy');
    expect(server?.objects).toBe(0);
  });
});

import { describe, expect, test } from 'vitest';
import { readRecords } from '../../../src/capture/decode/records.js';
import { decodeKeytab } from '../../../src/codec/kerberos/index.js';
import { runScenario, shippedScenario } from '../../../src/lab/index.js';
import { serviceKeys, sniffer } from '../../../src/security/index.js';

async function recorded() {
  const blocks: Buffer[] = [];
  const scenario = shippedScenario('kerberos-domain') ?? expect.fail();
  const run = await runScenario(scenario, { record: (block) => void blocks.push(block) });
  return { run, capture: Buffer.concat(blocks) };
}

describe('a domain with Kerberos', () => {
  test('every step comes out as the scenario and the model of the hardening say', async () => {
    const { run } = await recorded();
    expect(run.findings.filter(({ ok }) => !ok)).toEqual([]);
    expect(run.activations.map(({ mechanism }) => mechanism).filter((name) => name === 'Kerberos')).toHaveLength(9);
  });

  test('the same seed gives the same recording, octet by octet', async () => {
    const [first, second] = [await recorded(), await recorded()];
    expect(first.capture.equals(second.capture)).toBe(true);
  });

  test('the keytab of the run opens every signed and sealed PDU under Kerberos, and names who called', async () => {
    const { run, capture } = await recorded();
    const keys = serviceKeys(decodeKeytab(run.keytab ?? expect.fail()));
    const stubs = new Map<string, number>();
    for await (const record of readRecords(capture, { observe: sniffer({ keys }) })) {
      if (record.auth_type !== 16 || record.stub === undefined) continue;
      expect(record.user).toBe('LAB\\op');
      const key = `${record.auth_level} ${record.stub}`;
      stubs.set(key, (stubs.get(key) ?? 0) + 1);
    }
    expect(Object.fromEntries(stubs)).toEqual({ '2 plain': 4, '5 verified': 4, '6 verified': 2 });
  });
});

import { expect, test } from 'vitest';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { detail } from '../../../../src/cli/decode/pdu-line.js';

test('a fault that answers an alter_context names the interface, and no operation', () => {
  const record = { ptype: 'fault', interface: 'IActivation', status: 5 } as unknown as PduRecord;
  expect(detail(record).text).toBe('IActivation nca_s_fault_access_denied (0x00000005)');
  expect(detail({ ...record, opnum: 4 }).text).toMatch(/^IActivation::4 nca_s/);
});

import { describe, expect, test } from 'vitest';
import type { CallRecord } from '../../../../src/capture/decode/call-record.js';
import { CallStatistics } from '../../../../src/cli/decode/statistics.js';
import { Choice, Enough } from '../../../../src/cli/decode/view.js';

const BARE = {
  file: 'f',
  stream: 0,
  time: '',
  client: 'c',
  server: 's',
  transport: 'ncacn_ip_tcp',
  call_id: 1,
  outcome: 'response',
} as const;

const call = (change: Partial<CallRecord>): CallRecord => ({
  ...BARE,
  ...{ interface: 'IObjectExporter', operation: 'ResolveOxid2' },
  ...change,
});

describe('statistics of calls', () => {
  test('count each operation, and how long it took, what took longest in all first', () => {
    const statistics = new CallStatistics();
    for (const each of [
      call({ elapsed: 0.1, status: 0 }),
      call({ elapsed: 0.3, status: 0x80070005 }),
      call({ outcome: 'unanswered' }),
      call({ operation: 'SimplePing', elapsed: 1, outcome: 'fault', status: 5 }),
      { ...BARE, opnum: 7 },
    ])
      statistics.add(each);
    expect(statistics.rows).toEqual([
      { operation: 'IObjectExporter::SimplePing', calls: 1, failed: 1, unanswered: 0, least: 1, mean: 1, most: 1 },
      {
        operation: 'IObjectExporter::ResolveOxid2',
        calls: 3,
        failed: 1,
        unanswered: 1,
        least: 0.1,
        mean: 0.2,
        most: 0.3,
      },
      { operation: '?::7', calls: 1, failed: 0, unanswered: 0 },
    ]);
  });

  test('remember no more operations than a capture needs', () => {
    const statistics = new CallStatistics();
    for (let opnum = 0; opnum < 10_010; opnum++) statistics.add({ ...BARE, opnum });
    expect(statistics.rows).toHaveLength(10_001);
    expect(statistics.rows.find(({ operation }) => operation === 'others')?.calls).toBe(10);
  });
});

test('a choice of so many ends with the next one', () => {
  const choice = new Choice([], 2);
  const record = { stream: 0, src: '', dst: '', ptype: 'bind' } as const;
  expect([choice.fits(record), choice.fits(record), choice.full]).toEqual([true, true, true]);
  expect(() => choice.fits(record)).toThrow(Enough);
});

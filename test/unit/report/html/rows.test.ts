import { describe, expect, test } from 'vitest';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { notesOf } from '../../../../src/report/html/overview.js';
import { Rows } from '../../../../src/report/html/rows.js';

const record = (frame: number, more: Partial<PduRecord> = {}): PduRecord => ({
  file: 'a.pcapng',
  stream: 0,
  frame,
  time: `2026-01-01T00:00:00.${String(frame).padStart(9, '0')}Z`,
  src: '10.0.0.7:49152',
  dst: '10.0.0.1:135',
  transport: 'ncacn_ip_tcp',
  ptype: 'request',
  ...more,
});

describe('the list of PDUs', () => {
  test('names hosts, and gives what is called, at which level, and what came of it', () => {
    const rows = new Rows();
    rows.add(record(1, { interface: 'IRemUnknown', operation: 'RemRelease', auth_level: 5 }), true, (address) =>
      address === '10.0.0.7' ? 'gateway' : undefined,
    );
    rows.add(record(2, { ptype: 'fault', status: 5, src: '10.0.0.1:135', dst: '10.0.0.7:49152' }), false);
    const { texts, conversations, what, level, result, tone, back } = rows.index();
    expect(conversations).toMatchObject([{ clientName: 'gateway:49152', server: '10.0.0.1:135', pdus: 2, bad: 1 }]);
    expect([texts[what[0] as number], level[0], tone[0]]).toEqual(['IRemUnknown::RemRelease', 5, 0]);
    expect([texts[result[1] as number], tone[1], back[1]]).toEqual(['nca_s_fault_access_denied', 1, 1]);
  });

  test('counts in the conversations what it does not list, and says so', () => {
    const rows = new Rows(2);
    expect([1, 2, 3].map((frame) => rows.add(record(frame), true))).toEqual([0, 1, undefined]);
    expect(rows.index().frame).toEqual([1, 2]);
    expect(rows.conversations).toMatchObject([{ pdus: 3 }]);
    expect(notesOf(rows)).toEqual([expect.stringMatching(/^The first 2 of 3 PDUs are listed/)]);
  });

  test('finds a row by its frame', () => {
    const rows = new Rows();
    for (const frame of [3, 5, 5, 8]) rows.add(record(frame), true);
    expect([rows.ofFrame('a.pcapng', 5), rows.ofFrame('a.pcapng', 8), rows.ofFrame('b.pcapng', 8)]).toEqual([
      1,
      3,
      undefined,
    ]);
  });

  test('takes S_FALSE for a warning, and any other result but S_OK for a refusal', () => {
    const rows = new Rows();
    for (const ReturnValue of [0, 1, 0x80070005, 5])
      rows.add(record(1, { ptype: 'response', value: { ReturnValue } }), false);
    expect(rows.index().tone).toEqual([0, 2, 1, 1]);
  });
});

import { describe, expect, test } from 'vitest';
import type { CallRecord } from '../../../../src/capture/decode/call-record.js';
import { callHead, callLine } from '../../../../src/cli/decode/call-line.js';

const CALL: CallRecord = {
  file: 'f',
  stream: 0,
  time: '2026-01-01T00:00:00.000000000Z',
  client: '10.0.0.1:50000',
  server: '10.0.0.2:135',
  transport: 'ncacn_ip_tcp',
  call_id: 1,
  request_frame: 1,
  answer_frame: 2,
  auth_level: 2,
  interface: 'IObjectExporter',
  opnum: 5,
  operation: 'ServerAlive2',
  outcome: 'response',
  status: 0,
  elapsed: 0.5,
};

describe('the line of a call', () => {
  const line = (more: Partial<CallRecord> = {}): string => callLine({ ...CALL, ...more }, false);

  test('stands under its head', () => {
    const [head, row] = [callHead(false), line()];
    expect(row.indexOf('10.0.0.1')).toBe(head.indexOf('client'));
    expect(row.indexOf('IObjectExporter')).toBe(head.indexOf('operation'));
    expect(row.indexOf('500.000 ms') + '500.000 ms'.length).toBe(head.indexOf('elapsed') + 'elapsed'.length);
  });

  test.each<[string, Partial<CallRecord>, RegExp]>([
    ['nothing of what went well', {}, /::ServerAlive2$/],
    ['what an operation returned', { status: 0x80070005 }, / E_ACCESSDENIED \(0x80070005\)$/],
    ['what a fault says', { outcome: 'fault', status: 5 }, / nca_s_fault_access_denied \(0x00000005\)$/],
    ['that nothing came', { outcome: 'unanswered' }, / no answer$/],
    ['of an operation that is not known its opnum', { operation: undefined as never }, /IObjectExporter::5$/],
  ])('says %s', (_name, more, end) => {
    expect(line(more)).toMatch(end);
  });
});

import { describe, expect, test } from 'vitest';
import type { PduRecord } from '../../../../src/capture/decode/record.js';
import { callHead, callLine } from '../../../../src/cli/decode/call-line.js';
import { type CallRecord, CallRecords } from '../../../../src/cli/decode/calls.js';

const PLACE = {
  file: 'f',
  stream: 0,
  time: '2026-01-01T00:00:00.000000000Z',
  src: '10.0.0.1:50000',
  dst: '10.0.0.2:135',
  call_id: 1,
  interface: 'IObjectExporter',
  opnum: 5,
  operation: 'ServerAlive2',
  auth_level: 2,
};
const request = (frame: number, more: Partial<PduRecord> = {}): PduRecord => ({
  ...PLACE,
  frame,
  ptype: 'request',
  pfc_flags: 3,
  value: { large: 'as a stub can be' },
  ...more,
});
const response = (frame: number, more: Partial<PduRecord> = {}): PduRecord => ({
  ...request(frame),
  src: PLACE.dst,
  dst: PLACE.src,
  ptype: 'response',
  request_frame: 1,
  elapsed: 0.5,
  value: { ReturnValue: 0 },
  ...more,
});

/** The calls of these PDUs; the stream ends after them. */
function callsOf(...records: readonly PduRecord[]): CallRecord[] {
  const given: CallRecord[] = [];
  const calls = new CallRecords((call) => given.push(call));
  for (const record of records) calls.take(record);
  calls.end(0);
  return given;
}

const brief = (calls: readonly CallRecord[]): unknown[] =>
  calls.map(({ request_frame, answer_frame, outcome, status }) => [request_frame, answer_frame, outcome, status]);

describe('a call', () => {
  test('is its request and its answer, without the parameters of either', () => {
    const [call] = callsOf(request(1), response(2));
    expect(call).toEqual({
      file: 'f',
      stream: 0,
      time: PLACE.time,
      client: '10.0.0.1:50000',
      server: '10.0.0.2:135',
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
    });
  });

  test('of several fragments starts with the first of the request and ends with the last of the answer', () => {
    const fragments = [request(1, { pfc_flags: 1 }), request(2, { pfc_flags: 2 })];
    const answers = [response(3, { pfc_flags: 1 }), response(4, { pfc_flags: 0 }), response(5, { pfc_flags: 2 })];
    expect(brief(callsOf(...fragments, ...answers))).toEqual([[1, 5, 'response', 0]]);
  });

  test('ends with a fault too, whose status it has', () => {
    const { value: _, ...fault } = response(2, { ptype: 'fault', status: 5 });
    expect(brief(callsOf(request(1), fault))).toEqual([[1, 2, 'fault', 5]]);
  });

  test('whose answer was cut or cannot be read is answered all the same, as the header says', () => {
    const cut = { ptype: 'cut', header_ptype: 'response' } as const;
    const malformed = { ptype: 'malformed', header_ptype: 'fault' } as const;
    const given = callsOf(
      request(1),
      response(2, cut),
      request(3, { call_id: 2 }),
      response(4, { call_id: 2, ...malformed }),
    );
    expect(given).toMatchObject([
      { request_frame: 1, answer_frame: 2, outcome: 'cut' },
      { request_frame: 3, answer_frame: 4, outcome: 'malformed' },
    ]);
    expect(given.map((call) => callLine(call, false))).toEqual([
      expect.stringContaining('a part of the answer is not in the capture'),
      expect.stringContaining('an answer that cannot be read'),
    ]);
  });

  test('whose request was cut has its answer', () => {
    const given = callsOf(request(1, { ptype: 'cut', header_ptype: 'request' }), response(2));
    expect(given).toMatchObject([{ request_frame: 1, answer_frame: 2, outcome: 'response' }]);
  });

  test('is unanswered once its call_id is used again, and at the end of its stream', () => {
    expect(brief(callsOf(request(1), request(2)))).toEqual([
      [1, undefined, 'unanswered', undefined],
      [2, undefined, 'unanswered', undefined],
    ]);
  });
});

describe('the line of a call', () => {
  const line = (...records: PduRecord[]): string => callLine(callsOf(...records)[0] as CallRecord, false);

  test('stands under its head', () => {
    const [head, row] = [callHead(false), line(request(1), response(2))];
    expect(row.indexOf('10.0.0.1')).toBe(head.indexOf('client'));
    expect(row.indexOf('IObjectExporter')).toBe(head.indexOf('operation'));
    expect(row.indexOf('500.000 ms') + '500.000 ms'.length).toBe(head.indexOf('elapsed') + 'elapsed'.length);
  });

  test.each<[string, PduRecord[], RegExp]>([
    ['nothing of what went well', [request(1), response(2)], /::ServerAlive2$/],
    [
      'what an operation returned',
      [request(1), response(2, { value: { ReturnValue: 0x80070005 } })],
      / E_ACCESSDENIED \(0x80070005\)$/,
    ],
    [
      'what a fault says',
      [request(1), response(2, { ptype: 'fault', status: 5 })],
      / nca_s_fault_access_denied \(0x00000005\)$/,
    ],
    ['that nothing came', [request(1)], / no answer$/],
    [
      'a stub that could not be read, by its opnum',
      [request(1, { operation: undefined as never }), response(2, { value: {} })],
      /IObjectExporter::5$/,
    ],
  ])('says %s', (_name, records, end) => {
    expect(line(...records)).toMatch(end);
  });
});

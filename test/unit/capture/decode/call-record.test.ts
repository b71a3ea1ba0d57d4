import { describe, expect, test } from 'vitest';
import type { CallRecord } from '../../../../src/capture/decode/call-record.js';
import { openRecords, readCallRecords } from '../../../../src/capture/decode/records.js';
import { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { callLine } from '../../../../src/cli/decode/call-line.js';
import { PFC, PTYPE } from '../../../../src/codec/rpce/index.js';
import { pduOf } from '../../../support/segments.js';
import { SHIPPED, shippedPath } from '../../../support/shipped.js';

const CLIENT = { address: '10.0.0.1', port: 50_000 };
const SERVER = { address: '10.0.0.2', port: 135 };

interface Sent {
  readonly type: number;
  readonly frame: number;
  readonly callId?: number;
  readonly flags?: number;
  /** Octets of the body, and how many more its header announces. */
  readonly body?: Uint8Array;
  readonly missing?: number;
}

/** The calls of these PDUs; the stream ends after them. */
function callsOf(...sent: readonly Sent[]): CallRecord[] {
  const given: CallRecord[] = [];
  const consumer = openRecords({ call: (call) => void given.push(call) })(0, undefined);
  for (const { type, frame, callId = 1, flags = 3, body = Buffer.alloc(16), missing = 0 } of sent) {
    const toServer = type === PTYPE.request;
    const [source, destination] = toServer ? [CLIENT, SERVER] : [SERVER, CLIENT];
    const bytes = pduOf({ type, callId, body, fragLength: 16 + body.length + missing });
    bytes[3] = flags;
    const direction = { toServer, source, destination, connection: { stream: 0 } };
    const captured = new CapturedPdu(direction as never, bytes, missing, frame, frame, frame, 0);
    if (missing > 0) consumer.cut?.(captured);
    else consumer.pdu(captured);
  }
  consumer.end?.();
  return given;
}

const request = (frame: number, more: Partial<Sent> = {}): Sent => ({ type: PTYPE.request, frame, ...more });
const response = (frame: number, more: Partial<Sent> = {}): Sent => ({ type: PTYPE.response, frame, ...more });
/** C706 12.6.4.7: alloc_hint, p_cont_id, cancel_count, reserved, status, reserved. */
const FAULT_5 = Buffer.from('00000000 0000 00 00 05000000 00000000'.replaceAll(' ', ''), 'hex');

const brief = (calls: readonly CallRecord[]): unknown[] =>
  calls.map(({ request_frame, answer_frame, outcome, status }) => [request_frame, answer_frame, outcome, status]);

describe('a call', () => {
  test('is its request and its answer, without the parameters of either', async () => {
    const calls: CallRecord[] = [];
    for await (const call of readCallRecords(shippedPath(SHIPPED[0]))) calls.push(call);
    expect(calls).toHaveLength(2);
    expect(calls[0]).toEqual({
      file: SHIPPED[0],
      stream: 0,
      time: expect.stringMatching(/^20\d\d-.*Z$/),
      client: expect.stringMatching(/^127\.0\.0\.\d+:\d+$/),
      server: expect.stringMatching(/^127\.0\.0\.\d+:135$/),
      transport: 'ncacn_ip_tcp',
      call_id: 2,
      request_frame: 7,
      answer_frame: 8,
      auth_type: 10,
      auth_level: 2,
      auth_context_id: 79231,
      interface: 'IRemoteSCMActivator',
      opnum: 4,
      operation: 'RemoteCreateInstance',
      clsid: '49b2791a-b1ae-4c90-9b8e-e860ba07f889',
      class: 'MMC20.Application',
      request: 'MMC20.Application',
      outcome: 'response',
      status: 0,
      elapsed: expect.any(Number),
    });
  });

  test('of several fragments starts with the first of the request and ends with the last of the answer', () => {
    const fragments = [request(1, { flags: PFC.FIRST_FRAG }), request(2, { flags: PFC.LAST_FRAG })];
    const answers = [3, 4, 5].map((frame) => response(frame, { flags: frame === 3 ? 1 : frame === 4 ? 0 : 2 }));
    expect(brief(callsOf(...fragments, ...answers))).toEqual([[1, 5, 'response', undefined]]);
  });

  test('ends with a fault too, whose status it has', () => {
    expect(brief(callsOf(request(1), { type: PTYPE.fault, frame: 2, body: FAULT_5 }))).toEqual([[1, 2, 'fault', 5]]);
  });

  test('whose answer was cut or cannot be read is answered all the same, as the header says', () => {
    const given = callsOf(request(1), response(2, { missing: 9 }), request(3, { callId: 2 }), {
      type: PTYPE.fault,
      frame: 4,
      callId: 2,
      body: Buffer.alloc(4),
    });
    expect(given).toMatchObject([
      { request_frame: 1, answer_frame: 2, outcome: 'cut', elapsed: 1 },
      { request_frame: 3, answer_frame: 4, outcome: 'malformed', elapsed: 1 },
    ]);
    expect(given.map((call) => callLine(call, false))).toEqual([
      expect.stringContaining('a part of the answer is not in the capture'),
      expect.stringContaining('an answer that cannot be read'),
    ]);
  });

  test('whose request was cut has its answer, and the opnum that its head tells', () => {
    const body = Buffer.from('0000000000000300', 'hex');
    const given = callsOf(request(1, { body, missing: 80 }), response(2));
    expect(given).toMatchObject([{ request_frame: 1, answer_frame: 2, outcome: 'response', opnum: 3 }]);
  });

  test('whose request was not captured is told by its answer', () => {
    expect(callsOf(response(7, { callId: 5 }))).toMatchObject([
      { client: '10.0.0.1:50000', server: '10.0.0.2:135', call_id: 5, answer_frame: 7, outcome: 'response' },
    ]);
  });

  test('is unanswered once its call_id is used again, and at the end of its stream', () => {
    expect(brief(callsOf(request(1), request(2)))).toEqual([
      [1, undefined, 'unanswered', undefined],
      [2, undefined, 'unanswered', undefined],
    ]);
  });
});

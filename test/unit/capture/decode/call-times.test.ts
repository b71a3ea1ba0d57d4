import { describe, expect, test } from 'vitest';
import { type Asked, CallTimes } from '../../../../src/capture/decode/call-times.js';
import { CaptureDecoder } from '../../../../src/capture/decode/decode.js';
import { OpenCalls } from '../../../../src/capture/decode/open-calls.js';
import { CapturedPdu } from '../../../../src/capture/pdu/pdu.js';
import { PFC } from '../../../../src/codec/rpce/index.js';
import { pduOf } from '../../../support/segments.js';

const REQUEST = 0;
const RESPONSE = 2;
const FAULT = 3;

interface Sent {
  readonly type: number;
  readonly frame: number;
  readonly callId?: number;
  readonly stream?: number;
  readonly flags?: number;
  readonly seconds?: number;
  readonly nanoseconds?: number;
}

/** What each PDU answers, in their order. */
function answers(...sent: readonly Sent[]): (Asked | undefined)[] {
  const decoder = new CaptureDecoder();
  const times = new CallTimes();
  return sent.map(({ type, frame, callId = 1, stream = 0, flags = 3, seconds = frame, nanoseconds = 0 }) => {
    const bytes = pduOf({ type, callId, body: 16 });
    bytes[3] = flags;
    const direction = { toServer: type === REQUEST, connection: { stream } };
    return times.take(decoder.take(new CapturedPdu(direction as never, bytes, 0, frame, frame, seconds, nanoseconds)));
  });
}

const framesOf = (...sent: readonly Sent[]): (number | undefined)[] => answers(...sent).map((asked) => asked?.frame);

describe('an answer finds its request', () => {
  test('by call_id, in any order of the answers', () => {
    expect(
      framesOf(
        { type: REQUEST, frame: 1, callId: 7 },
        { type: REQUEST, frame: 2, callId: 8 },
        { type: RESPONSE, frame: 3, callId: 8 },
        { type: FAULT, frame: 4, callId: 7 },
      ),
    ).toEqual([undefined, undefined, 2, 1]);
  });

  test('within its stream', () => {
    expect(framesOf({ type: REQUEST, frame: 1 }, { type: RESPONSE, frame: 2, stream: 1 })).toEqual([
      undefined,
      undefined,
    ]);
  });

  test('once: what comes after the last fragment answers nothing', () => {
    expect(framesOf({ type: REQUEST, frame: 1 }, { type: RESPONSE, frame: 2 }, { type: RESPONSE, frame: 3 })).toEqual([
      undefined,
      1,
      undefined,
    ]);
  });

  test('in each of its fragments, and at the first fragment of the request', () => {
    expect(
      framesOf(
        { type: REQUEST, frame: 1, flags: PFC.FIRST_FRAG },
        { type: REQUEST, frame: 2, flags: 0 },
        { type: REQUEST, frame: 3, flags: PFC.LAST_FRAG },
        { type: RESPONSE, frame: 4, flags: PFC.FIRST_FRAG },
        { type: RESPONSE, frame: 5, flags: PFC.LAST_FRAG },
      ),
    ).toEqual([undefined, undefined, undefined, 1, 1]);
  });

  test('where a call_id is used again, the last one that asked', () => {
    expect(framesOf({ type: REQUEST, frame: 1 }, { type: REQUEST, frame: 2 }, { type: RESPONSE, frame: 3 })).toEqual([
      undefined,
      undefined,
      2,
    ]);
  });
});

describe('the time of an answer', () => {
  const elapsed = (asked: Partial<Sent>, answered: Partial<Sent>): number | undefined =>
    answers({ type: REQUEST, frame: 1, ...asked }, { type: RESPONSE, frame: 2, ...answered })[1]?.elapsed;

  test('is in seconds, to the nanosecond', () => {
    expect(elapsed({ seconds: 1_700_000_000, nanoseconds: 999_999_999 }, { seconds: 1_700_000_001 })).toBe(1e-9);
    expect(elapsed({ seconds: 1, nanoseconds: 200_000_000 }, { seconds: 1, nanoseconds: 300_000_000 })).toBe(0.1);
  });

  test('is below zero where the clock was set back', () => {
    expect(elapsed({ seconds: 10 }, { seconds: 8 })).toBe(-2);
  });

  test('is not known where the capture holds no time', () => {
    expect(elapsed({ seconds: 0 }, { seconds: 0 })).toBeUndefined();
  });
});

describe('open calls', () => {
  test('beyond the limit the oldest gives way', () => {
    const calls = new OpenCalls<string>(2);
    expect([calls.open(0, 1, 'a'), calls.open(1, 1, 'b'), calls.open(0, 2, 'c')]).toEqual([undefined, undefined, 'a']);
    expect([calls.get(0, 1), calls.get(1, 1), calls.get(0, 2)]).toEqual([undefined, 'b', 'c']);
  });

  test('with the same call_id again the earlier gives way, and no other', () => {
    const calls = new OpenCalls<string>(2);
    calls.open(0, 1, 'a');
    calls.open(0, 2, 'b');
    expect(calls.open(0, 1, 'c')).toBe('a');
    expect(calls.end(0)).toEqual(['b', 'c']);
  });

  test('those of a stream that ends are given once, and make room', () => {
    const calls = new OpenCalls<string>(1);
    calls.open(0, 1, 'a');
    expect([calls.end(0), calls.end(0)]).toEqual([['a'], []]);
    expect(calls.open(1, 1, 'b')).toBeUndefined();
  });
});

import { describe, expect, test } from 'vitest';
import { elapsed } from '../../../../src/capture/decode/call.js';
import { CaptureDecoder, type DecodedPdu } from '../../../../src/capture/decode/decode.js';
import { CapturedPdu, type PduConsumer } from '../../../../src/capture/pdu/pdu.js';
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

/** Each PDU decoded, in their order; and the frames of calls that nobody answered, of streams that then ended. */
function decodedOf(...sent: readonly Sent[]): { decoded: DecodedPdu[]; unanswered: number[] } {
  const decoded: DecodedPdu[] = [];
  const unanswered: number[] = [];
  const decoder = new CaptureDecoder({
    pdu: (each) => void decoded.push(each),
    unanswered: ({ frame }) => void unanswered.push(frame),
  });
  const streams = new Map<number, PduConsumer>();
  for (const { type, frame, callId = 1, stream = 0, flags = 3, seconds = frame, nanoseconds = 0 } of sent) {
    const bytes = pduOf({ type, callId, body: 16 });
    bytes[3] = flags;
    const direction = { toServer: type === REQUEST, connection: { stream } };
    const consumer = streams.get(stream) ?? decoder.open(stream, undefined);
    streams.set(stream, consumer);
    consumer.pdu(new CapturedPdu(direction as never, bytes, 0, frame, frame, seconds, nanoseconds));
  }
  for (const consumer of streams.values()) consumer.end?.();
  return { decoded, unanswered };
}

/** The frame of the request that each answer belongs to. */
const framesOf = (...sent: readonly Sent[]): (number | undefined)[] =>
  decodedOf(...sent).decoded.map(({ captured, call }) => (captured.type === REQUEST ? undefined : call?.frame));

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
    const sent = [
      { type: REQUEST, frame: 1 },
      { type: REQUEST, frame: 2 },
      { type: RESPONSE, frame: 3 },
    ];
    expect(framesOf(...sent)).toEqual([undefined, undefined, 2]);
    expect(decodedOf(...sent).unanswered).toEqual([1]);
  });

  test('or its call is told to have none, once its stream has ended', () => {
    const { unanswered } = decodedOf(
      { type: REQUEST, frame: 1, callId: 7 },
      { type: REQUEST, frame: 2, callId: 8 },
      { type: REQUEST, frame: 3, stream: 1 },
      { type: RESPONSE, frame: 4, callId: 7 },
    );
    expect(unanswered).toEqual([2, 3]);
  });
});

describe('the time of an answer', () => {
  const between = (asked: Partial<Sent>, answered: Partial<Sent>): number | undefined => {
    const [, answer] = decodedOf(
      { type: REQUEST, frame: 1, ...asked },
      { type: RESPONSE, frame: 2, ...answered },
    ).decoded;
    if (answer?.call === undefined) throw new Error('no call');
    return elapsed(answer.call, answer.captured);
  };

  test('is in seconds, to the nanosecond', () => {
    expect(between({ seconds: 1_700_000_000, nanoseconds: 999_999_999 }, { seconds: 1_700_000_001 })).toBe(1e-9);
    expect(between({ seconds: 1, nanoseconds: 200_000_000 }, { seconds: 1, nanoseconds: 300_000_000 })).toBe(0.1);
  });

  test('is below zero where the clock was set back', () => {
    expect(between({ seconds: 10 }, { seconds: 8 })).toBe(-2);
  });

  test('is not known where the capture holds no time', () => {
    expect(between({ seconds: 0 }, { seconds: 0 })).toBeUndefined();
  });
});

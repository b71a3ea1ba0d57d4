import type { Sniffer } from '../../security/index.js';
import type { Problem } from '../file/error.js';
import { type CaptureInput, fileOf } from '../file/source.js';
import { readCapture } from '../pdu/pdus.js';
import type { DecodedCall } from './call.js';
import { answerOf, type CapturedCall, callOf } from './captured-call.js';
import { CaptureDecoder, type DecodedPdu, type StreamDecoder } from './decode.js';

/** The calls of a capture, and what was left out of them. */
export interface CapturedCalls {
  readonly file: string;
  readonly calls: readonly CapturedCall[];
  /** How many calls were left out, by the reason. */
  readonly leftOut: ReadonlyMap<string, number>;
  readonly problems: readonly Problem[];
}

const MAX_PROBLEMS = 100;

/** The calls of a capture that `whyNot` has no objection to; of the others only the number is kept. */
export async function readCalls(
  source: CaptureInput,
  whyNot: (call: CapturedCall) => string | undefined,
  observe: Sniffer,
): Promise<CapturedCalls> {
  const calls: CapturedCall[] = [];
  const leftOut = new Map<string, number>();
  const problems: Problem[] = [];
  const asked = new WeakMap<DecodedCall, CapturedCall>();
  const sort = (call: CapturedCall): void => {
    const objection = whyNot(call);
    if (objection === undefined) calls.push(call);
    else leftOut.set(objection, (leftOut.get(objection) ?? 0) + 1);
  };
  const pdu = (decoded: DecodedPdu, stream: StreamDecoder): void => {
    const { call, observed, parameters } = decoded;
    const { message } = observed;
    if (message === undefined || call === undefined) return;
    if (message.kind === 'request') {
      const whole = callOf(decoded, message, stream.mechanism(message.security.authContextId));
      asked.set(call, whole);
      sort(whole);
    } else {
      const whole = asked.get(call);
      if (whole !== undefined) whole.answer = answerOf(message, parameters);
    }
  };
  const onProblem = (problem: Problem): void => {
    if (problems.length < MAX_PROBLEMS) problems.push(problem);
  };
  await readCapture(source, {
    open: new CaptureDecoder({ pdu }, { observe }).open,
    onProblem,
    observe,
    onKdcMessage: observe.kdcMessage,
  });
  return { file: fileOf(source), calls, leftOut, problems };
}

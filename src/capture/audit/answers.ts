import { activationOutcome, faultOutcome, resultOutcome } from '../../client/outcome.js';
import { CodecError } from '../../codec/error.js';
import type { Operation } from '../../codec/ndr/index.js';
import type { ObservedMessage } from '../../rpc/index.js';
import type { AuditedActivation } from './records.js';

export type Answer = Pick<AuditedActivation, 'answer' | 'status' | 'outcome'>;

/** An answer that says no. */
export type RefusedAnswer = Answer & { readonly answer: 'fault' | 'result'; readonly status: number };

export const isRefused = (answer: Answer): answer is RefusedAnswer =>
  answer.answer === 'fault' || answer.answer === 'result';

export const NO_ANSWER: Answer = { answer: 'none', status: null, outcome: 'no answer in the capture' };

/** The answer is there, and a part of it was not captured. */
export const CUT_ANSWER: Answer = {
  answer: 'unreadable',
  status: null,
  outcome: 'answered, and a part of the answer is not in the capture',
};

export const faultAnswer = (status: number): RefusedAnswer => ({
  answer: 'fault',
  status,
  outcome: faultOutcome(status).text,
});

/** The parameters of a message; undefined where they are encrypted, or cannot be read. */
export function parametersIn(message: ObservedMessage, operation: Operation | undefined): unknown {
  // Without the bind it is not known; NDR64 would not decode, or to nonsense that is no activation.
  const syntax = message.presentation === undefined ? 'ndr20' : message.presentation.transferSyntax;
  const closed = message.stubState === 'sealed' || message.stubState === 'bad signature';
  if (operation === undefined || syntax === undefined || closed) return undefined;
  const type = message.kind === 'request' ? operation.request : operation.response;
  try {
    return type.decode(message.stub, { syntax, little: message.littleEndian }).value;
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** What an activation came to. */
export function answerOf(message: ObservedMessage, operation: Operation | undefined): Answer {
  const value = parametersIn(message, operation);
  if (value === undefined) {
    const why = message.stubState === 'sealed' ? 'encrypted' : 'not readable';
    return { answer: 'unreadable', status: null, outcome: `answered, and the result is ${why}` };
  }
  const { accepted, status: result = 0 } = activationOutcome(value as Parameters<typeof activationOutcome>[0]);
  if (accepted) return { answer: 'accepted', status: result, outcome: 'accepted' };
  return { answer: 'result', status: result, outcome: resultOutcome(result).text };
}

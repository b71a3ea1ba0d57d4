import { interfaceByUuid, interfaceName, operationName } from '../../codec/interfaces.js';
import type { Operation } from '../../codec/ndr/index.js';
import { type CallLevel, PassiveBudget } from '../../rpc/index.js';
import { type Answer, NO_ANSWER } from './answers.js';
import type { SeenActivation, TakeEvent } from './events.js';

/** A request that has no answer yet. */
export interface OpenCall {
  readonly interface: string | undefined;
  readonly opnum: number | undefined;
  readonly operation: Operation | undefined;
  readonly operationName: string | undefined;
  readonly level: number | undefined;
  readonly contextId: number | undefined;
  /** What is known of an activation, once its last fragment is there. */
  activation: Omit<SeenActivation, keyof Answer> | undefined;
}

/** Of an operation and what the request stands under; `uuid` is undefined where the bind was not captured. */
export const openCall = (
  uuid: string | undefined,
  opnum: number | undefined,
  { level, authContextId }: CallLevel,
): OpenCall => ({
  interface: uuid === undefined ? undefined : interfaceName(uuid),
  opnum,
  operation: opnum === undefined ? undefined : interfaceByUuid(uuid)?.operations.get(opnum),
  operationName: operationName(uuid, opnum),
  level,
  contextId: authContextId,
  activation: undefined,
});

/** Calls of all streams without an answer, at most: a capture of one side answers none. */
const MAX_OPEN = 16_384;

/** What the streams of one file hold together; an activation without an answer is told when that is certain. */
export const auditBudget = (tell: TakeEvent, calls = MAX_OPEN): PassiveBudget<OpenCall> =>
  new PassiveBudget({
    calls,
    unanswered: ({ kept }) =>
      kept?.activation && tell({ kind: 'activation', activation: { ...kept.activation, ...NO_ANSWER } }),
  });

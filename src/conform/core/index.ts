export {
  type Check,
  type CheckInfo,
  type CheckLevel,
  type CheckOutcome,
  composed,
  Mismatch,
  must,
  NotApplicable,
} from './check.js';
export { expectBindNak, expectClosed, expectFault, expectPdu } from './expect.js';
export {
  type Expectations,
  expectationsOf,
  expectationsSchema,
  expectedToFail,
  unusedExpectations,
} from './expectations.js';
export { type Facts, missingFact } from './facts.js';
export {
  RawConnection,
  type RawConnectionOptions,
  type Received,
  receivedText,
  type Sendable,
} from './raw-connection.js';
export { type Attempt, type CheckResult, type RunOptions, resultOf, runCheck, runChecks } from './run.js';
export { type Selection, selected } from './selection.js';
export { Wire, type WirePiece } from './wire.js';

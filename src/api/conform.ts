export type { ConformAccount } from '../conform/client/attempt.js';
export { type ClientSuiteOptions, type ClientSuiteReport, clientChecks, clientSuite } from '../conform/client/suite.js';
export {
  type ClientFunction,
  type ClientPlace,
  type ClientUnderTest,
  calledClient,
  type Ended,
} from '../conform/client/under-test.js';
export {
  type Check,
  type CheckInfo,
  type CheckLevel,
  type CheckOutcome,
  type CheckResult,
  type Expectations,
  expectationsOf,
  type Facts,
  type Selection,
  type WirePiece,
} from '../conform/core/index.js';
export { type ServerSuiteOptions, type ServerSuiteReport, serverChecks, serverSuite } from '../conform/server/suite.js';
export type { HardeningVerdict } from '../conform/server/verdict.js';
export { conformResults, type Judging } from '../report/conform/results.js';
export type { Outcome, Result, ResultLevel } from '../report/result.js';

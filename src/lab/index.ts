export type { Listening } from './audience.js';
export { scenarioPasswords } from './passwords.js';
export { type LabOptions, type LabRun, runScenario } from './run.js';
export type {
  HostLog,
  LabActivation,
  LabFinding,
  LabRelay,
  LabTrace,
  ServedActivation,
  TimelineCell,
} from './run-types.js';
export { scenarioJsonSchema } from './scenario.js';
export { ScenarioError } from './scenario-error.js';
export { parseScenario, readScenario, type Scenario } from './scenario-file.js';
export { shippedScenario, shippedScenarios } from './shipped.js';

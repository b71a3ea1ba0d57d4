export {
  type HostLog,
  type LabActivation,
  type LabFinding,
  type LabOptions,
  type LabRelay,
  type LabRun,
  type LabTrace,
  type Listening,
  parseScenario,
  readScenario,
  runScenario,
  type Scenario,
  ScenarioError,
  scenarioJsonSchema,
  scenarioPasswords,
  shippedScenario,
  shippedScenarios,
} from '../lab/index.js';
export type { ServedActivation, TimelineCell } from '../lab/run-types.js';
export type { ScenarioData } from '../lab/scenario.js';
export { type StepData, scenarioSchema } from '../lab/scenario.js';
export type { Path } from '../lab/scenario-file.js';

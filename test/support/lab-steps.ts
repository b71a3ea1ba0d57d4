import { type LabFinding, type LabRun, parseScenario, runScenario, ScenarioError } from '../../src/lab/index.js';

/** A scenario of two Windows hosts and one that is not, unless others are given. */
export interface Play {
  readonly hosts?: object;
  readonly steps: readonly object[];
  readonly seed?: string | number;
  readonly accounts?: readonly string[];
  readonly password?: string;
  readonly start?: string;
  readonly network?: object;
}

export interface Played extends LabRun {
  readonly capture: Buffer;
  readonly failed: readonly LabFinding[];
}

export const HOSTS = {
  server: { address: '10.0.0.2', windows: 'Windows Server 2019', serves: ['generic', 'mmc20'] },
  client: { address: '10.0.0.11', windows: 'Windows 10 1809' },
  linux: { address: '10.0.0.21', system: 'Linux', client: 'impacket' },
};

export const ACTIVATE = { activate: { from: 'client', on: 'server' } };

/** JSON is YAML. */
export const scenarioText = ({ hosts = HOSTS, ...more }: Omit<Play, 'seed'>): string =>
  JSON.stringify({ name: 'play', title: 'A play', hosts, ...more });

export function mistakeIn(text: string): ScenarioError {
  try {
    parseScenario(text, 'lab.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error;
    throw error;
  }
  throw new Error('no mistake was found');
}

export async function play({ seed = 1, ...given }: Play): Promise<Played> {
  const blocks: Buffer[] = [];
  const scenario = parseScenario(scenarioText(given));
  const run = await runScenario(scenario, { seed, record: (block) => void blocks.push(block) });
  return { ...run, capture: Buffer.concat(blocks), failed: run.findings.filter(({ ok }) => !ok) };
}

/** What came of the activations, in their order. */
export const outcomes = ({ activations }: LabRun): string[] =>
  activations.map(({ level, outcome, refusedBy: by }) => `${level} ${outcome}${by === undefined ? '' : ` by ${by}`}`);

/** The ids of the events that hosts have, by the host's name. */
export const eventsOf = ({ logs }: LabRun): Record<string, number[]> =>
  Object.fromEntries(logs.map(({ machine, entries }) => [machine.name, entries.map(({ event }) => event.id)]));

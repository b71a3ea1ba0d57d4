import { z } from 'zod';
import { checkOptions, functionOption, optionsOf } from '../hardening/options.js';
import { SimulationStuck } from '../net/simulation/index.js';
import type { Milliseconds } from '../security/index.js';
import type { Listening } from './audience.js';
import { Lab } from './lab.js';
import { changedLink } from './links.js';
import type {
  HostLog,
  LabActivation,
  LabFinding,
  LabRelay,
  LabTrace,
  ServedActivation,
  TimelineCell,
} from './run-types.js';
import type { ScenarioData } from './scenario.js';
import type { Scenario } from './scenario-file.js';
import { runStep } from './steps.js';
import { VERBS } from './verbs/index.js';
import { simulatedWorld, socketWorld, type World } from './world.js';

/** How a scenario runs. */
export interface LabOptions {
  /** Everything random follows from it; `1` where absent. */
  readonly seed?: string | number;
  /** On sockets of 127.0.0.0/8 instead of a simulated network: without a recording, and time passes as it does. */
  readonly sockets?: boolean;
  /** Takes a recording of the simulated network as pcapng, block by block. */
  readonly record?: (block: Buffer) => void;
  /** Gives who is told what the server of each host sees and does, by the name of the host. */
  readonly observe?: (host: string) => Listening;
}

const LAB_OPTIONS = optionsOf({
  seed: z.union([z.string(), z.number()], 'expected a text or a number'),
  sockets: z.boolean(),
  record: functionOption('takes a block of a recording'),
  observe: functionOption('gives who is told what a server does'),
} satisfies Record<keyof LabOptions, z.ZodType>);

/** What came of a scenario. */
export interface LabRun {
  readonly scenario: string;
  readonly title: string;
  /** As it was read, or `scenarios/NAME.yaml` of those that come with this program. */
  readonly file: string;
  /** When it began, by its own clock. */
  readonly start: Milliseconds;
  readonly seed: string;
  readonly findings: readonly LabFinding[];
  readonly activations: readonly LabActivation[];
  /** What the servers say of activations, those of attackers too. */
  readonly served: readonly ServedActivation[];
  readonly timeline: readonly TimelineCell[];
  readonly relays: readonly LabRelay[];
  readonly traces: readonly LabTrace[];
  /** Where the domain has Kerberos: the keys of its hosts as a keytab, to open the recording with. */
  readonly keytab: Buffer | undefined;
  /** The event log of every host. */
  readonly logs: readonly HostLog[];
}

/**
 * Runs a scenario. The same scenario and seed give the same run, and the same recording, octet by octet. Rejects with
 * `ScenarioError` for what a lab cannot do, and where nothing comes of a step, and with `OptionError`, which names the
 * option, for a mistake.
 */
export async function runScenario(scenario: Scenario, options: LabOptions = {}): Promise<LabRun> {
  checkOptions('runScenario', LAB_OPTIONS, options);
  const { seed = 1, sockets = false, record, observe } = options;
  const { data } = scenario;
  const world: World = sockets
    ? socketWorld()
    : simulatedWorld({ start: startOf(data), link: changedLink({}, data.network), ...(record && { record }) });
  const start = world.clock();
  const lab = new Lab(scenario, world, String(seed), observe);
  let running = 0;
  const work = async (): Promise<void> => {
    try {
      await lab.open();
      for (const [index, step] of data.steps.entries()) {
        running = index;
        await runStep(lab, step, index);
      }
    } finally {
      await lab.close();
    }
  };
  await world.run(work).catch((error: unknown) => {
    throw error instanceof SimulationStuck ? scenario.error(['steps', running], error.message) : error;
  });
  return {
    scenario: data.name,
    title: data.title,
    file: scenario.file,
    start,
    seed: String(seed),
    findings: lab.findings,
    activations: lab.activations,
    served: lab.served,
    timeline: lab.cells,
    relays: lab.relays,
    traces: lab.traces,
    keytab: lab.kerberos?.keytab,
    logs: [...lab.hosts.values()].map(({ machine, log }) => ({
      machine,
      entries: log.entries,
      xml: log.asXml(),
      json: log.asJson(),
    })),
  };
}

const FIRST_DAY = '2021-05-03';

/**
 * In the morning of the day on which everything that its hosts have installed is there; a timeline begins with its first
 * phase, whatever its clients have installed.
 */
function startOf({ start, hosts, steps }: ScenarioData): number {
  const updates = Object.values(hosts).flatMap((host) => host.updates);
  const [phase] = steps.flatMap(({ verb, given }) => VERBS.get(verb)?.begins?.(given) ?? []).toSorted();
  const day = start ?? phase ?? [FIRST_DAY, ...updates].toSorted().at(-1);
  return Date.parse(`${day}T09:00:00Z`);
}

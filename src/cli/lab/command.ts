import { setImmediate } from 'node:timers/promises';
import { Argument, type Command, Option } from 'commander';
import {
  type LabRun,
  readScenario,
  runScenario,
  type Scenario,
  ScenarioError,
  scenarioJsonSchema,
  scenarioPasswords,
  shippedScenario,
  shippedScenarios,
} from '../../lab/index.js';
import { systemReason } from '../../net/error.js';
import { SimulationStuck } from '../../net/simulation/index.js';
import { labResults } from '../../report/lab/results.js';
import { labText } from '../../report/lab/text.js';
import { type Output, output, UsageError } from '../io.js';
import { type JudgedOptions, judgedOptions, Verdicts } from '../judged.js';
import { htmlOption } from '../options.js';
import { StatusLine } from '../progress.js';
import { type LabReport, openLabReport } from './html.js';
import { LabFolder } from './out.js';
import { labRecords } from './records.js';
import { secretsOf } from './secrets.js';

interface Options extends JudgedOptions {
  readonly seed: string;
  readonly out?: string;
  readonly html?: string;
  readonly sockets: boolean;
  readonly list: boolean;
  readonly schema: boolean;
}

export const labCommand = (command: Command): Command =>
  judgedOptions(command)
    .addArgument(
      new Argument('[scenario...]', 'YAML files, or names of scenarios that come with the program').default([]),
    )
    .addOption(new Option('--seed <text>', 'what everything random follows from').default('1'))
    .addOption(new Option('--out <folder>', 'write results, event logs and captures there'))
    .addOption(
      new Option('--sockets', 'run on sockets of 127.0.0.0/8 instead, in real time and without captures').default(
        false,
      ),
    )
    .addOption(new Option('--list', 'list the scenarios that come with the program').default(false))
    .addOption(new Option('--schema', 'print the JSON Schema of scenarios, for editors').default(false))
    .addOption(htmlOption())
    .addHelpText(
      'after',
      `
The same scenario and seed give the same run, byte for byte. Nothing leaves this program, and no command is run: what an
attacker asks for is recorded. Exit code 1 means that a result is not what the scenario or KB5004442 says, 2 that a
scenario cannot be read, or cannot be run to its end. The reason is given with file, line and column. With --json there
is a record for each finding, then for each activation at a server, relay, cell of a timeline and trace.

A scenario of twenty lines:

  name: my-gateway
  title: Does my gateway work with a server of March 2023?
  hosts:
    server:
      address: 10.0.0.2
      windows: Windows Server 2019
      updates: [2023-03-14]
      serves: [generic]
    gateway: { address: 10.0.0.20, system: Linux, client: node-dcom }
  steps:
    - activate: { from: gateway, on: server }
      expect: { outcome: refused, refusedBy: activation policy, event: 10036 }
    - activate: { from: gateway, on: server, level: PKT_INTEGRITY }
      expect: { outcome: accepted }

Examples:
  dcom-harness lab --out out --html lab.html
  dcom-harness lab relay-connect troubleshooting
  dcom-harness lab my-gateway.yaml --seed 7 --json
  dcom-harness lab --schema > scenario.schema.json`,
    )
    .action(run);

async function run(names: string[], options: Options): Promise<void> {
  const out = output(options);
  if (options.schema) {
    out.verbatim(JSON.stringify(scenarioJsonSchema(), undefined, 2));
    return;
  }
  const given = names.length === 0 ? shippedScenarios() : names;
  const scenarios = given.map(scenarioOf);
  if (options.list) {
    list(out, given, scenarios);
    return;
  }
  refuseTwins(scenarios);
  const files = scenarios.map(({ file }) => file);
  const verdicts = new Verdicts(out, options, { suite: 'lab', inputs: files });
  const folder = options.out === undefined ? undefined : new LabFolder(options.out);
  for (const { data } of scenarios) folder?.clear(data.name);
  const report = options.html === undefined ? undefined : await openLabReport(options.html);
  const runs: LabRun[] = [];
  const interruption = new Interruption();
  const status = new StatusLine(out.json);
  try {
    for (const [index, scenario] of scenarios.entries()) {
      if (await interruption.came()) break;
      status.draw(`[${index + 1}/${scenarios.length}] ${scenario.data.name}`);
      runs.push(await runOne(out, scenario, { folder, report }, options));
    }
  } finally {
    status.clear();
    interruption.end();
    // A scenario that was run to its end counts, whatever came of the next one.
    await folder?.results(runs);
    report?.end(runs);
    // One that broke off says why by itself.
    if (runs.length < scenarios.length) verdicts.incomplete();
    await verdicts.tell(labResults(runs), {
      text: () => runs.length > 0 && out.text(labText(runs, out)),
      nothing: 'no scenario expects anything, and none activates or relays',
    });
  }
  if (runs.length < scenarios.length) out.note(`interrupted: ${runs.length} of ${scenarios.length} scenarios were run`);
  if (report !== undefined) out.note(`the report is in ${options.html}`);
  if (folder !== undefined) out.note(`results, event logs and captures are in ${options.out}`);
}

/** Ctrl-C lets the scenario that runs come to its end, so that nothing of the others is lost; again, it ends all at once. */
class Interruption {
  #came = false;
  readonly #note = (): void => {
    this.#came = true;
  };

  constructor() {
    process.once('SIGINT', this.#note).once('SIGTERM', this.#note);
  }

  /** Asked between scenarios: a signal is heard only where the program waits. */
  async came(): Promise<boolean> {
    await setImmediate();
    return this.#came;
  }

  end(): void {
    process.off('SIGINT', this.#note).off('SIGTERM', this.#note);
  }
}

function list(out: Output, given: readonly string[], scenarios: readonly Scenario[]): void {
  for (const [index, { data, file }] of scenarios.entries()) {
    if (out.json) out.record('lab-scenario', { name: data.name, title: data.title, file });
    else out.line(`${(given[index] as string).padEnd(32)}${data.title}`);
  }
}

/** Results, captures and event logs are told apart by the names of the scenarios. */
function refuseTwins(scenarios: readonly Scenario[]): void {
  const known = new Map<string, Scenario>();
  for (const scenario of scenarios) {
    const { name } = scenario.data;
    const before = known.get(name);
    if (before?.file === scenario.file) throw new UsageError(`the scenario ${scenario.file} is given twice`);
    if (before !== undefined)
      throw new UsageError(`two scenarios are named '${name}': ${before.file} and ${scenario.file}`);
    known.set(name, scenario);
  }
}

/** A file, or a scenario that comes with this program. */
function scenarioOf(name: string): Scenario {
  try {
    return shippedScenario(name) ?? readScenario(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT')
      throw new UsageError(
        `there is no scenario and no file named '${name}'; --list shows the scenarios that come with it`,
      );
    throw code !== undefined && UNREADABLE.includes(code)
      ? new UsageError(`cannot read ${name}: ${systemReason(error)}`)
      : asUsage(error, name);
  }
}

const UNREADABLE = ['ENOTDIR', 'EISDIR', 'EACCES'];

/** A mistake that the author of a scenario can mend is said in one line. */
function asUsage(error: unknown, scenario: string): unknown {
  if (error instanceof ScenarioError) return new UsageError(error.message);
  return error instanceof SimulationStuck ? new UsageError(`${scenario}: ${error.message}`) : error;
}

async function runOne(
  out: Output,
  scenario: Scenario,
  { folder, report }: { readonly folder: LabFolder | undefined; readonly report: LabReport | undefined },
  options: Options,
): Promise<LabRun> {
  const { seed, sockets } = options;
  const capture = sockets ? undefined : folder?.capture(scenario.data.name);
  const shown = sockets ? undefined : report?.capture();
  const record =
    capture || shown
      ? (block: Buffer): void => {
          capture?.write(block);
          shown?.write(block);
        }
      : undefined;
  try {
    const found = await runScenario(scenario, { seed, sockets, ...(record && { record }) });
    const passwords = scenarioPasswords(scenario, seed);
    await shown?.end(found, secretsOf(found, passwords));
    folder?.events(found);
    folder?.keytab(found);
    if (capture !== undefined) folder?.passwords(found, passwords);
    if (out.json) for (const record of labRecords(found)) out.record(...record);
    return found;
  } catch (error) {
    throw asUsage(error, scenario.file);
  } finally {
    capture?.end();
  }
}

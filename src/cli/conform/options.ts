import { type Command, Option } from 'commander';
import {
  type CheckInfo,
  type Expectations,
  expectationsSchema,
  type Selection,
  selected,
  unusedExpectations,
} from '../../conform/core/index.js';
import { type Output, UsageError } from '../io.js';
import { type JudgedOptions, judgedOptions } from '../judged.js';
import { collecting, fileParser, htmlOption, parser } from '../options.js';
import { readYamlFile } from '../yaml-file.js';

/** The options that both suites have. */
export interface ConformOptions extends JudgedOptions, Selection {
  readonly list: boolean;
  readonly strict: boolean;
  readonly expect?: string;
  readonly pcap?: string;
  readonly seed: string;
  readonly timeout: number;
  readonly html?: string;
}

const ids = collecting((text: string) => text);

const seconds = parser((text: string): number => {
  const value = Number(text);
  if (!(value > 0 && value <= 600)) throw new Error('expected seconds, more than 0 and at most 600');
  return value * 1000;
});

/** Which checks, how they are judged, and where it is written. `timeout` is what the option of this name means. */
export const conformOptions = (command: Command, timeout = { means: 'to wait for an answer', seconds: 5 }): Command =>
  judgedOptions(command)
    .addOption(new Option('--only <id>', 'these checks alone: an id, the beginning of ids, or a glob').argParser(ids))
    .addOption(new Option('--skip <id>', 'leave these checks out; both may be given again').argParser(ids))
    .addOption(new Option('--list', 'the checks, with their sections and requirements; nothing is sent').default(false))
    .addOption(new Option('--strict', 'a recommendation (SHOULD) that is not met counts as failed').default(false))
    .addOption(new Option('--expect <file>', 'YAML or JSON: ids that are known to fail, each with the reason'))
    .addOption(new Option('--pcap <file>', 'write all that goes over the wire, as pcapng'))
    .addOption(new Option('--seed <text>', 'what everything random follows from').default('1'))
    .addOption(
      new Option('--timeout <seconds>', timeout.means)
        .argParser(seconds)
        .default(timeout.seconds * 1000, String(timeout.seconds)),
    )
    .addOption(htmlOption());

/** The checks that are meant. Throws `UsageError` for a pattern that means none. */
export function selectedChecks<T extends CheckInfo>(checks: readonly T[], options: ConformOptions): readonly T[] {
  try {
    return selected(checks, options);
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(`--only, --skip: ${error.message} (see --list)`);
    throw error;
  }
}

/** The expectations of `--expect`. Throws `UsageError` where the file is none, or names checks that do not exist. */
export function expectationsFor(checks: readonly CheckInfo[], { expect }: ConformOptions): Expectations {
  if (expect === undefined) return {};
  const expectations = fileParser('--expect', (path) => readYamlFile(path, expectationsSchema))(expect);
  const all = checks.map(({ id }) => id);
  const [unused] = unusedExpectations(expectations, all);
  if (unused !== undefined) throw new UsageError(`--expect: ${expect}: no check has an id like ${unused}`);
  return expectations;
}

/** `--list`: what would be checked. */
export function listChecks(out: Output, checks: readonly CheckInfo[]): void {
  for (const { id, section, requirement, level, needs, stimulus } of checks) {
    if (out.json) out.record('check', { id, section, requirement, level, needs, stimulus });
    else out.text(`${id}  (${level}, ${section})\n    ${requirement}`);
  }
}

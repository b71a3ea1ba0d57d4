import { type Command, Option } from 'commander';
import { junit } from '../report/junit.js';
import type { RecordParts } from '../report/record.js';
import { type Result, resultsSummary, withDistinctIds } from '../report/result.js';
import { tap } from '../report/tap.js';
import { openForWriting } from './files.js';
import type { Output } from './io.js';
import { jsonOption } from './options.js';
import type { OutputFile } from './output-file.js';

/** How a command that judges prints its results, and where else it writes them. */
export interface JudgedOptions {
  readonly tap: boolean;
  readonly junit?: string;
  readonly json: boolean;
  readonly allowNone: boolean;
  /** What was tested, where the command lets people name it. */
  readonly name?: string;
}

/** The same for every command that judges: `--json`, `--tap`, `--junit FILE`, `--allow-none`. */
export const judgedOptions = (command: Command): Command =>
  command
    .addOption(new Option('--tap', 'TAP 14 on stdout').default(false).conflicts('json'))
    .option('--junit <file>', 'write JUnit')
    .option('--allow-none', 'exit code 0 where nothing was tested, instead of 2', false)
    .addOption(jsonOption());

/** What a command that judges came to, for programs and for people. */
export interface Judged {
  /** For `--json`; nothing where the records were told as they came. */
  readonly records?: () => Iterable<RecordParts>;
  /** For people; nothing where there is nothing to show. */
  readonly text?: () => unknown;
  /** What there would have been to test, for the note that there was nothing. */
  readonly nothing: string;
  /** Whether it comes to a failure, and whether anything was tested: as the results say where absent. */
  readonly failed?: boolean;
  readonly tested?: boolean;
  /** What the run says at its end, for JUnit. */
  readonly verdict?: string | undefined;
}

/** Something failed, or was refused. */
export const FAILED = 1;
/** Bad usage, input that cannot be read, or nothing that was tested. */
export const UNUSABLE = 2;

/** The results of a command that judges: printed, written, and said by the exit code, in one way for all of them. */
export class Verdicts {
  readonly #out: Output;
  readonly #options: JudgedOptions;
  readonly #suite: string;
  readonly #began: number | undefined;
  readonly #file: OutputFile | undefined;
  #incomplete = false;
  /** Files that are written beside that of `--junit`, in the order of their paths. */
  readonly beside: readonly (OutputFile | undefined)[];

  /** Opens the file of `--junit`, and those beside it, before anything is done, all of them or none. Throws `UsageError` where it cannot be written. */
  constructor(
    out: Output,
    options: JudgedOptions,
    {
      suite,
      inputs = [],
      beside = [],
      ownTime = true,
    }: {
      readonly suite: string;
      /** When this run began stands where no result has a time; without it, equal results are equal files. */
      readonly ownTime?: boolean;
      readonly inputs?: readonly string[];
      readonly beside?: readonly (string | undefined)[];
    },
  ) {
    this.#out = out;
    this.#options = options;
    this.#suite = suite;
    this.#began = ownTime ? Date.now() : undefined;
    [this.#file, ...this.beside] = openForWriting<readonly (string | undefined)[]>([options.junit, ...beside], inputs);
    // Until it is told otherwise: a run that ends before is no success.
    process.exitCode = UNUSABLE;
  }

  /** Something of what was to be judged could not be read: that all else is as it should be is no success. */
  incomplete(): void {
    this.#incomplete = true;
  }

  async tell(given: readonly Result[], judged: Judged): Promise<void> {
    const { records, text } = judged;
    const results = withDistinctIds(given);
    if (this.#file !== undefined) {
      this.#file.write(await junit(results, this.#suite, { verdict: judged.verdict, began: this.#began }));
      this.#file.close();
    }
    if (this.#options.tap) this.#out.verbatim(tap(results, { name: this.#options.name }));
    else if (this.#options.json) for (const record of records?.() ?? []) this.#out.record(...record);
    else text?.();
    process.exitCode = this.#exitCode(results, judged);
  }

  #exitCode(results: readonly Result[], { nothing, ...given }: Judged): number {
    const otherwise = this.#incomplete ? UNUSABLE : 0;
    const { failed = !resultsSummary(results).ok, tested = results.some(({ outcome }) => outcome !== 'skip') } = given;
    // A run that tested nothing ends with 2, whatever failed. To allow that allows no failure.
    if (failed && (tested || this.#options.allowNone)) return FAILED;
    // Unreadable files have been reported; that nothing came of them is no news.
    if (tested || this.#options.allowNone || otherwise === UNUSABLE) return otherwise;
    this.#out.note(`nothing was tested: ${nothing} (--allow-none takes that for a success)`);
    return UNUSABLE;
  }
}

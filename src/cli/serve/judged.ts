import { type Command, Option } from 'commander';
import type { EndingOptions } from '../ending.js';
import type { Output } from '../io.js';
import { type JudgedOptions, judgedOptions } from '../judged.js';
import { parser } from '../options.js';
import { type Expectation, parseExpectations } from './expectations.js';

/** How a server that others test with is judged. */
export interface ExpectOptions extends JudgedOptions {
  readonly expect?: readonly Expectation[];
}

/** `--expect` and `--name`, beside what every command that judges takes. `unnamed` is what it is called without. */
export const expectOptions = (command: Command, unnamed: string): Command =>
  judgedOptions(command)
    .addOption(new Option('--name <name>', `what the results are called in TAP and JUnit; ${unnamed} where absent`))
    .addOption(
      new Option(
        '--expect <expression>',
        'what has to hold at the end, or a file of that; see below; may be given again',
      ).argParser((text: string, before: Expectation[] | undefined) => [...(before ?? []), ...parseExpectations(text)]),
    );

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** `90s`, `5m`, in milliseconds. */
const duration = parser((text: string): number => {
  const [, number, unit = 's'] = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h)?$/.exec(text) ?? [];
  const milliseconds = Number(number) * (UNITS[unit] ?? Number.NaN);
  if (!(milliseconds > 0 && milliseconds < 2 ** 31)) throw new Error('expected a time such as 90s, 5m or 1h');
  return milliseconds;
});

const activations = parser((text: string): number => {
  const [, count] = /^activations=(\d+)$/.exec(text) ?? [];
  if (!(Number(count) > 0)) throw new Error('expected activations=N, such as activations=1');
  return Number(count);
});

export const forOption = (description: string): Option => new Option('--for <time>', description).argParser(duration);

/** What ends a server besides a signal. */
export const endingOptions = (command: Command): Command =>
  command
    .option('--once', 'end when the first client has closed its connections', false)
    .addOption(forOption('end after this time, such as 90s or 5m'))
    .addOption(new Option('--until <activations=N>', 'end with the answer to that activation').argParser(activations))
    .addOption(
      new Option('--end-with <what>', 'end when stdin ends, or the process that started this one').choices([
        'stdin',
        'parent',
      ]),
    );

export type ServeEnding = EndingOptions;

/** Where what happens is told as it comes: beside TAP, which is stdout's alone. */
export const beside = (out: Output, { tap }: JudgedOptions): Output =>
  tap ? { ...out, text: out.note, line: out.note, verbatim: out.note } : out;

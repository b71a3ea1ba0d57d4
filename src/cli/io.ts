import { forTerminal, printable } from '../report/printable.js';
import { type RecordKind, recordLine } from '../report/record.js';
import { type Column, table } from '../report/table.js';
import { wrapLines } from '../report/wrap.js';
import { tell, terminalWidth } from './complain.js';
import { Stdout } from './stdout.js';

export { UsageError } from './complain.js';

/** Where a command prints, and how. */
export interface Output {
  /** `--json`: NDJSON on stdout instead of text for people. */
  readonly json: boolean;
  readonly colour: boolean;
  /** Columns of the terminal; undefined where stdout is none. */
  readonly width: number | undefined;
  /**
   * Lines of this program's own; of what others have named, nothing in them that could act upon a terminal is left. On a
   * terminal what is too wide goes on below, between words.
   */
  text(text: string): void;
  /** The same as it stands, for what a program may read. */
  verbatim(text: string): void;
  /** Text that was made printable before, with its ends of lines. */
  printed(text: string): void;
  /** One line, whatever the names in it hold. */
  line(text: string): void;
  /** A record of `--json`: `kind` says what it is, and is its first member. */
  record(kind: RecordKind, members: object): void;
  table<R>(rows: readonly R[], columns: readonly Column<R>[]): void;
  /** One line for people, beside the results: never in the way of a program that reads stdout. */
  note(text: string): void;
  /** Waits until the reader of stdout has taken what was printed. */
  flush(): Promise<void>;
  /** The end of a command that is `live`: a reader that does not read any more does not keep it from ending. */
  finish(): Promise<void>;
}

export interface OutputOptions {
  readonly json?: boolean;
  /** Much is printed: it goes out together, and at the latest with `flush`, which the command has to call. */
  readonly batched?: boolean;
  /** Printed is what happens, as it does, whether somebody reads it or not. */
  readonly live?: boolean;
}

/** How long the reader of a command that has ended may take for the rest. */
const PATIENCE = 2_000;

/** NO_COLOR and FORCE_COLOR as everybody understands them. */
const wantsColour = (): boolean => {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== '0';
  return process.stdout.isTTY === true;
};

export function output({ json = false, batched = false, live = false }: OutputOptions): Output {
  const colour = wantsColour();
  const width = terminalWidth(process.stdout);
  const dropped = (lines: number): string =>
    json ? recordLine('dropped', { lines }) : `${lines} lines are left out: stdout was not read in time\n`;
  const stdout = new Stdout(process.stdout, live ? { dropped } : {});
  const print = (text: string): void => {
    stdout.write(text);
    if (!batched) stdout.send();
  };
  const note = (text: string): void => {
    // Earlier output stands before it where both go to one place.
    stdout.send();
    tell(text);
  };
  return {
    ...printer({ json, colour, width }, print),
    printed: print,
    note,
    flush: () => stdout.flush(),
    async finish() {
      const timer = setTimeout(() => {
        note('stdout is not read: what was told last is lost');
        process.exit();
      }, PATIENCE);
      await stdout.flush();
      clearTimeout(timer);
    },
  };
}

/** How results are printed. */
export type Printing = Pick<Output, 'json' | 'colour' | 'width'>;

/** The part of an `Output` that prints results, wherever the text goes. */
export function printer({ json, colour, width }: Printing, print: (text: string) => void) {
  const verbatim = (text: string): void => print(forTerminal(text.endsWith('\n') ? text : `${text}\n`, { colour }));
  const show = (text: string): void => verbatim(width === undefined ? text : wrapLines(text, width));
  return {
    json,
    colour,
    width,
    text: show,
    verbatim,
    line: (text) => show(printable(text)),
    record: (kind, members) => print(recordLine(kind, members)),
    table: (rows, columns) => verbatim(table(rows, { columns, colour, width })),
  } satisfies Partial<Output>;
}

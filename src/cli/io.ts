import { ndjson } from '../report/ndjson.js';
import { type Column, table } from '../report/table.js';
import { Stdout } from './stdout.js';

/** A mistake of the person who called: one line on stderr, exit code 2. */
export class UsageError extends Error {}

/** Where a command prints, and how. */
export interface Output {
  /** `--json`: NDJSON on stdout instead of text for people. */
  readonly json: boolean;
  readonly colour: boolean;
  /** Columns of the terminal; undefined where stdout is none. */
  readonly width: number | undefined;
  text(text: string): void;
  record(record: object): void;
  table<R>(rows: readonly R[], columns: readonly Column<R>[]): void;
  /** For people, beside the results: never in the way of a program that reads stdout. */
  note(text: string): void;
  /** Waits until the reader of stdout has taken what was printed. */
  flush(): Promise<void>;
}

export interface OutputOptions {
  readonly json?: boolean;
  /** Much is printed: it goes out together, and at the latest with `flush`, which the command has to call. */
  readonly batched?: boolean;
}

/** NO_COLOR and FORCE_COLOR as everybody understands them. */
const wantsColour = (): boolean => {
  if (process.env.NO_COLOR) return false;
  if (process.env.FORCE_COLOR) return process.env.FORCE_COLOR !== '0';
  return process.stdout.isTTY === true;
};

export function output({ json = false, batched = false }: OutputOptions): Output {
  const colour = wantsColour();
  const width = process.stdout.isTTY ? process.stdout.columns : undefined;
  const stdout = new Stdout();
  const print = (text: string): void => {
    stdout.write(text);
    if (!batched) stdout.send();
  };
  return {
    json,
    colour,
    width,
    text: (text) => print(text.endsWith('\n') ? text : `${text}\n`),
    record: (record) => print(ndjson(record)),
    table: (rows, columns) => print(table(rows, { columns, colour, width })),
    note(text) {
      // What was printed before it stands before it where both go to one place.
      stdout.send();
      process.stderr.write(`${text}\n`);
    },
    flush: () => stdout.flush(),
  };
}

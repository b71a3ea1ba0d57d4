import { styleText } from 'node:util';
import stringWidth from 'string-width';
import { printable } from './printable.js';
import { wrap } from './wrap.js';

export type Style = Parameters<typeof styleText>[0];

export interface Column<R> {
  readonly title: string;
  readonly value: (row: R) => string | number;
  readonly align?: 'left' | 'right';
  /** Wider text goes on below, without a terminal too: for lists, which have no natural end. */
  readonly atMost?: number;
  /** The colour of a cell, where colours are wanted. */
  readonly style?: (row: R) => Style | undefined;
}

export interface TableOptions<R> {
  readonly columns: readonly Column<R>[];
  /** Asked of the terminal by the caller, never here. */
  readonly colour: boolean;
  /** Columns of the terminal; absent where there is none, so that a row is one line but for `atMost`. */
  readonly width?: number | undefined;
}

const GAP = 2;

/**
 * Rows as an aligned table for people. Where the terminal is too narrow, the widest columns go on below, at a blank: no
 * word and no address is parted. Where that is not enough, what all rows have in common is said once, above; and where
 * it still is not, a row is a list. Nothing is left out.
 */
export function table<R>(rows: readonly R[], { columns, colour, width }: TableOptions<R>): string {
  const whole = new Grid(rows, columns, colour);
  if (width === undefined || whole.least <= width) return whole.text(width);
  const common = columns.filter((_, index) => rows.length > 1 && whole.isCommon(index));
  const rest = new Grid(
    rows,
    columns.filter((column) => !common.includes(column)),
    colour,
  );
  const above = common
    .map((column) => ({ column, cell: printable(String(column.value(rows[0] as R))) }))
    .filter(({ cell }) => cell !== '')
    .map(({ column, cell }) => `${column.title} ${cell}`);
  const said = above.length === 0 ? '' : `${wrap(`in all rows: ${above.join(', ')}`, width, '  ').join('\n')}\n\n`;
  return said + (rest.least <= width ? rest.text(width) : rest.list(width));
}

/** The cells of a table, and how wide they are. */
class Grid<R> {
  readonly #rows: readonly R[];
  readonly #columns: readonly Column<R>[];
  readonly #colour: boolean;
  readonly #cells: readonly (readonly string[])[];

  constructor(rows: readonly R[], columns: readonly Column<R>[], colour: boolean) {
    this.#rows = rows;
    this.#columns = columns;
    this.#colour = colour;
    this.#cells = rows.map((row) => columns.map((column) => printable(String(column.value(row)))));
  }

  /** The width below which a word would be parted. */
  get least(): number {
    return sum(this.#leasts()) + this.#gaps;
  }

  isCommon(index: number): boolean {
    return new Set(this.#cells.map((line) => line[index])).size === 1;
  }

  text(width: number | undefined): string {
    const leasts = this.#leasts();
    const natural = this.#widest(stringWidth).map((own, index) =>
      Math.max(leasts[index] as number, Math.min(own, this.#columns[index]?.atMost ?? own)),
    );
    const widths = width === undefined ? natural : shrink(natural, leasts, width - this.#gaps);
    const head = this.#line(
      this.#columns.map(({ title }) => title),
      widths,
      () => 'bold',
    );
    const body = this.#rows.map((row, index) =>
      this.#line(this.#cells[index] as string[], widths, (column) => column.style?.(row)),
    );
    return `${[head, ...body].join('\n')}\n`;
  }

  /** A line for each cell that holds something, and an empty one between rows. */
  list(width: number): string {
    const names = Math.max(0, ...this.#columns.map(({ title }) => stringWidth(title)));
    const indent = ' '.repeat(names + GAP);
    const lineOf = (row: R, column: Column<R>, cell: string): string => {
      const [first = '', ...more] = wrap(indent + cell, width, indent).map((line) => line.slice(indent.length));
      const styled = (text: string): string => this.#paint(text, column.style?.(row));
      const name = column.title.padEnd(names + GAP);
      return [this.#paint(name, 'bold') + styled(first), ...more.map((line) => indent + styled(line))].join('\n');
    };
    return this.#rows
      .map((row, at) =>
        this.#columns
          .map((column, index) => ({ column, cell: this.#cells[at]?.[index] ?? '' }))
          .filter(({ cell }) => cell !== '')
          .map(({ column, cell }) => `${lineOf(row, column, cell)}\n`)
          .join(''),
      )
      .join('\n');
  }

  get #gaps(): number {
    return GAP * (this.#columns.length - 1);
  }

  /** How wide a column is at least, where a cell may go on below. */
  #leasts(): number[] {
    return this.#widest((text) => Math.max(...text.split(' ').map(stringWidthOf)));
  }

  #widest(widthOf: (text: string) => number): number[] {
    return this.#columns.map(({ title }, index) =>
      Math.max(widthOf(title), ...this.#cells.map((line) => widthOf(line[index] as string))),
    );
  }

  #line(
    texts: readonly string[],
    widths: readonly number[],
    styleOf: (column: Column<R>) => Style | undefined,
  ): string {
    const wrapped = texts.map((text, index) => wrap(text, widths[index] as number));
    const row = (at: number): string =>
      this.#columns
        .map((column, index) => {
          const last = index === this.#columns.length - 1 && column.align !== 'right';
          const cell = pad(wrapped[index]?.[at] ?? '', widths[index] as number, column.align, last);
          return this.#paint(cell, styleOf(column));
        })
        .join(' '.repeat(GAP));
    const height = Math.max(1, ...wrapped.map((parts) => parts.length));
    return Array.from({ length: height }, (_, at) => (at === 0 ? row(at) : row(at).trimEnd())).join('\n');
  }

  // Node's newer versions would look at the terminal themselves; the caller has decided already.
  #paint(text: string, style: Style | undefined): string {
    if (!this.#colour || style === undefined || text.trim() === '') return text;
    return styleText(style, text, { validateStream: false });
  }
}

const stringWidthOf = (text: string): number => stringWidth(text);
const sum = (numbers: readonly number[]): number => numbers.reduce((all, number) => all + number, 0);

/** Takes from the widest column that can give, until the table fits. */
function shrink(natural: readonly number[], leasts: readonly number[], available: number): number[] {
  const widths = [...natural];
  for (let excess = sum(widths) - available; excess > 0; excess--) {
    const given = widths.map((width, index) => (width > (leasts[index] as number) ? width : 0));
    const widest = Math.max(...given);
    if (widest === 0) break;
    const index = given.indexOf(widest);
    widths[index] = widest - 1;
  }
  return widths;
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left', last = false): string {
  const blanks = ' '.repeat(Math.max(0, width - stringWidth(text)));
  if (align === 'right') return blanks + text;
  return last ? text : text + blanks;
}

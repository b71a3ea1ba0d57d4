import { styleText } from 'node:util';
import { printable } from './printable.js';

export type Style = Parameters<typeof styleText>[0];

export interface Column<R> {
  readonly title: string;
  readonly value: (row: R) => string | number;
  readonly align?: 'left' | 'right';
  /** What is wider goes on below, without a terminal too: for lists, which have no natural end. */
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
/** No column is made narrower than this. */
const LEAST = 8;

/**
 * Rows as an aligned table for people. Where the terminal is too narrow, the widest columns go on below, at a blank where
 * there is one; nothing is left out.
 */
export function table<R>(rows: readonly R[], { columns, colour, width }: TableOptions<R>): string {
  const cells = rows.map((row) => columns.map((column) => printable(String(column.value(row)))));
  const natural = columns.map(({ title, atMost = Number.POSITIVE_INFINITY }, index) =>
    Math.min(atMost, Math.max(displayWidth(title), ...cells.map((line) => displayWidth(line[index] as string)))),
  );
  const widths = shrink(natural, width === undefined ? Number.POSITIVE_INFINITY : width - GAP * (columns.length - 1));
  const line = (texts: readonly string[], styleOf: (column: Column<R>) => Style | undefined): string => {
    const wrapped = texts.map((text, index) => wrap(text, widths[index] as number));
    const height = Math.max(1, ...wrapped.map((parts) => parts.length));
    const row = (at: number): string =>
      columns
        .map((column, index) => {
          const last = index === columns.length - 1 && column.align !== 'right';
          const cell = pad(wrapped[index]?.[at] ?? '', widths[index] as number, column.align, last);
          return paint(cell, colour && cell.trim() !== '' ? styleOf(column) : undefined);
        })
        .join(' '.repeat(GAP));
    return Array.from({ length: height }, (_, at) => (at === 0 ? row(at) : row(at).trimEnd())).join('\n');
  };

  const head = line(
    columns.map(({ title }) => title),
    () => 'bold',
  );
  const body = rows.map((row, index) => line(cells[index] as string[], (column) => column.style?.(row)));
  return `${[head, ...body].join('\n')}\n`;
}

/** Takes from the widest column, one at a time, until the table fits or every column is at its least. */
function shrink(natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess = widths.reduce((sum, width) => sum + width, 0) - available;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= LEAST) break;
    const second = Math.max(LEAST, ...widths.filter((width) => width < widest));
    const cutOff = Math.max(1, Math.min(excess, widest - second));
    widths[widths.indexOf(widest)] = widest - cutOff;
    excess -= cutOff;
  }
  return widths;
}

function pad(text: string, width: number, align: 'left' | 'right' = 'left', last = false): string {
  const blanks = ' '.repeat(Math.max(0, width - displayWidth(text)));
  if (align === 'right') return blanks + text;
  return last ? text : text + blanks;
}

/** The parts of a text that stand below each other in a column; a word that is too long is parted anywhere. */
function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const piece of text.split(/(?<= )/).flatMap((word) => pieces(word, width))) {
    if (displayWidth((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = '';
    }
    line += piece;
  }
  return [...lines, line.trimEnd()];
}

function pieces(word: string, width: number): string[] {
  const found: string[] = [];
  let piece = '';
  for (const char of word) {
    if (char !== ' ' && displayWidth(piece + char) > width) {
      found.push(piece);
      piece = '';
    }
    piece += char;
  }
  return [...found, piece];
}

// Node's newer versions would look at the terminal themselves; the caller has decided already.
const paint = (text: string, style: Style | undefined): string =>
  style === undefined ? text : styleText(style, text, { validateStream: false });

const NO_WIDTH = /[\p{Mn}\p{Me}\p{Cf}]/u;
/** East Asian wide and full-width characters, and emoji. */
const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

/** How many columns of a terminal a text takes. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const char of text) {
    if (!NO_WIDTH.test(char)) width += WIDE.test(char) ? 2 : 1;
  }
  return width;
}

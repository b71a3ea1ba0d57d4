import { type Outcome, type Result, resultsSummary } from './result.js';
import { type Column, type Style, table } from './table.js';

/** Results as a table for people, what did not pass with what was expected, and the counts in the last line. */
export function resultsTable(
  results: readonly Result[],
  options: { readonly colour: boolean; readonly width?: number | undefined },
): string {
  return `${table(results, { columns: COLUMNS, ...options })}${resultsSummary(results).text}\n`;
}

const STYLES: Readonly<Record<Outcome, Style>> = { pass: 'green', fail: 'red', skip: 'yellow', xfail: 'magenta' };

const COLUMNS: readonly Column<Result>[] = [
  { title: 'outcome', value: ({ outcome }) => outcome, style: ({ outcome }) => STYLES[outcome] },
  { title: 'id', value: ({ id }) => id },
  { title: 'level', value: ({ level }) => level },
  { title: 'section', value: ({ section }) => section },
  { title: 'requirement', value: describe },
];

function describe({ title, outcome, expected, actual, reason }: Result): string {
  if (outcome === 'fail') return `${title}: expected ${expected}; got ${actual}`;
  return reason === undefined ? title : `${title} (${reason})`;
}

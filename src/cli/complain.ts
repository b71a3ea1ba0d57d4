import { printable } from '../report/printable.js';
import { wrapBy } from '../report/wrap-by.js';

// Each run loads this, so that letters are counted, and no package that knows how wide they are.
const { wrapLines } = wrapBy((text) => text.length);

/** A mistake of the person who called: one line on stderr, exit code 2. */
export class UsageError extends Error {}

/** What is wrong, in the one way in which every command says it. */
export const complain = (what: string): void => tell(`dcom-harness: ${what}`);

/** Columns of a terminal; undefined where there is none, or it does not say, as in a container that was given no size. */
export const terminalWidth = ({ isTTY, columns }: Pick<NodeJS.WriteStream, 'isTTY' | 'columns'>): number | undefined =>
  isTTY && columns > 0 ? columns : undefined;

/** One line on stderr; on a terminal it goes on below, between words. */
export function tell(
  text: string,
  stderr: Pick<typeof process.stderr, 'isTTY' | 'columns' | 'write'> = process.stderr,
) {
  const width = terminalWidth(stderr);
  stderr.write(`${width === undefined ? printable(text) : wrapLines(printable(text), width)}\n`);
}

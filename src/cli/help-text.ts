import { Help } from 'commander';

/** A line of a list in a help text: what is explained, and what it means. */
const TERM = /^ {2}(?!dcom-harness)(\S+) {2,}(\S.*)$/;
const LIST = new RegExp(`${TERM.source}(?:\\n${TERM.source})*`, 'gm');

/**
 * The help of a command at a width: its sentences and lists fill lines of that width. commander has laid the options out
 * already. Anything else that is indented, such as an example, stays as it is, to be copied.
 */
export function helpText(text: string, width: number): string {
  const filled = text.replace(/^\S.*(?:\n\S.*)*/gm, (lines) => wrapped(lines.replaceAll('\n', ' '), width));
  return text.startsWith('Usage:') ? filled : filled.replace(LIST, (list) => inColumns(list, width));
}

/** boxWrap leaves alone what looks as if it had been laid out: none of this has. */
const wrapped = (sentences: string, width: number): string =>
  new Help().boxWrap(sentences.replace(/ {2,}/g, ' '), width);

function inColumns(list: string, width: number): string {
  const rows = list.split('\n').map((line) => {
    const [, term = '', meaning = ''] = TERM.exec(line) ?? [];
    return { term, meaning };
  });
  const column = Math.max(...rows.map(({ term }) => term.length)) + 4;
  return rows
    .map(({ term, meaning }) => {
      const lines = wrapped(meaning, Math.max(width - column, 20)).split('\n');
      return `${`  ${term}`.padEnd(column)}${lines.join(`\n${' '.repeat(column)}`)}`;
    })
    .join('\n');
}

import stringWidth from 'string-width';

/**
 * A line in lines of at most `width` columns, parted at blanks alone: a word or an address that is wider stands in a
 * line of its own. Lines that go on below begin with `indent`.
 */
export function wrap(text: string, width: number, indent = ''): string[] {
  if (stringWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/(?<=\S )(?=\S)|(?<=\s)(?=\S)/)) {
    const fits = stringWidth((line + word).trimEnd()) <= width;
    if (!fits && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += word;
  }
  return [...lines, line.trimEnd()];
}

/** Deeper than where a line begins, by so much. */
const DEEPER = 2;

/** Text for a terminal of so many columns: what is wider goes on below, a little further to the right. */
export const wrapLines = (text: string, width: number): string =>
  text
    .split('\n')
    .flatMap((line) => {
      const indent = (/^ *(- )?/.exec(line)?.[0].length ?? 0) + (line.startsWith('-') ? 0 : DEEPER);
      return wrap(line, width, ' '.repeat(Math.min(indent, width >> 1)));
    })
    .join('\n');

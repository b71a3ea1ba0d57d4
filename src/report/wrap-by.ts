/** How many columns of a terminal a text takes. */
export type WidthOf = (text: string) => number;

/** Wraps text between words; what counts its columns is given, since to count those of any script takes a package. */
export function wrapBy(widthOf: WidthOf) {
  /**
   * A line in lines of at most `width` columns, parted only at blanks: a word or an address that is wider stands in a
   * line of its own. Lines that go on below begin with `indent`.
   */
  function wrap(text: string, width: number, indent = ''): string[] {
    if (widthOf(text) <= width) return [text];
    const lines: string[] = [];
    let line = '';
    for (const word of text.split(/(?<=\S )(?=\S)|(?<=\s)(?=\S)/)) {
      const fits = widthOf((line + word).trimEnd()) <= width;
      if (!fits && line.trim() !== '') {
        lines.push(line.trimEnd());
        line = indent;
      }
      line += word;
    }
    return [...lines, line.trimEnd()];
  }

  /** Text for a terminal of so many columns: what is wider goes on below, a little further to the right. */
  const wrapLines = (text: string, width: number): string =>
    text
      .split('\n')
      .flatMap((line) => {
        const indent = (/^ *(- )?/.exec(line)?.[0].length ?? 0) + (line.startsWith('-') ? 0 : DEEPER);
        return wrap(line, width, ' '.repeat(Math.min(indent, width >> 1)));
      })
      .join('\n');

  return { wrap, wrapLines };
}

/** Deeper than where a line begins, by so much. */
const DEEPER = 2;

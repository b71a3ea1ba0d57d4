/**
 * Text that can be printed on a terminal, in one line and in XML: control characters and halves of surrogate pairs,
 * which a hostile peer can put into a name, become U+FFFD; line breaks and tabs become blanks.
 */
export const printable = (text: string): string =>
  text
    .replace(/[\t\r\n\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Surrogate}\p{Bidi_Control}\ufffe\uffff]/gu, '\ufffd');

const ESCAPE = '\u001b';
/** A sequence that sets colours, or what stands in no text of several lines. */
const SEQUENCE_OR_UNPRINTABLE =
  /\p{Cc}\[[\d;]*m|(?![\n\t])[\p{Cc}\p{Surrogate}\p{Bidi_Control}\u2028\u2029\ufffe\uffff]/gu;

/**
 * The last door before a terminal, for text of several lines: what is `printable` of each line stays, with its line
 * breaks, tabs and, where there are any, colours.
 */
export const forTerminal = (text: string, { colour }: { readonly colour: boolean }): string =>
  text.replace(SEQUENCE_OR_UNPRINTABLE, (found) => {
    if (found.length === 1) return '\ufffd';
    return colour && found.startsWith(ESCAPE) ? found : `\ufffd${found.slice(1)}`;
  });

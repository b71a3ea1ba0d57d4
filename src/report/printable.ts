/**
 * Text that can be printed on a terminal, in one line and in XML: control characters and halves of surrogate pairs,
 * which a hostile peer can put into a name, become U+FFFD; line breaks and tabs become blanks.
 */
export const printable = (text: string): string =>
  text
    .replace(/[\t\r\n\u0085\u2028\u2029]+/g, ' ')
    .replace(/[\p{Cc}\p{Surrogate}\p{Bidi_Control}\ufffe\uffff]/gu, '\ufffd');

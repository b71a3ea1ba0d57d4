/** Characters of what one call says: more would be read by nobody, and fill memory while an answer is waited for. */
const MAX_TEXT = 1_000;

export const shortened = (text: string): string => (text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text);

/** `3 items: A, B, C`; of long lists the first ones. */
export function counted<T>(what: string, items: readonly T[], textOf: (item: T) => string): string {
  const head = `${items.length} ${what}${items.length === 1 ? '' : 's'}`;
  const texts: string[] = [];
  let length = head.length;
  for (const item of items) {
    if (length > MAX_TEXT) break;
    const text = textOf(item);
    texts.push(text);
    length += text.length + 2;
  }
  const rest = items.length - texts.length;
  const shown = texts.filter((text) => text !== '').join(', ');
  return `${head}${shown === '' ? '' : `: ${shown}`}${rest > 0 ? `, and ${rest} more` : ''}`;
}

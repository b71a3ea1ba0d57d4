/**
 * Text as XML 1.0 can carry it. Characters that it cannot carry at all (control characters, halves of a surrogate pair)
 * become U+FFFD: names in an event come from the network.
 */
export const xmlText = (text: string): string =>
  text.replace(UNFIT, '\ufffd').replace(/[&<>"'\t\n\r]/g, (char) => ENTITIES[char] ?? `&#${char.charCodeAt(0)};`);

// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for.
const UNFIT = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

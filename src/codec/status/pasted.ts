import { explain } from './explain.js';

/** Numbers and names as programs print them. A trailing L or h belongs to some languages' way to write a number. */
const TOKEN = /0x[0-9a-f]{1,8}(?=L?\b)|(?<![\w.-])-?\d+(?![\w.]*\d)|\b[0-9a-f]{8}(?=h?\b)|\b[a-z]+(?:_[a-z0-9]+)+\b/gi;

/** Numbers below this are counts, lines and years more often than codes. */
const TELLING = 0x10000;

/**
 * The codes that a text names, such as a line of a log or of an error dialog: `Exception from HRESULT: 0x80070005
 * (E_ACCESSDENIED)`. Each code once; small numbers only where nothing in the text is more telling. `known` says of
 * which numbers the caller knows more than this layer does, as of events.
 */
export function pastedCodes(text: string, known: (token: string) => boolean = () => false): readonly string[] {
  const whole = text.trim();
  if (known(whole) || explain(whole) !== undefined) return [whole];
  const found = new Map<number, string>();
  const small = new Map<number, string>();
  for (const [token] of whole.matchAll(TOKEN)) {
    const code = known(token) ? Number(token) : explain(token)?.code;
    if (code === undefined) continue;
    const telling = code >= TELLING || known(token) || /[a-z]/i.test(token);
    const into = telling ? found : small;
    if (!into.has(code)) into.set(code, token);
  }
  return [...(found.size > 0 ? found : small).values()];
}

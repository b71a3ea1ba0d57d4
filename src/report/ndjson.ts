/**
 * A record as one line of JSON. Keys keep the order in which they were declared, which is that of the wire for a
 * decoded structure; bigint becomes 0x-hexadecimal and octets become hexadecimal.
 */
export const ndjson = (record: object): string => `${jsonText(record)}\n`;

/** The same without the end of its line. */
export const jsonText = (record: object): string =>
  JSON.stringify(isPlain(record) ? record : plain(record)).replace(UNPRINTABLE, escaped);

/** What JSON lets stand in a text, and a terminal would act upon. */
const UNPRINTABLE = /[\p{Cc}\p{Bidi_Control}\u2028\u2029\ufffe\uffff]/gu;

const escaped = (char: string): string => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** There is nothing in it that JSON lacks: to look costs a tenth of making it anew. */
function isPlain(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return typeof value !== 'bigint';
  if (Array.isArray(value)) return value.every(isPlain);
  if (Object.getPrototypeOf(value) !== Object.prototype) return false;
  for (const key in value) if (key === 'toJSON' || !isPlain((value as Record<string, unknown>)[key])) return false;
  return true;
}

/** The same value out of what JSON has. */
export function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return value < 0n ? `-0x${(-value).toString(16)}` : `0x${value.toString(16)}`;
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('hex');
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof Map) return plain(Object.fromEntries(value));
  if (value instanceof Set) return [...value].map(plain);
  if (Array.isArray(value)) return value.map(plain);
  if ('toJSON' in value && typeof value.toJSON === 'function') return plain(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

import { WqlError } from './error.js';
import type { Constant } from './query.js';
import { numberOf, Tokens, unescaped } from './tokens.js';

/** [MS-WMI] 2.2.2: `\\SERVER\root\cimv2:Win32_Process.Handle="4"`, or less of it. */
export interface ObjectPath {
  readonly server?: string;
  /** With single backslashes: `root\cimv2`. */
  readonly namespace?: string;
  readonly className: string;
  /** Undefined for a class; `@` for the only instance of one; else keys by name, or by '' where only one is given. */
  readonly keys?: '@' | ReadonlyMap<string, Constant>;
}

/** More keys than these no class has. */
const MAX_KEYS = 256;

/** A path by itself. Throws `WqlError`. */
export function parseObjectPath(text: string): ObjectPath {
  const { path, end } = objectPathIn(text, 0);
  if (end < text.length) throw new WqlError(`expected the end of the path, found ${JSON.stringify(text[end])}`, end);
  return path;
}

/** A path as text, as a server names its instances: with the keys in the order of their names. */
export function objectPathText(
  className: string,
  keys: '@' | readonly (readonly [name: string, value: unknown])[],
): string {
  if (keys === '@') return `${className}=@`;
  const sorted = [...keys].sort(([one], [other]) => (one.toLowerCase() < other.toLowerCase() ? -1 : 1));
  return `${className}.${sorted.map(([name, value]) => `${name}=${written(value)}`).join(',')}`;
}

function written(value: unknown): string {
  if (typeof value === 'string') return `"${value.replace(/[\\"]/g, '\\$&')}"`;
  return typeof value === 'boolean' ? String(value).toUpperCase() : String(value ?? '');
}

/** A path within a query, and where it ends. */
export function objectPathIn(text: string, start: number): { path: ObjectPath; end: number } {
  const colon = prefixEnd(text, start);
  const prefix = colon === undefined ? {} : prefixOf(text, start, colon);
  const tokens = new Tokens(text, colon === undefined ? start : colon + 1);
  const className = tokens.name('the name of a class');
  const keys = keysOf(tokens);
  return {
    path: { ...prefix, className, ...(keys === undefined ? {} : { keys }) },
    end: tokens.current.at,
  };
}

/** Where the colon behind a namespace is: a name, or a path of names, has to stand before it. */
function prefixEnd(text: string, start: number): number | undefined {
  const found = /[^:"'={}.]*(?:\.(?=[\\/])[^:"'={}.]*)?:/y;
  found.lastIndex = start;
  const match = found.exec(text);
  return match === null ? undefined : start + match[0].length - 1;
}

function prefixOf(text: string, start: number, colon: number): { server?: string; namespace?: string } {
  const whole = text.slice(start, colon).trim();
  const { server, namespace } = parseNamespace(whole);
  if (namespace === '') throw new WqlError('a path without a namespace', start);
  return { ...(server === undefined ? {} : { server }), namespace };
}

/** `//./root/cimv2`, `\\SERVER\root\cimv2` or `root\cimv2`: where a server is named, and the namespace. */
export function parseNamespace(text: string): { server?: string; namespace: string } {
  const parts = text.replaceAll('/', '\\').split('\\');
  const named = parts.length > 2 && parts[0] === '' && parts[1] === '';
  const names = (named ? parts.slice(3) : parts).filter((part) => part !== '');
  return { ...(named ? { server: parts[2] ?? '' } : {}), namespace: names.join('\\') };
}

function keysOf(tokens: Tokens): ObjectPath['keys'] {
  if (tokens.take('=')) return singleKey(tokens);
  if (!tokens.take('.')) return undefined;
  const keys = new Map<string, Constant>();
  do {
    const name = tokens.name('the name of a key');
    tokens.expect('=');
    keys.set(name, constant(tokens));
    if (keys.size > MAX_KEYS) tokens.fail(`more than ${MAX_KEYS} keys`);
  } while (tokens.take(','));
  return keys;
}

function singleKey(tokens: Tokens): ObjectPath['keys'] {
  if (tokens.take('@')) return '@';
  return new Map([['', constant(tokens)]]);
}

/** A value, with escapes resolved. */
export function constant(tokens: Tokens): Constant {
  const { kind, text } = tokens.current;
  if (kind === 'string') return unescaped(tokens.next().text);
  if (kind === 'number') return numberOf(tokens.next().text);
  if (tokens.take('TRUE')) return true;
  if (tokens.take('FALSE')) return false;
  if (tokens.take('NULL')) return null;
  return tokens.fail(text === '' ? 'expected a value' : 'expected a string, a number, TRUE, FALSE or NULL');
}

import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { TokenReplacer } from '../tokens/token.js';

const AUTHENTICATION: ReadonlySet<string> = new Set([
  'authorization',
  'www-authenticate',
  'proxy-authorization',
  'proxy-authenticate',
]);
/** Headers that say how, not who: their values stay. */
const KEPT: ReadonlySet<string> = new Set([
  'accept',
  'accept-encoding',
  'cache-control',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'date',
  'expect',
  'keep-alive',
  'pragma',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
]);
/** Headers whose names stay, and whose values are replaced. */
const KNOWN: ReadonlySet<string> = new Set([
  'host',
  'user-agent',
  'server',
  'location',
  'cookie',
  'set-cookie',
  'referer',
]);
/** Words of RFC 9110 11, which name a scheme. */
const SCHEMES = /^[ \t]*(basic|bearer|digest|kerberos|negotiate|ntlm)(?=[ \t,]|$)/i;
const TOKEN = /^([ \t]*(?:negotiate|ntlm|kerberos)[ \t]+)([A-Za-z0-9+/]{8,}={0,2})([ \t]*)$/i;
const START = /^([A-Z][A-Z_-]{2,23} )([^ ]+)( HTTP\/1\.[01]\r?)$/;
const STATUS = /^(HTTP\/1\.[01] [1-5]\d\d ?)([\s\S]*)$/;

/** The head of a message of HTTP/1 with its names and tokens replaced; as long as before. */
export function replaceHttpHead(names: Pseudonyms, tokens: TokenReplacer, head: string): string {
  return head
    .split('\n')
    .map((line, index) => (index === 0 ? startLine(names, line) : headerLine(names, tokens, line)))
    .join('\n');
}

function startLine(names: Pseudonyms, line: string): string {
  const [, method, target, version] = START.exec(line) ?? [];
  if (method !== undefined) return `${method}${names.text(target as string)}${version}`;
  const [, status, reason] = STATUS.exec(line) ?? [];
  return status === undefined ? names.text(line) : `${status}${names.text(reason as string)}`;
}

function headerLine(names: Pseudonyms, tokens: TokenReplacer, line: string): string {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(0, colon)).toLowerCase();
  const value = line.slice(colon + 1);
  if (AUTHENTICATION.has(name)) {
    const end = value.endsWith('\r') ? '\r' : '';
    const parts = value.slice(0, value.length - end.length).split(',');
    return `${line.slice(0, colon + 1)}${parts.map((part) => credentials(names, tokens, part)).join(',')}${end}`;
  }
  if (KEPT.has(name)) return line;
  return KNOWN.has(name) ? `${line.slice(0, colon + 1)}${names.text(value)}` : names.text(line);
}

function credentials(names: Pseudonyms, tokens: TokenReplacer, part: string): string {
  const [, scheme, base64, rest] = TOKEN.exec(part) ?? [];
  if (scheme !== undefined && base64 !== undefined) {
    const octets = Buffer.from(base64, 'base64');
    tokens.replace(octets);
    const made = octets.toString('base64');
    // One that was not written as it should be is a word like any other.
    if (made.length === base64.length) return `${scheme}${made}${rest}`;
  }
  const word = SCHEMES.exec(part)?.[0] ?? '';
  return `${word}${names.text(part.slice(word.length))}`;
}

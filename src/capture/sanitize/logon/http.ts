import type { Pseudonyms } from '../pseudonyms/pseudonyms.js';
import type { TokenReplacer } from '../tokens/token.js';

const AUTHENTICATION: ReadonlySet<string> = new Set([
  'authorization',
  'www-authenticate',
  'proxy-authorization',
  'proxy-authenticate',
]);
/** Headers that say how, not who: what of their values is known stays. */
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
/** What stands in those by itself: any other word can be a name. */
const TOKENS: ReadonlySet<string> = new Set(
  [
    // RFC 9110 7.6.1, 7.8, 10.1.1; RFC 9112 9.3; RFC 6455 11.2.
    'close keep-alive upgrade te trailers transfer-encoding 100-continue websocket h2c http/2.0 tls/1.0',
    // RFC 9110 18.6, RFC 9112 12.3.
    '* identity chunked gzip x-gzip deflate compress x-compress br zstd',
    // RFC 9111 5.2.
    'no-cache no-store no-transform only-if-cached must-revalidate must-understand proxy-revalidate private public',
    // IANA media types; [MS-RPCH] 2.1.2.1.1, [MS-WSMV] 2.2.9.1.
    '*/* text/* text/html text/plain text/xml image/* application/xml application/soap+xml application/json',
    'application/rpc application/octet-stream application/xhtml+xml application/x-www-form-urlencoded',
    'multipart/form-data multipart/mixed multipart/related multipart/encrypted multipart/x-multi-encrypted',
  ]
    .join(' ')
    .split(' '),
);
/** Directives that stay with their number: RFC 9111 5.2, RFC 2068 19.7.1.1, [MS-RPCH] 2.1.2.1. */
const NUMBERED = /^(max-age|s-maxage|max-stale|min-fresh|timeout|max|minconntimeout)=\d{1,10}$/i;
/** RFC 9112 6.2. */
const LENGTH = /^[ \t]*\d{1,15}[ \t]*\r?$/;
/** RFC 9110 5.6.7. */
const DATE =
  /^[ \t]*(mon|tue|wed|thu|fri|sat|sun), \d\d (jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec) \d{4} \d\d:\d\d:\d\d gmt[ \t]*\r?$/i;
const WHOLE: ReadonlyMap<string, RegExp> = new Map([
  ['content-length', LENGTH],
  ['date', DATE],
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
  if (KEPT.has(name)) return `${line.slice(0, colon + 1)}${howValue(names, name, value)}`;
  return KNOWN.has(name) ? `${line.slice(0, colon + 1)}${names.text(value)}` : names.text(line);
}

/** RFC 9110 5.6.1 and 5.6.6: of a list the known elements stay, and no parameter of any. */
function howValue(names: Pseudonyms, name: string, value: string): string {
  if (WHOLE.get(name)?.test(value)) return value;
  return value
    .split(',')
    .map((element) => {
      const [head = ''] = element.split(';', 1);
      const token = head.trim().toLowerCase();
      const known = TOKENS.has(token) || NUMBERED.test(token);
      return `${known ? head : names.text(head)}${names.text(element.slice(head.length))}`;
    })
    .join(',');
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

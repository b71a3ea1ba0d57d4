/** What the head of an HTTP message says about the logon, and about the length of the message. */
export interface HttpHead {
  /** Undefined for a response. */
  readonly method: string | undefined;
  /** Undefined for a request. */
  readonly status: number | undefined;
  readonly host: string | undefined;
  /** RFC 9112 6.3: octets of the body; `chunked`; undefined where neither is said. */
  readonly body: number | 'chunked' | undefined;
  readonly tokens: readonly HttpToken[];
}

/** A token in one of the four headers of RFC 9110 11.6 and 11.7. */
export interface HttpToken {
  /** Of the server itself, or of a proxy before it. */
  readonly to: 'origin' | 'proxy';
  readonly octets: Buffer;
}

/** RFC 9112 3 and 4, of the versions that carry text. */
const REQUEST_LINE = /^([A-Z][A-Z_-]{2,23}) [^ ]+ HTTP\/1\.[01]$/;
const STATUS_LINE = /^HTTP\/1\.[01] ([1-5]\d\d)(?: .*)?$/;
/** RFC 4559 4 and [MS-NTHT] 2.2; WinRM has a scheme Kerberos too ([MS-WSMV] 2.2.9.1 names its messages by it). */
const TOKEN = /^[ \t]*(?:negotiate|ntlm|kerberos)[ \t]+([A-Za-z0-9+/]{8,}={0,2})[ \t]*$/i;

const AUTHENTICATION: Readonly<Record<string, HttpToken['to']>> = {
  authorization: 'origin',
  'www-authenticate': 'origin',
  'proxy-authorization': 'proxy',
  'proxy-authenticate': 'proxy',
};

/** Tokens of one head, at most; two are sensible. */
const MAX_TOKENS = 8;
const MAX_HOST = 256;

/** Whether a line, without its end, begins a message of HTTP. */
export const isStartLine = (line: string): boolean => REQUEST_LINE.test(line) || STATUS_LINE.test(line);

/** The head of a message, from its first line to the empty one; undefined where it is none. */
export function httpHead(text: string): HttpHead | undefined {
  // RFC 9112 5.2: a line that begins with a space goes on with the one before.
  const [first = '', ...lines] = text.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/);
  const method = REQUEST_LINE.exec(first)?.[1];
  const status = STATUS_LINE.exec(first)?.[1];
  if (method === undefined && status === undefined) return undefined;
  const tokens: HttpToken[] = [];
  let host: string | undefined;
  let body: HttpHead['body'];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).toLowerCase();
    const value = line.slice(colon + 1);
    const to = AUTHENTICATION[name];
    if (to !== undefined) addTokens(tokens, to, value);
    else if (name === 'host') host ??= value.trim().slice(0, MAX_HOST);
    else if (name === 'transfer-encoding' && /chunked\s*$/i.test(value)) body = 'chunked';
    else if (name === 'content-length' && /^\s*\d{1,15}\s*$/.test(value)) body ??= Number(value);
  }
  return { method, status: status === undefined ? undefined : Number(status), host, body, tokens };
}

/** A server can offer several schemes in one line, between commas. */
function addTokens(tokens: HttpToken[], to: HttpToken['to'], value: string): void {
  for (const part of value.split(',')) {
    const token = TOKEN.exec(part)?.[1];
    if (token !== undefined && tokens.length < MAX_TOKENS) tokens.push({ to, octets: Buffer.from(token, 'base64') });
  }
}

/** What can be done about the errors of the system that people meet. */
const ADVICE: Readonly<Record<string, string>> = {
  EACCES: 'ports below 1024 need root or CAP_NET_BIND_SERVICE',
  EAI_AGAIN: 'no name server answers',
  EADDRINUSE: 'another program listens there; choose another address or port',
  EADDRNOTAVAIL: 'the address is not one of this machine',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the peer ended the connection',
  EHOSTUNREACH: 'there is no route to that host',
  ENOTFOUND: 'no such host name',
  ETIMEDOUT: 'the host does not answer',
};

/** The byte stream failed: it could not be opened, or it ended while something was still expected. */
export class TransportError extends Error {
  /** The system's code, such as `ECONNREFUSED`, where there is one. */
  readonly code: string | undefined;

  /** `advice` where more is known than what the code says to everybody. */
  constructor(doing: string, cause: unknown, advice?: string) {
    const code = (cause as NodeJS.ErrnoException | undefined)?.code;
    const known = advice ?? (code === undefined ? undefined : ADVICE[code]);
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(`${doing}: ${known === undefined ? reason : `${known} (${code})`}`, { cause });
    this.name = 'TransportError';
    this.code = code;
  }
}

/** What the system says of an error, without its code, the call and the path: `no such file or directory`. */
export function systemReason(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const { code = '' } = error as NodeJS.ErrnoException;
  return code !== '' && text.startsWith(`${code}: `) ? text.slice(code.length + 2).replace(/, \w+( .*)?$/s, '') : text;
}

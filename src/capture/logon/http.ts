import type { AssemblyBudget } from '../stream/assembly.js';
import type { Direction } from '../stream/connection.js';
import { HttpBodies } from './http-bodies.js';
import type { HttpHead } from './http-head.js';
import { type HttpBody, HttpSplitter } from './http-splitter.js';
import type { LogonProtocol, LogonSplitter, TellToken } from './protocol.js';

/**
 * The logons of one connection of HTTP/1: NTLM, Negotiate and Kerberos, towards servers and proxies (RFC 4559, [MS-NTHT]), so
 * of WebDAV, WinRM and RPC over HTTP too.
 */
export class HttpLogons implements LogonProtocol {
  readonly #bodies = new HttpBodies();
  /** The host of the last request, as responses name none. */
  #host: string | undefined;

  splitter(direction: Direction, budget: AssemblyBudget, tell: TellToken): LogonSplitter {
    return new HttpSplitter((head) => this.#head(direction, head, tell), budget);
  }

  gap(): void {
    this.#bodies.gap();
  }

  #head({ connection, forward }: Direction, head: HttpHead, tell: TellToken): HttpBody {
    connection.client ??= (head.method !== undefined) === forward ? 'first' : 'second';
    if (head.host !== undefined) this.#host = head.host;
    for (const { to, octets } of head.tokens) tell({ octets, exchange: to, target: this.#host });
    return this.#bodies.after(head);
  }
}

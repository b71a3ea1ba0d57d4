import type { AssemblyBudget } from '../stream/assembly.js';
import type { Direction } from '../stream/connection.js';
import type { HttpHead } from './http-head.js';
import { type HttpBody, HttpSplitter } from './http-splitter.js';
import type { LogonProtocol, LogonSplitter, TellToken } from './protocol.js';

/** Requests whose answers have not come, at most; more pipelined ones are taken for ordinary. */
const MAX_OPEN = 64;

/**
 * The logons of one connection of HTTP/1: NTLM, Negotiate and Kerberos, towards servers and proxies (RFC 4559, [MS-NTHT]), so
 * of WebDAV, WinRM and RPC over HTTP too.
 */
export class HttpLogons implements LogonProtocol {
  /** The methods of requests that are not answered. */
  #methods: string[] = [];
  /** The host of the last request, as responses name none. */
  #host: string | undefined;

  splitter(direction: Direction, budget: AssemblyBudget, tell: TellToken): LogonSplitter {
    return new HttpSplitter((head) => this.#head(direction, head, tell), budget);
  }

  gap(): void {
    this.#methods = [];
  }

  #head({ connection, forward }: Direction, head: HttpHead, tell: TellToken): HttpBody {
    connection.client ??= (head.method !== undefined) === forward ? 'first' : 'second';
    if (head.host !== undefined) this.#host = head.host;
    for (const { to, octets } of head.tokens) tell({ octets, exchange: to, target: this.#host });
    return head.method === undefined ? this.#afterResponse(head) : this.#afterRequest(head.method, head.body);
  }

  /** RFC 9112 6.3: a request that says nothing of its length has no body. */
  #afterRequest(method: string, body: HttpHead['body'] = 0): HttpBody {
    if (this.#methods.length < MAX_OPEN) this.#methods.push(method);
    return body;
  }

  /** RFC 9112 6.3: a response that says nothing of its length goes on until its connection ends. */
  #afterResponse({ status = 0, body }: HttpHead): HttpBody {
    if (status < 200) return status === SWITCHING_PROTOCOLS ? 'unknown' : 0;
    const method = this.#methods.shift();
    if (method === 'CONNECT' && status < 300) return 'unknown';
    if (method === 'HEAD' || status === 204 || status === 304) return 0;
    return body ?? 'unknown';
  }
}

const SWITCHING_PROTOCOLS = 101;

import type { HttpHead } from './http-head.js';
import type { HttpBody } from './http-splitter.js';

/** Requests whose answers have not come, at most; more pipelined ones are taken for ordinary. */
const MAX_OPEN = 64;
const SWITCHING_PROTOCOLS = 101;

/** RFC 9112 6.3: what follows the heads of one connection, both ways: that of an answer depends on what was asked. */
export class HttpBodies {
  /** The methods of requests that are not answered. */
  #methods: string[] = [];

  /** After a gap nobody knows what an answer belongs to. */
  gap(): void {
    this.#methods = [];
  }

  after(head: HttpHead): HttpBody {
    return head.method === undefined ? this.#afterResponse(head) : this.#afterRequest(head.method, head.body);
  }

  /** A request that says nothing of its length has no body. */
  #afterRequest(method: string, body: HttpHead['body'] = 0): HttpBody {
    if (this.#methods.length < MAX_OPEN) this.#methods.push(method);
    return body;
  }

  /** A response that says nothing of its length goes on until its connection ends. */
  #afterResponse({ status = 0, body }: HttpHead): HttpBody {
    if (status < 200) return status === SWITCHING_PROTOCOLS ? 'unknown' : 0;
    const method = this.#methods.shift();
    if (method === 'CONNECT' && status < 300) return 'unknown';
    if (method === 'HEAD' || status === 204 || status === 304) return 0;
    return body ?? 'unknown';
  }
}

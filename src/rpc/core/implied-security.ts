import { RPC_C_AUTHN_LEVEL } from '../../codec/rpce/index.js';

/**
 * What a request without authentication information stands under, as server and sniffer see it. [MS-RPCE] 3.3.1.5.4
 * speaks of the only context, at CONNECT; Samba's tests of Windows show more: the last context at CONNECT, until a
 * request names one.
 */
export class ImpliedSecurity {
  #context: number | undefined;
  #namedConnect = false;

  /** The auth_context_id; undefined where such a request has no authentication. */
  get context(): number | undefined {
    return this.#context;
  }

  /** A context was begun. */
  begun(context: number, level: number): void {
    if (level === RPC_C_AUTHN_LEVEL.CONNECT && !this.#namedConnect) this.#context = context;
  }

  /** A request came with authentication information: from now on, none means none. */
  named(level: number): void {
    this.#context = undefined;
    if (level === RPC_C_AUTHN_LEVEL.CONNECT) this.#namedConnect = true;
  }

  discarded(context: number): void {
    if (this.#context === context) this.#context = undefined;
  }

  /** For somebody who goes on where another one has left it. */
  get state(): ImpliedState {
    return [this.#context ?? null, this.#namedConnect];
  }

  restore([context, namedConnect]: ImpliedState): void {
    this.#context = context ?? undefined;
    this.#namedConnect = namedConnect;
  }
}

export type ImpliedState = readonly [context: number | null, namedConnect: boolean];

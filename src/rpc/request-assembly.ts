import { PFC, type RequestPdu } from '../codec/rpce/index.js';
import type { Milliseconds } from '../security/provider.js';
import type { PresentationContext } from './presentation.js';
import type { ServerSecurityContext } from './server-security.js';

/** A request whose fragments are still coming. Its first fragment decides the security context for all of them. */
export class RequestAssembly {
  readonly first: RequestPdu;
  readonly context: PresentationContext;
  readonly security: ServerSecurityContext | undefined;
  readonly startedAt: Milliseconds;
  readonly #pieces: Buffer[] = [];
  #length = 0;
  cancelled = false;

  constructor(
    first: RequestPdu,
    context: PresentationContext,
    security: ServerSecurityContext | undefined,
    now: Milliseconds,
  ) {
    this.first = first;
    this.context = context;
    this.security = security;
    this.startedAt = now;
  }

  get length(): number {
    return this.#length;
  }

  add(stub: Buffer): void {
    this.#pieces.push(stub);
    this.#length += stub.length;
  }

  /** The whole stub; a request of one fragment is not copied. */
  stub(): Buffer {
    return this.#pieces.length === 1 ? (this.#pieces[0] as Buffer) : Buffer.concat(this.#pieces, this.#length);
  }
}

export const isFirst = (pdu: { pfc_flags: number }): boolean => (pdu.pfc_flags & PFC.FIRST_FRAG) !== 0;
export const isLast = (pdu: { pfc_flags: number }): boolean => (pdu.pfc_flags & PFC.LAST_FRAG) !== 0;

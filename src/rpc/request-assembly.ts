import { PFC, type RequestPdu } from '../codec/rpce/index.js';
import type { Milliseconds } from '../security/provider.js';
import type { PresentationContext } from './presentation.js';
import type { ServerSecurityContext } from './server-security.js';
import { StubBuffer } from './stub-buffer.js';

/** A request whose fragments are still coming. Its first fragment decides the security context for all of them. */
export class RequestAssembly {
  readonly first: RequestPdu;
  readonly context: PresentationContext;
  readonly security: ServerSecurityContext | undefined;
  readonly startedAt: Milliseconds;
  readonly stub = new StubBuffer();
  cancelled = false;

  constructor(
    first: RequestPdu,
    context: PresentationContext,
    security: ServerSecurityContext | undefined,
    now: Milliseconds,
  ) {
    // Without its stub, which would keep the octets that came with it.
    this.first = { ...first, stub: new Uint8Array(0) };
    this.context = context;
    this.security = security;
    this.startedAt = now;
  }
}

export const isFirst = (pdu: { pfc_flags: number }): boolean => (pdu.pfc_flags & PFC.FIRST_FRAG) !== 0;
export const isLast = (pdu: { pfc_flags: number }): boolean => (pdu.pfc_flags & PFC.LAST_FRAG) !== 0;

import type { RequestPdu } from '../../codec/rpce/index.js';
import type { Milliseconds } from '../../security/provider.js';
import type { PresentationContext } from '../core/presentation.js';
import { StubBuffer } from '../core/stub-buffer.js';
import type { ServerSecurityContext } from './security.js';

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

/** What one peer may take of a server. Reaching a limit refuses that peer and nobody else. */
export interface RpcLimits {
  /** Octets of stub that all fragments of one request may carry; [MS-RPCE] 3.3.3.5.4. */
  readonly maxRequestStub: number;
  /** Octets of one bind or alter_context, whose tokens may be larger than a fragment. */
  readonly maxBindLength: number;
  /** Presentation contexts of one connection, for each interface that is registered; [MS-RPCE] 3.3.3.5.5. */
  readonly maxContextsPerInterface: number;
  /** Presentation contexts of one connection, however many interfaces are registered. */
  readonly maxContexts: number;
  /** Security contexts of one connection; [MS-RPCE] 3.3.1.5.4 note <104>. */
  readonly maxSecurityContexts: number;
  /** Calls of one connection that have not been answered. */
  readonly maxOutstandingCalls: number;
  /** Time from the connection's start in which a bind must have been answered and its authentication ended. */
  readonly handshakeMilliseconds: number;
  /** Time in which a PDU, or a request in fragments, must be complete once its first octet came. */
  readonly fragmentMilliseconds: number;
}

export const DEFAULT_LIMITS: RpcLimits = {
  maxRequestStub: 4 * 1024 * 1024,
  maxBindLength: 0xffff,
  maxContextsPerInterface: 4000,
  maxContexts: 4000,
  maxSecurityContexts: 2048,
  maxOutstandingCalls: 256,
  handshakeMilliseconds: 30_000,
  fragmentMilliseconds: 30_000,
};

import type { RefusedBy } from '../../codec/status/refused-by.js';

/** A call that the server answered with a fault PDU, or that this side answers so. */
export class RpcFault extends Error {
  /** The status of the fault PDU: C706 N.2, [MS-RPCE] 3.1.1.5.5. */
  readonly status: number;
  /** pfc_flags of the fault PDU; 0x20 says that the call did not execute. */
  readonly flags: number;
  /** Whether the server closes the connection after it. */
  readonly disconnect: boolean;

  constructor(status: number, options: { flags?: number; detail?: string; disconnect?: boolean } = {}) {
    super(
      `fault 0x${status.toString(16).padStart(8, '0')}${options.detail === undefined ? '' : `: ${options.detail}`}`,
    );
    this.name = 'RpcFault';
    this.status = status;
    this.flags = options.flags ?? 0;
    this.disconnect = options.disconnect ?? false;
  }
}

/** The server refused the connection's bind: [MS-RPCE] 2.2.2.5. */
export class BindRejected extends Error {
  readonly reason: number;

  constructor(reason: number, detail?: string) {
    super(`bind_nak, reason ${reason}${detail === undefined ? '' : `: ${detail}`}`);
    this.name = 'BindRejected';
    this.reason = reason;
  }
}

/** The server answered the bind, but with no presentation context that can be used: [MS-RPCE] 3.3.1.5.6. */
export class ContextRejected extends Error {
  readonly result: number;
  readonly reason: number;

  constructor(result: number, reason: number, detail: string) {
    super(`presentation context rejected (result ${result}, reason ${reason}): ${detail}`);
    this.name = 'ContextRejected';
    this.result = result;
    this.reason = reason;
  }
}

/** The peer sent what this side refuses: octets that cannot be read, a signature that does not verify, a wrong PDU. */
export class ProtocolError extends Error {
  readonly refusedBy: RefusedBy;

  constructor(detail: string, refusedBy: RefusedBy = 'protocol') {
    super(detail);
    this.name = 'ProtocolError';
    this.refusedBy = refusedBy;
  }
}

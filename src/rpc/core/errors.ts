import { interfaceName } from '../../codec/interfaces.js';
import { REASON, RESULT } from '../../codec/rpce/constants.js';
import { hexStatus } from '../../codec/status/hex.js';
import { presentationResultName, providerReasonName } from '../../codec/status/pdu.js';
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
    super(`fault ${hexStatus(status)}${options.detail === undefined ? '' : `: ${options.detail}`}`);
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

/** What a server lacks when it rejects a presentation context: C706 12.6.3.1, p_provider_reason_t. */
const LACKS: Readonly<Record<number, (name: string) => string>> = {
  [REASON.abstract_syntax_not_supported]: (name) => `offers no ${name}`,
  [REASON.proposed_transfer_syntaxes_not_supported]: (name) => `offers ${name} in none of the proposed encodings`,
  [REASON.local_limit_exceeded]: (name) => `has no room for a presentation context of ${name}`,
};

/** The server answered the bind, but with no presentation context that can be used: [MS-RPCE] 3.3.1.5.6. */
export class ContextRejected extends Error {
  readonly result: number;
  readonly reason: number;

  /** `uuid` of the interface that was proposed. */
  constructor(result: number, reason: number, uuid: string) {
    const name = interfaceName(uuid);
    const what = result === RESULT.provider_rejection ? LACKS[reason]?.(name) : undefined;
    const said = `${presentationResultName(result)}, ${providerReasonName(reason)}`;
    super(`the server ${what ?? `takes no presentation context of ${name}`} (${said})`);
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

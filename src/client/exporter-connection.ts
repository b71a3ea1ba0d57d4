import { COM_VERSION_5_7, type COMVERSION } from '../codec/dcom/index.js';
import type { Operation } from '../codec/ndr/index.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import { readUuid } from '../codec/uuid.js';
import type { Environment } from '../net/environment.js';
import { ContextConnection, type ContextConnectionOptions } from './context-connection.js';
import type { InterfaceId } from './proposals.js';

/** A connection to an object exporter. */
export interface ExporterConnectionOptions extends ContextConnectionOptions, Pick<Environment, 'random'> {
  /** COMVERSION of ORPCTHIS ([MS-DCOM] 2.2.13.3); 5.7 where absent. */
  readonly comVersion?: COMVERSION;
  /** ORPCTHIS.flags, 0 where absent. */
  readonly orpcFlags?: number;
}

/** A connection to an object exporter: ORPC calls to any of its interfaces, one presentation context for each. */
export class ExporterConnection {
  readonly #options: ExporterConnectionOptions;
  readonly #contexts: ContextConnection;

  constructor(options: ExporterConnectionOptions) {
    this.#options = options;
    this.#contexts = new ContextConnection(options);
  }

  get remote() {
    return this.#contexts.connection.remote;
  }

  /** RPC_C_AUTHN_LEVEL_* of its calls. */
  get level(): number {
    return this.#options.security?.level ?? RPC_C_AUTHN_LEVEL.NONE;
  }

  /** Settles when the connection has ended. */
  get ended(): Promise<void> {
    return this.#contexts.connection.ended;
  }

  close(): void {
    this.#contexts.close();
  }

  /**
   * One ORPC call, [MS-DCOM] 3.2.4.2; `cid` ties it to others of the same cause. Rejects with `RpcFault`,
   * `ContextRejected`, `SecurityError` or `TransportError`.
   */
  call<I extends object, O>(
    iid: InterfaceId,
    ipid: string,
    operation: Operation<I, O>,
    input: Omit<I, 'ORPCthis'>,
    cid = readUuid(this.#options.random(16)),
  ): Promise<O> {
    const { comVersion = COM_VERSION_5_7, orpcFlags = 0 } = this.#options;
    const ORPCthis = { version: comVersion, flags: orpcFlags, cid };
    return this.#contexts.call(iid, operation, { ORPCthis, ...input } as unknown as I, ipid);
  }
}

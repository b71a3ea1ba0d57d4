import { COM_VERSION_5_7, type COMVERSION } from '../codec/dcom/index.js';
import type { InterfaceDef, Operation } from '../codec/ndr/index.js';
import { readUuid } from '../codec/uuid.js';
import type { ClientSecurityOptions } from '../rpc/index.js';
import type { RandomBytes } from '../security/index.js';
import { acceptedContext, type CallOptions, propose, type RpcConnection } from './connection.js';

export interface ExporterConnectionOptions {
  readonly connection: RpcConnection;
  readonly security: ClientSecurityOptions | undefined;
  readonly random: RandomBytes;
  readonly comVersion?: COMVERSION;
  /** ORPCTHIS.flags, 0 where absent. */
  readonly orpcFlags?: number;
  readonly verificationTrailer?: boolean;
}

type InterfaceId = Pick<InterfaceDef, 'uuid' | 'version'>;

/** A connection to an object exporter: ORPC calls to any of its interfaces, one presentation context for each. */
export class ExporterConnection {
  readonly #options: ExporterConnectionOptions;
  readonly #contexts = new Map<string, Promise<number>>();
  #bound: Promise<unknown> | undefined;

  constructor(options: ExporterConnectionOptions) {
    this.#options = options;
  }

  get remote() {
    return this.#options.connection.remote;
  }

  close(): void {
    this.#options.connection.close();
  }

  /** One ORPC call, [MS-DCOM] 3.2.4.4. Rejects with `RpcFault`, `ContextRejected`, `SecurityError` or `TransportError`. */
  async call<I extends object, O>(
    iid: InterfaceId,
    ipid: string,
    operation: Operation<I, O>,
    input: Omit<I, 'ORPCthis'>,
  ): Promise<O> {
    const {
      connection,
      random,
      comVersion = COM_VERSION_5_7,
      orpcFlags = 0,
      security,
      verificationTrailer,
    } = this.#options;
    const contextId = await this.#contextOf(iid);
    const ORPCthis = { version: comVersion, flags: orpcFlags, cid: readUuid(random(16)) };
    const options: CallOptions = {
      contextId,
      object: ipid,
      ...(security === undefined ? {} : { authContextId: security.authContextId ?? 0 }),
      ...(verificationTrailer === undefined ? {} : { verificationTrailer }),
    };
    return connection.call(operation, { ORPCthis, ...input } as unknown as I, options);
  }

  /** The context of an interface; the first one is made by the bind that also authenticates, further ones by alter_context. */
  #contextOf(iid: InterfaceId): Promise<number> {
    const before = this.#contexts.get(iid.uuid);
    if (before !== undefined) return before;
    const elements = propose(iid, this.#contexts.size);
    const { connection, security } = this.#options;
    const results =
      this.#bound === undefined
        ? connection.bind(elements, security)
        : this.#bound.then(() => connection.alter(elements));
    const contextId = results.then((list) => acceptedContext(elements, list));
    // Bindings go one after the other: a connection negotiates one thing at a time.
    this.#bound = contextId.catch(() => undefined);
    this.#contexts.set(iid.uuid, contextId);
    return contextId;
  }
}

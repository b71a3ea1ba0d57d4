import type { Operation } from '../codec/ndr/index.js';
import { RPC_C_AUTHN_LEVEL } from '../codec/rpce/index.js';
import type { ClientSecurityOptions, TransferSyntaxName } from '../rpc/index.js';
import type { CallOptions, RpcConnection } from './connection.js';
import {
  acceptedContext,
  type InterfaceId,
  NDR20_ALONE,
  type ProposalRules,
  propose,
  proposeFeatures,
  syntaxOf,
} from './proposals.js';

/** A connection on which presentation contexts are made as calls need them. */
export interface ContextConnectionOptions {
  /** An open connection, which this one closes. */
  readonly connection: RpcConnection;
  /** The security context of its calls; undefined for none. */
  readonly security: ClientSecurityOptions | undefined;
  /** Which transfer syntaxes and features are proposed. */
  readonly proposals?: ProposalRules;
  /** p_cont_id of the first proposal; 0 where absent. A connection that joins an association may go on with its numbers. */
  readonly firstContextId?: number;
  /** Joins an association instead of opening one, so that no bind time features are proposed. */
  readonly joins?: boolean;
  /**
   * [MS-RPCE] 2.2.2.13: `first of a context`, as Windows adds it to the first request of each presentation context from
   * PKT_INTEGRITY on; `never` where absent.
   */
  readonly verificationTrailer?: 'never' | 'always' | 'first of a context';
}

interface Context {
  readonly id: number;
  readonly transferSyntax: TransferSyntaxName;
  calls: number;
}

/** A connection with one security context and a presentation context for each interface that is called over it. */
export class ContextConnection {
  readonly connection: RpcConnection;
  readonly #options: ContextConnectionOptions;
  readonly #contexts = new Map<string, Promise<Context>>();
  #nextContextId: number;
  #bound: Promise<unknown> | undefined;

  constructor(options: ContextConnectionOptions) {
    this.connection = options.connection;
    this.#options = options;
    this.#nextContextId = options.firstContextId ?? 0;
  }

  /** The p_cont_id that is proposed next. */
  get nextContextId(): number {
    return this.#nextContextId;
  }

  close(): void {
    this.connection.close();
  }

  /** One call. Rejects with `RpcFault`, `ContextRejected`, `BindRejected`, `SecurityError` or `TransportError`. */
  async call<I, O>(iid: InterfaceId, operation: Operation<I, O>, input: I, object?: string): Promise<O> {
    const context = await this.context(iid);
    const { security } = this.#options;
    const options: CallOptions & { transferSyntax: TransferSyntaxName } = {
      contextId: context.id,
      transferSyntax: context.transferSyntax,
      ...(object === undefined ? {} : { object }),
      ...(security === undefined ? {} : { authContextId: security.authContextId ?? 0 }),
      verificationTrailer: this.#addsTrailer(context),
    };
    context.calls++;
    return this.connection.call(operation, input, options);
  }

  /**
   * The presentation context of an interface: the first one is made by the bind that also authenticates, further ones by
   * alter_context. One that was refused is proposed again when it is asked for again.
   */
  context(iid: InterfaceId): Promise<Context> {
    const before = this.#contexts.get(iid.uuid);
    if (before !== undefined) return before;
    // Proposals go one after the other: a connection negotiates one thing at a time.
    const bound = this.#bound;
    const context = bound === undefined ? this.#bind(iid) : bound.then(() => this.#alter(iid));
    this.#bound = context.catch(() => undefined);
    this.#contexts.set(iid.uuid, context);
    context.catch(() => this.#contexts.delete(iid.uuid));
    return context;
  }

  async #bind(iid: InterfaceId): Promise<Context> {
    const { security, proposals = NDR20_ALONE, joins = false } = this.#options;
    const elements = this.#propose(iid);
    const all = proposals.features && !joins ? [...elements, proposeFeatures(iid, this.#nextContextId++)] : elements;
    const results = await this.connection.bind(all, security).catch((error) => {
      // Nothing can be called over a connection without an association.
      this.connection.close();
      throw error;
    });
    const id = acceptedContext(elements, results);
    return { id, transferSyntax: syntaxOf(elements, id), calls: 0 };
  }

  async #alter(iid: InterfaceId): Promise<Context> {
    const { insistsOnNdr20 } = this.#options.proposals ?? NDR20_ALONE;
    const elements = this.#propose(iid);
    const id = acceptedContext(elements, await this.connection.alter(elements));
    const transferSyntax = syntaxOf(elements, id);
    const ndr20 = elements.filter(({ p_cont_id }) => syntaxOf(elements, p_cont_id) === 'ndr20');
    if (!insistsOnNdr20 || transferSyntax === 'ndr20' || ndr20.length === 0) return { id, transferSyntax, calls: 0 };
    const again = acceptedContext(ndr20, await this.connection.alter(ndr20));
    return { id: again, transferSyntax: 'ndr20', calls: 0 };
  }

  #propose(iid: InterfaceId) {
    const { syntaxes } = this.#options.proposals ?? NDR20_ALONE;
    const elements = propose(iid, this.#nextContextId, syntaxes(iid.uuid));
    this.#nextContextId += elements.length;
    return elements;
  }

  #addsTrailer({ calls }: Context): boolean {
    const { verificationTrailer = 'never', security } = this.#options;
    if (verificationTrailer !== 'first of a context') return verificationTrailer === 'always';
    return calls === 0 && (security?.level ?? 0) >= RPC_C_AUTHN_LEVEL.PKT_INTEGRITY;
  }
}

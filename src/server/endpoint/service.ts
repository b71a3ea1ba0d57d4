import type { CodecError } from '../../codec/error.js';
import type { InterfaceDef, Layout, Operation } from '../../codec/ndr/index.js';
import type { Endpoint } from '../../net/channel.js';
import type { RpcInterface, ServerCall, TransferSyntaxName } from '../../rpc/index.js';

/** What a handler may know of the call that it answers. */
export interface CallContext {
  readonly call: ServerCall;
  /** The association that the call came on: the scope of its context handles ([MS-RPCE] 3.3.1.4.1). */
  readonly groupId: number;
  readonly client: Endpoint;
  /** The address and port that the client reached. */
  readonly server: Endpoint;
}

export type Handler<I, O> = (input: I, context: CallContext) => O | Promise<O>;

/** Runs before the parameters are unmarshalled, as the security callback of an interface does; throws `RpcFault`. */
export type Guard = (context: CallContext) => void;

/** Told of a request whose parameters cannot be read, before it is answered with a fault. */
export type Unreadable = (context: CallContext, error: CodecError) => void;

export interface MethodOptions<I> {
  readonly guard?: Guard;
  readonly unreadable?: Unreadable;
  /** What the answer's octets need to know of the request: a size_is that names one of its parameters. */
  readonly layout?: (input: I) => Layout;
}

export interface Method {
  readonly operation: Operation;
  readonly handler: Handler<never, unknown>;
  readonly guard: Guard | undefined;
  readonly unreadable: Unreadable | undefined;
  readonly layout: ((input: never) => Layout) | undefined;
}

/** Ties a handler to the operation that declares its parameters; the types of both must agree. */
export const method = <I, O>(
  operation: Operation<I, O>,
  handler: Handler<I, O>,
  { guard, unreadable, layout }: MethodOptions<I> = {},
): Method => ({ operation, handler, guard, unreadable, layout });

/** An interface with the code behind it. Opnums without a method are answered with nca_s_op_rng_error. */
export interface Service {
  readonly rpc: RpcInterface;
  readonly methods: ReadonlyMap<number, Method>;
}

export function service(
  definition: InterfaceDef,
  methods: readonly Method[],
  options: { readonly transferSyntaxes?: readonly TransferSyntaxName[] } = {},
): Service {
  const byOpnum = new Map(methods.map((item) => [item.operation.opnum, item]));
  const operationCount = Math.max(-1, ...byOpnum.keys(), ...definition.operations.keys()) + 1;
  return {
    rpc: {
      name: definition.name,
      uuid: definition.uuid,
      version: definition.version.major | (definition.version.minor << 16),
      operationCount,
      ...options,
    },
    methods: byOpnum,
  };
}

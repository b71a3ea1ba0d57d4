import type { CodecError } from '../../codec/error.js';
import type { InterfaceDef, Layout, Operation } from '../../codec/ndr/index.js';
import type { Endpoint } from '../../net/channel.js';
import { RpcFault, type RpcInterface, type ServerCall, type TransferSyntaxName } from '../../rpc/index.js';

/** What a handler may know of the call that it answers. */
export interface CallContext {
  readonly call: ServerCall;
  /** The association that the call came on: the scope of its context handles ([MS-RPCE] 3.3.1.4.1). */
  readonly groupId: number;
  readonly client: Endpoint;
  /** The address and port that the client reached. */
  readonly server: Endpoint;
}

/** Answers a call; `permit` is what the method's guard gave. An error that it throws is answered as a fault. */
export type Handler<I, O, P = void> = (input: I, context: CallContext, permit: P) => O | Promise<O>;

/**
 * Runs before the parameters are unmarshalled, as the security callback of an interface does. Its decision goes with
 * the call; a refusal is thrown, as `RpcFault`, or as `LoggedFault` where the log has it.
 */
export type Guard<P = void> = (context: CallContext) => P;

/** A fault whose refusal is in the server's log, in terms of the interface that refuses: nobody says it again. */
export class LoggedFault extends RpcFault {
  /** Of somebody else's code, where that threw something that is no fault. */
  readonly mistake: Error | undefined;

  constructor(status: number, options: ConstructorParameters<typeof RpcFault>[1] & { readonly mistake?: Error } = {}) {
    super(status, options);
    this.mistake = options.mistake;
  }
}

/** Told of a request whose parameters cannot be read, before it is answered with a fault. */
export type Unreadable<P = void> = (context: CallContext, error: CodecError, permit: P) => void;

/** What is done before a call comes to its handler. */
export interface MethodOptions<I, P = void> {
  /** Refuses calls by their level or caller before their parameters are read. */
  readonly guard?: Guard<P>;
  /** Told of parameters that cannot be read; the call is answered with a fault all the same. */
  readonly unreadable?: Unreadable<P>;
  /** What the answer's octets need to know of the request: a size_is that names one of its parameters. */
  readonly layout?: (input: I) => Layout;
}

/** One operation of a service, with what answers it. */
export interface Method {
  readonly operation: Operation;
  readonly handler: Handler<never, unknown, never>;
  readonly guard: Guard<unknown> | undefined;
  readonly unreadable: Unreadable<never> | undefined;
  readonly layout: ((input: never) => Layout) | undefined;
  /** [MS-RPCE] 3.1.1.5.3: whether parameters that contradict themselves are refused. */
  readonly strict: boolean;
}

/** Ties a handler to the operation that declares its parameters; the types of both must agree. */
export const method = <I, O, P = void>(
  operation: Operation<I, O>,
  handler: Handler<I, O, P>,
  { guard, unreadable, layout }: MethodOptions<I, P> = {},
): Method => ({ operation, handler, guard, unreadable, layout, strict: true });

/** An interface with the code behind it. Opnums without a method are answered with nca_s_op_rng_error. */
export interface Service {
  readonly rpc: RpcInterface;
  readonly methods: ReadonlyMap<number, Method>;
}

/** An RPC interface with what answers its operations, for `ServerOptions.services`. */
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

/**
 * An interface of other software of the machine, as the endpoint mapper and a bind know it: any opnum can be asked for,
 * and each is answered by nca_s_op_rng_error.
 */
export const silentService = (uuid: string, version: { readonly major: number; readonly minor: number }): Service => ({
  rpc: { name: uuid, uuid, version: version.major | (version.minor << 16), operationCount: 0 },
  methods: new Map(),
});

import type { CallOutcome } from '../../client/outcome.js';
import type { OBJREF } from '../../codec/dcom/index.js';
import type { InterfaceDef, Layout, Operation } from '../../codec/ndr/index.js';
import { CONNECT_RESULT } from '../../codec/opc/index.js';
import type { RefusedBy } from '../../codec/status/refused-by.js';
import type { LoggedEvent } from '../../hardening/events.js';
import type { Registry } from '../../hardening/registry.js';
import type { Endpoint } from '../../net/channel.js';
import type { Environment } from '../../net/environment.js';
import type { CallSecurity } from '../../rpc/index.js';
import type { Milliseconds } from '../../security/index.js';
import { HRESULT } from '../com.js';

/** A class that clients can activate. */
export interface ComClass {
  /** `49b2791a-b1ae-4c90-9b8e-e860ba07f889`; the generic class, which stands in for any, has none. */
  readonly clsid: string | undefined;
  /** For people: `MMC20.Application`. */
  readonly name: string;
  /** The address space that its server runs in, where it is not either ([MS-DCOM] 2.2.22.2.1). */
  readonly bits?: 32 | 64;
  /** Its server runs under the identity of the client: ACTVFLAGS_DISABLE_AAA forbids that. */
  readonly runsAsClient?: boolean;
  /** The least level of calls of its objects, where its server asks for more than the exporter does. */
  readonly leastLevel?: number;
  /** Its application identifier; a class that has one looks into the client's context ([MS-DCOM] 3.1.2.5.2.3). */
  readonly application?: string;
  create(host: ObjectHost): ComObject;
  /** Asked for each activation before an object, or the class factory, is made: what it gives is answered instead. */
  refuses?(asked: AskedOfClass): ClassRefusal | undefined;
}

/** What the server that an object lives in lends it. */
export interface ObjectHost extends Omit<Environment, 'network'> {
  /** The NetBIOS name of the machine. */
  readonly name: string;
  /** The NetBIOS name of its domain; its own where it is in none. */
  readonly domain: string;
  /** The values that decide on activations. */
  readonly registry: Registry;
  /** Its event log, oldest first. */
  readonly events: readonly LoggedEvent[];
  /** Told of each event from now on, until what it gives is called. */
  onEvent(listener: (entry: LoggedEvent) => void): () => void;
}

/** An activation as a class may know it. */
export interface AskedOfClass {
  readonly method: 'RemoteActivation' | 'RemoteGetClassObject' | 'RemoteCreateInstance';
  /** RPC_C_AUTHN_LEVEL_* */
  readonly level: number;
}

/** Why a class gives no object: an HRESULT in the answer, or the status of a fault. */
export interface ClassRefusal {
  readonly form: 'response' | 'fault';
  readonly status: number;
  readonly reason: string;
}

/** One object, as the exporter needs it: reference counts and identifiers are the exporter's business. */
export interface ComObject {
  /** For people: `MMC20.Application`, `Document`. */
  readonly name: string;
  /** The interface that an IID stands for; undefined where the object does not have it. IUnknown every object has. */
  queryInterface(iid: string): ComInterface | undefined;
  /** Clients need not ping for it: it lives until it is released ([MS-DCOM] 2.2.18.2, SORF_NOPING). */
  readonly noPing?: boolean;
  /** The last reference is gone, or the client has died. */
  released?(): void;
}

/** The methods of an interface by opnum; any other opnum is answered with E_NOTIMPL. */
export type ComInterface = ReadonlyMap<number, ComMethod>;

/** A method of an interface that is declared by hand. */
export interface ComMethod {
  readonly operation: Operation;
  readonly handler: (input: never, call: ObjectCall) => unknown;
  /** What the answer's octets need to know of the request: a size_is that names one of its parameters. */
  readonly layout?: ((input: never) => Layout) | undefined;
}

/** Who calls a method, and what it may ask of the exporter. */
export interface ObjectCall {
  readonly time: Milliseconds;
  readonly client: Endpoint;
  /** Undefined for a call without authentication. */
  readonly security: CallSecurity | undefined;
  /**
   * Hands out an interface of another object: what a method that returns an object puts into its answer. Undefined
   * where the object does not have it, or there are too many objects.
   */
  marshal(object: ComObject, iid: string): OBJREF | undefined;
  /**
   * An object of this server that the client hands back: what an OBJREF in a request stands for, with its references
   * given back ([MS-DCOM] 3.1.1.5.3). Undefined for an object of another exporter, or one that is gone.
   */
  unmarshal(objref: OBJREF): ComObject | undefined;
  /**
   * Reaches an object that the client hands over, so that it can be called back, by one of its interfaces ([MS-DCOM]
   * 3.2.4.1.2). Rejects with `CallBackFailed`.
   */
  reach(objref: OBJREF, iid: string): Promise<RemoteObject>;
  /** Writes into the server's list of refused calls that this one is refused, by the result in its answer. */
  refused(refusal: { readonly refusedBy: RefusedBy; readonly reason: string; readonly hresult: number }): void;
  /** Writes into the server's list of invocations what the client wanted done. Nothing is ever done. */
  record(invocation: { readonly member: string; readonly arguments: readonly unknown[] }): void;
}

/** An object as a method gives it, by an interface that it has: E_OUTOFMEMORY where there are too many objects. */
export function handOut(call: ObjectCall, object: ComObject, iid: string) {
  const pointer = call.marshal(object, iid) ?? null;
  return { pointer, ReturnValue: pointer === null ? HRESULT.E_OUTOFMEMORY : HRESULT.S_OK };
}

/** Nothing of what came back was an answer. */
const NOT_REACHED: ReadonlySet<RefusedBy> = new Set([
  'transport',
  'codec',
  'protocol',
  'signature',
  'limit',
  'safety rule',
]);

/** An object of a client could not be reached, or did not do what it was asked; `hresult` tells the client so. */
export class CallBackFailed extends Error {
  readonly outcome: CallOutcome;

  constructor(outcome: CallOutcome) {
    super(outcome.text);
    this.name = 'CallBackFailed';
    this.outcome = outcome;
  }

  get hresult(): number {
    const { refusedBy, status } = this.outcome;
    if (status === HRESULT.E_NOINTERFACE) return CONNECT_RESULT.CONNECT_E_CANNOTCONNECT;
    if (refusedBy !== undefined && NOT_REACHED.has(refusedBy)) return HRESULT.RPC_S_SERVER_UNAVAILABLE;
    if (refusedBy === 'bind' || refusedBy === 'authentication' || status === HRESULT.ERROR_ACCESS_DENIED)
      return HRESULT.E_ACCESSDENIED;
    // A Win32 error, such as OR_INVALID_OXID, as HRESULT_FROM_WIN32 makes one of it ([MS-ERREF] 2.1.2).
    return status === undefined || status >= 0x10000 ? (status ?? HRESULT.E_FAIL) : 0x80070000 + status;
  }
}

/** An object of a client that the server calls back. The outcome of each call is in the server's log. */
export interface RemoteObject {
  /** Rejects with `CallBackFailed`. */
  call<I extends object, O>(
    definition: InterfaceDef,
    operation: Operation<I, O>,
    input: Omit<I, 'ORPCthis'>,
  ): Promise<O>;
  /** Gives it back; the client is not pinged for it any more. Never rejects. */
  release(): Promise<void>;
}

/** Ties a handler to the ORPC operation that declares its parameters; ORPCTHIS and ORPCTHAT are the exporter's business. */
export const comMethod = <I extends object, O extends object>(
  operation: Operation<I, O>,
  handler: (input: Omit<I, 'ORPCthis'>, call: ObjectCall) => Omit<O, 'ORPCthat'> | Promise<Omit<O, 'ORPCthat'>>,
  layout?: (input: I) => Layout,
): ComMethod => ({ operation, handler, layout });

/** Methods in the form of a `ComInterface`. */
export const comInterface = (...methods: readonly ComMethod[]): ComInterface =>
  new Map(methods.map((item) => [item.operation.opnum, item]));

import type { OBJREF } from '../../codec/dcom/index.js';
import type { Operation } from '../../codec/ndr/index.js';
import type { Endpoint } from '../../net/channel.js';
import type { CallSecurity } from '../../rpc/index.js';
import type { Milliseconds } from '../../security/index.js';

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
  /** Its application identifier; a class that has one looks into the client's context ([MS-DCOM] 3.1.2.5.2.3). */
  readonly application?: string;
  create(): ComObject;
  /** Asked for each activation before an object, or the class factory, is made: what it gives is answered instead. */
  refuses?(asked: AskedOfClass): ClassRefusal | undefined;
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

export interface ComMethod {
  readonly operation: Operation;
  readonly handler: (input: never, call: ObjectCall) => unknown;
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
  /** Writes into the server's list of invocations what the client wanted done. Nothing is ever done. */
  record(invocation: { readonly member: string; readonly arguments: readonly unknown[] }): void;
}

/** Ties a handler to the ORPC operation that declares its parameters; ORPCTHIS and ORPCTHAT are the exporter's business. */
export const comMethod = <I extends object, O extends object>(
  operation: Operation<I, O>,
  handler: (input: Omit<I, 'ORPCthis'>, call: ObjectCall) => Omit<O, 'ORPCthat'> | Promise<Omit<O, 'ORPCthat'>>,
): ComMethod => ({ operation, handler });

/** Methods in the form of a `ComInterface`. */
export const comInterface = (...methods: readonly ComMethod[]): ComInterface =>
  new Map(methods.map((item) => [item.operation.opnum, item]));

import type { OBJREF } from '../../codec/dcom/index.js';
import {
  CONNECT_RESULT,
  IConnectionPoint,
  IConnectionPointContainer,
  IEnumConnectionPoints,
  IEnumConnections,
} from '../../codec/opc/index.js';
import { UUID_NULL } from '../../codec/uuid.js';
import type { Endpoint } from '../../net/channel.js';
import { HRESULT } from '../com.js';
import {
  CallBackFailed,
  type ComInterface,
  type ComObject,
  comInterface,
  comMethod,
  handOut,
  type ObjectCall,
  type RemoteObject,
} from './class.js';
import { enumerator } from './enumerators.js';

/** An object of a client that wants to be called. */
export interface Sink {
  readonly cookie: number;
  readonly remote: RemoteObject;
  readonly client: Endpoint;
  /** What the client handed over. */
  readonly objref: OBJREF;
}

/** Told of sinks that come and go. */
export interface ConnectionPointOptions {
  /** The interface that is called. */
  readonly iid: string;
  /** The object that the calls come from. */
  readonly container: () => ComObject;
  /** Sinks at a time; a further one is refused with CONNECT_E_ADVISELIMIT. 100 where absent. */
  readonly maxSinks?: number;
  /** Told of a sink that a client has connected (IConnectionPoint::Advise). */
  readonly advised?: (sink: Sink) => void;
  /** Told of a sink that a client has taken back (IConnectionPoint::Unadvise), or whose client has gone. */
  readonly unadvised?: (sink: Sink) => void;
}

const MAX_SINKS = 100;

/** One kind of calls that an object makes to its clients: ocidl.idl, IConnectionPoint. */
export class ConnectionPoint {
  readonly iid: string;
  readonly object: ComObject;
  readonly #options: ConnectionPointOptions;
  readonly #sinks = new Map<number, Sink>();
  #reaching = 0;
  #lastCookie = 0;

  constructor(options: ConnectionPointOptions) {
    this.#options = options;
    this.iid = options.iid;
    const methods = this.#methods();
    this.object = {
      name: 'connection point',
      queryInterface: (iid) => (iid === IConnectionPoint.uuid ? methods : undefined),
    };
  }

  get sinks(): readonly Sink[] {
    return [...this.#sinks.values()];
  }

  /** Forgets a sink and gives its object back. */
  async drop(cookie: number): Promise<boolean> {
    const sink = this.#sinks.get(cookie);
    if (sink === undefined) return false;
    this.#sinks.delete(cookie);
    this.#options.unadvised?.(sink);
    await sink.remote.release();
    return true;
  }

  /** Forgets all of them. */
  async close(): Promise<void> {
    await Promise.all([...this.#sinks.keys()].map((cookie) => this.drop(cookie)));
  }

  #methods(): ComInterface {
    const { methods } = IConnectionPoint;
    return comInterface(
      comMethod(methods.GetConnectionInterface, () => ({ pIID: this.iid, ReturnValue: HRESULT.S_OK })),
      comMethod(methods.GetConnectionPointContainer, (_, call) => {
        const { pointer, ReturnValue } = handOut(call, this.#options.container(), IConnectionPointContainer.uuid);
        return { ppCPC: pointer, ReturnValue };
      }),
      comMethod(methods.Advise, ({ pUnkSink }, call) => this.#advise(pUnkSink, call)),
      comMethod(methods.Unadvise, async ({ dwCookie }) => ({
        ReturnValue: (await this.drop(dwCookie)) ? HRESULT.S_OK : CONNECT_RESULT.CONNECT_E_NOCONNECTION,
      })),
      comMethod(methods.EnumConnections, (_, call) => {
        const found = enumerator(IEnumConnections, this.sinks, ({ objref, cookie }) => ({
          // Without references: whoever asks for them gets his own from the client.
          pUnk: 'std' in objref ? { ...objref, std: { ...objref.std, cPublicRefs: 0 } } : objref,
          dwCookie: cookie,
        }));
        const { pointer: ppEnum, ReturnValue } = handOut(call, found, IEnumConnections.uuid);
        return { ppEnum, ReturnValue };
      }),
    );
  }

  async #advise(objref: OBJREF | Uint8Array | null, call: ObjectCall) {
    const refused = (ReturnValue: number) => ({ pdwCookie: 0, ReturnValue });
    if (objref === null) return refused(HRESULT.E_POINTER);
    if (objref instanceof Uint8Array) return refused(HRESULT.RPC_E_INVALID_OBJREF);
    const { maxSinks = MAX_SINKS, advised } = this.#options;
    if (this.#sinks.size + this.#reaching >= maxSinks) return refused(CONNECT_RESULT.CONNECT_E_ADVISELIMIT);
    this.#reaching++;
    try {
      const remote = await call.reach(objref, this.iid);
      const sink = { cookie: ++this.#lastCookie, remote, client: call.client, objref };
      this.#sinks.set(sink.cookie, sink);
      advised?.(sink);
      return { pdwCookie: sink.cookie, ReturnValue: HRESULT.S_OK };
    } catch (error) {
      if (error instanceof CallBackFailed) return refused(error.hresult);
      throw error;
    } finally {
      this.#reaching--;
    }
  }
}

/** ocidl.idl, IConnectionPointContainer: which connection points an object has. */
export function connectionPointContainer(points: readonly ConnectionPoint[]): ComInterface {
  const { methods } = IConnectionPointContainer;
  return comInterface(
    comMethod(methods.EnumConnectionPoints, (_, call) => {
      const found = enumerator(
        IEnumConnectionPoints,
        points,
        ({ object }, by) => by.marshal(object, IConnectionPoint.uuid) ?? null,
      );
      const { pointer: ppEnum, ReturnValue } = handOut(call, found, IEnumConnectionPoints.uuid);
      return { ppEnum, ReturnValue };
    }),
    comMethod(methods.FindConnectionPoint, ({ riid }, call) => {
      if (riid === UUID_NULL) return { ppCP: null, ReturnValue: HRESULT.E_INVALIDARG };
      const point = points.find(({ iid }) => iid === riid);
      if (point === undefined) return { ppCP: null, ReturnValue: CONNECT_RESULT.CONNECT_E_NOCONNECTION };
      const { pointer: ppCP, ReturnValue } = handOut(call, point.object, IConnectionPoint.uuid);
      return { ppCP, ReturnValue };
    }),
  );
}

import { IOPCDataCallback } from '../../../codec/opc/index.js';
import { HRESULT } from '../../com.js';
import { type ComObject, comInterface, comMethod, type ObjectCall } from '../class.js';

/** The methods of IOPCDataCallback. */
export type CallbackMethods = typeof IOPCDataCallback.methods;

/** Parameters of a method of IOPCDataCallback, as the server calls it. */
export type CallbackParameters<M extends keyof CallbackMethods> = CallbackMethods[M] extends {
  readonly request: { decode(bytes: Uint8Array): { value: infer I } };
}
  ? I
  : never;

/** Values as a server sends them: OnDataChange and OnReadComplete. */
export type DataChange = Omit<CallbackParameters<'OnDataChange'>, 'ORPCthis'>;

/** Told of the data changes of a subscription, in their order. */
export interface DataListener {
  readonly changed?: (change: DataChange, call: ObjectCall) => void;
  readonly read?: (change: DataChange, call: ObjectCall) => void;
  readonly written?: (written: Omit<CallbackParameters<'OnWriteComplete'>, 'ORPCthis'>, call: ObjectCall) => void;
  readonly cancelled?: (cancelled: Omit<CallbackParameters<'OnCancelComplete'>, 'ORPCthis'>, call: ObjectCall) => void;
}

/** IOPCDataCallback, the object that a client hands to Advise. It answers S_OK, as clients must. */
export function dataSink(listener: DataListener): ComObject {
  const { methods } = IOPCDataCallback;
  const done = { ReturnValue: HRESULT.S_OK };
  const found = comInterface(
    comMethod(methods.OnDataChange, (change, call) => {
      listener.changed?.(change, call);
      return done;
    }),
    comMethod(methods.OnReadComplete, (change, call) => {
      listener.read?.(change, call);
      return done;
    }),
    comMethod(methods.OnWriteComplete, (written, call) => {
      listener.written?.(written, call);
      return done;
    }),
    comMethod(methods.OnCancelComplete, (cancelled, call) => {
      listener.cancelled?.(cancelled, call);
      return done;
    }),
  );
  return { name: 'data callback', queryInterface: (iid) => (iid === IOPCDataCallback.uuid ? found : undefined) };
}

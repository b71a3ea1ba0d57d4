import { CreateInstance, IClassFactory, LockServer } from '../../codec/oaut/index.js';
import { HRESULT } from '../com.js';
import { type ComClass, type ComObject, comInterface, comMethod, type ObjectHost } from './class.js';

/** What RemoteGetClassObject gives: an object that makes objects of a class ([MS-DCOM] 1.3.1). */
export function classFactory(comClass: ComClass, host: ObjectHost): ComObject {
  const methods = comInterface(
    comMethod(CreateInstance, ({ riid }, call) => {
      const created = comClass.create(host);
      const ppvObject = call.marshal(created, riid);
      return ppvObject === undefined
        ? { ppvObject: null, ReturnValue: HRESULT.E_NOINTERFACE }
        : { ppvObject, ReturnValue: HRESULT.S_OK };
    }),
    comMethod(LockServer, () => ({ ReturnValue: HRESULT.S_OK })),
  );
  return {
    name: `class factory of ${comClass.name}`,
    queryInterface: (iid) => (iid === IClassFactory.uuid ? methods : undefined),
  };
}

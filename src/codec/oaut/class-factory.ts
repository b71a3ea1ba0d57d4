import { MInterfacePointer } from '../dcom/minterface-pointer.js';
import { orpcOperation } from '../dcom/orpc.js';
import { HRESULT, i32, interfaceDef, unique, uuid } from '../ndr/index.js';
import { IID_IClassFactory, IID_IProvideClassInfo } from './constants.js';

/** No specification has this interface; `unknwn.idl` of the Windows SDK does: pUnkOuter is not sent. */
export const CreateInstance = orpcOperation({
  name: 'CreateInstance',
  opnum: 3,
  section: 'unknwn.idl: IClassFactory::RemoteCreateInstance',
  in: { riid: uuid },
  out: { ppvObject: unique(MInterfacePointer), ReturnValue: HRESULT },
});

export const LockServer = orpcOperation({
  name: 'LockServer',
  opnum: 4,
  section: 'unknwn.idl: IClassFactory::RemoteLockServer',
  in: { fLock: i32 },
  out: { ReturnValue: HRESULT },
});

/** What RemoteGetClassObject ([MS-DCOM] 3.1.2.5.2.3.2) gives a reference to. */
export const IClassFactory = interfaceDef({
  name: 'IClassFactory',
  uuid: IID_IClassFactory,
  version: { major: 0, minor: 0 },
  section: 'unknwn.idl',
  operations: [CreateInstance, LockServer],
});

export const GetClassInfo = orpcOperation({
  name: 'GetClassInfo',
  opnum: 3,
  section: 'ocidl.idl: IProvideClassInfo::GetClassInfo',
  in: {},
  out: { ppTI: unique(MInterfacePointer), ReturnValue: HRESULT },
});

export const IProvideClassInfo = interfaceDef({
  name: 'IProvideClassInfo',
  uuid: IID_IProvideClassInfo,
  version: { major: 0, minor: 0 },
  section: 'ocidl.idl',
  operations: [GetClassInfo],
});

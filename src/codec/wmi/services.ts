import { MInterfacePointer, orpcOperation } from '../dcom/index.js';
import { type Fields, HRESULT, interfaceDef, optional, u32, unique } from '../ndr/index.js';
import { BSTR } from '../oaut/bstr.js';
import { IWbemClassObject } from './class-object.js';
import { IID_IWbemServices } from './constants.js';
import { IWbemContext } from './context.js';

const pointer = unique(MInterfacePointer);
const object = unique(IWbemClassObject);
const context = unique(IWbemContext);
/** [in, out, unique]: left out where the client does not ask for it, and null where there is none. */
const inOut = optional(pointer);
const inOutObject = optional(object);

export const OpenNamespace = orpcOperation({
  name: 'OpenNamespace',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.3.1',
  in: { strNamespace: BSTR, lFlags: u32, pCtx: context, ppWorkingNamespace: inOut, ppResult: inOut },
  out: { ppWorkingNamespace: inOut, ppResult: inOut, ReturnValue: HRESULT },
});

export const CancelAsyncCall = orpcOperation({
  name: 'CancelAsyncCall',
  opnum: 4,
  section: '[MS-WMI] 3.1.4.3.2',
  in: { pSink: pointer },
  out: { ReturnValue: HRESULT },
});

export const QueryObjectSink = orpcOperation({
  name: 'QueryObjectSink',
  opnum: 5,
  section: '[MS-WMI] 3.1.4.3.3',
  in: { lFlags: u32 },
  out: { ppResponseHandler: pointer, ReturnValue: HRESULT },
});

/** [MS-WMI] 3.1.4.3 has its methods in the order of their opnums. */
const section = (opnum: number): string => `[MS-WMI] 3.1.4.3.${opnum - 2}`;

/**
 * A method and its twin of the next opnum, which does not wait: it takes the same parameters, and a sink to call back
 * where the method has pointers for what it gives.
 */
function withAsync<
  const I extends Fields,
  const P extends Fields = Record<never, never>,
  const O extends Fields = Record<never, never>,
>(declaration: {
  readonly name: string;
  readonly opnum: number;
  /** What both take. */
  readonly in: I;
  /** [in, out] of the one that waits. */
  readonly inOut?: P;
  readonly out?: O;
}) {
  const { name, opnum, in: parameters, inOut = {} as P, out = {} as O } = declaration;
  const waiting = orpcOperation({
    name,
    opnum,
    section: section(opnum),
    in: { ...parameters, ...inOut },
    out: { ...inOut, ...out, ReturnValue: HRESULT },
  });
  const async = orpcOperation({
    name: `${name}Async`,
    opnum: opnum + 1,
    section: section(opnum + 1),
    in: { ...parameters, pResponseHandler: pointer },
    out: { ReturnValue: HRESULT },
  });
  return [waiting, async] as const;
}

export const [GetObject, GetObjectAsync] = withAsync({
  name: 'GetObject',
  opnum: 6,
  in: { strObjectPath: BSTR, lFlags: u32, pCtx: context },
  inOut: { ppObject: inOutObject, ppCallResult: inOut },
});

export const [PutClass, PutClassAsync] = withAsync({
  name: 'PutClass',
  opnum: 8,
  in: { pObject: object, lFlags: u32, pCtx: context },
  inOut: { ppCallResult: inOut },
});

export const [DeleteClass, DeleteClassAsync] = withAsync({
  name: 'DeleteClass',
  opnum: 10,
  in: { strClass: BSTR, lFlags: u32, pCtx: context },
  inOut: { ppCallResult: inOut },
});

export const [CreateClassEnum, CreateClassEnumAsync] = withAsync({
  name: 'CreateClassEnum',
  opnum: 12,
  in: { strSuperclass: BSTR, lFlags: u32, pCtx: context },
  out: { ppEnum: pointer },
});

export const [PutInstance, PutInstanceAsync] = withAsync({
  name: 'PutInstance',
  opnum: 14,
  in: { pInst: object, lFlags: u32, pCtx: context },
  inOut: { ppCallResult: inOut },
});

export const [DeleteInstance, DeleteInstanceAsync] = withAsync({
  name: 'DeleteInstance',
  opnum: 16,
  in: { strObjectPath: BSTR, lFlags: u32, pCtx: context },
  inOut: { ppCallResult: inOut },
});

export const [CreateInstanceEnum, CreateInstanceEnumAsync] = withAsync({
  name: 'CreateInstanceEnum',
  opnum: 18,
  in: { strSuperClass: BSTR, lFlags: u32, pCtx: context },
  out: { ppEnum: pointer },
});

export const [ExecQuery, ExecQueryAsync] = withAsync({
  name: 'ExecQuery',
  opnum: 20,
  in: { strQueryLanguage: BSTR, strQuery: BSTR, lFlags: u32, pCtx: context },
  out: { ppEnum: pointer },
});

export const [ExecNotificationQuery, ExecNotificationQueryAsync] = withAsync({
  name: 'ExecNotificationQuery',
  opnum: 22,
  in: { strQueryLanguage: BSTR, strQuery: BSTR, lFlags: u32, pCtx: context },
  out: { ppEnum: pointer },
});

export const [ExecMethod, ExecMethodAsync] = withAsync({
  name: 'ExecMethod',
  opnum: 24,
  in: { strObjectPath: BSTR, strMethodName: BSTR, lFlags: u32, pCtx: context, pInParams: object },
  inOut: { ppOutParams: inOutObject, ppCallResult: inOut },
});

export const IWbemServices = interfaceDef({
  name: 'IWbemServices',
  uuid: IID_IWbemServices,
  version: { major: 0, minor: 0 },
  section: '[MS-WMI] 3.1.4.3',
  operations: [
    OpenNamespace,
    CancelAsyncCall,
    QueryObjectSink,
    GetObject,
    GetObjectAsync,
    PutClass,
    PutClassAsync,
    DeleteClass,
    DeleteClassAsync,
    CreateClassEnum,
    CreateClassEnumAsync,
    PutInstance,
    PutInstanceAsync,
    DeleteInstance,
    DeleteInstanceAsync,
    CreateInstanceEnum,
    CreateInstanceEnumAsync,
    ExecQuery,
    ExecQueryAsync,
    ExecNotificationQuery,
    ExecNotificationQueryAsync,
    ExecMethod,
    ExecMethodAsync,
  ],
});

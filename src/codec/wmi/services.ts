import { MInterfacePointer, orpcOperation } from '../dcom/index.js';
import { HRESULT, interfaceDef, optional, u32, unique } from '../ndr/index.js';
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

export const GetObject = orpcOperation({
  name: 'GetObject',
  opnum: 6,
  section: '[MS-WMI] 3.1.4.3.4',
  in: { strObjectPath: BSTR, lFlags: u32, pCtx: context, ppObject: inOutObject, ppCallResult: inOut },
  out: { ppObject: inOutObject, ppCallResult: inOut, ReturnValue: HRESULT },
});

export const GetObjectAsync = orpcOperation({
  name: 'GetObjectAsync',
  opnum: 7,
  section: '[MS-WMI] 3.1.4.3.5',
  in: { strObjectPath: BSTR, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const PutClass = orpcOperation({
  name: 'PutClass',
  opnum: 8,
  section: '[MS-WMI] 3.1.4.3.6',
  in: { pObject: object, lFlags: u32, pCtx: context, ppCallResult: inOut },
  out: { ppCallResult: inOut, ReturnValue: HRESULT },
});

export const PutClassAsync = orpcOperation({
  name: 'PutClassAsync',
  opnum: 9,
  section: '[MS-WMI] 3.1.4.3.7',
  in: { pObject: object, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const DeleteClass = orpcOperation({
  name: 'DeleteClass',
  opnum: 10,
  section: '[MS-WMI] 3.1.4.3.8',
  in: { strClass: BSTR, lFlags: u32, pCtx: context, ppCallResult: inOut },
  out: { ppCallResult: inOut, ReturnValue: HRESULT },
});

export const DeleteClassAsync = orpcOperation({
  name: 'DeleteClassAsync',
  opnum: 11,
  section: '[MS-WMI] 3.1.4.3.9',
  in: { strClass: BSTR, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const CreateClassEnum = orpcOperation({
  name: 'CreateClassEnum',
  opnum: 12,
  section: '[MS-WMI] 3.1.4.3.10',
  in: { strSuperclass: BSTR, lFlags: u32, pCtx: context },
  out: { ppEnum: pointer, ReturnValue: HRESULT },
});

export const CreateClassEnumAsync = orpcOperation({
  name: 'CreateClassEnumAsync',
  opnum: 13,
  section: '[MS-WMI] 3.1.4.3.11',
  in: { strSuperclass: BSTR, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const PutInstance = orpcOperation({
  name: 'PutInstance',
  opnum: 14,
  section: '[MS-WMI] 3.1.4.3.12',
  in: { pInst: object, lFlags: u32, pCtx: context, ppCallResult: inOut },
  out: { ppCallResult: inOut, ReturnValue: HRESULT },
});

export const PutInstanceAsync = orpcOperation({
  name: 'PutInstanceAsync',
  opnum: 15,
  section: '[MS-WMI] 3.1.4.3.13',
  in: { pInst: object, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const DeleteInstance = orpcOperation({
  name: 'DeleteInstance',
  opnum: 16,
  section: '[MS-WMI] 3.1.4.3.14',
  in: { strObjectPath: BSTR, lFlags: u32, pCtx: context, ppCallResult: inOut },
  out: { ppCallResult: inOut, ReturnValue: HRESULT },
});

export const DeleteInstanceAsync = orpcOperation({
  name: 'DeleteInstanceAsync',
  opnum: 17,
  section: '[MS-WMI] 3.1.4.3.15',
  in: { strObjectPath: BSTR, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const CreateInstanceEnum = orpcOperation({
  name: 'CreateInstanceEnum',
  opnum: 18,
  section: '[MS-WMI] 3.1.4.3.16',
  in: { strSuperClass: BSTR, lFlags: u32, pCtx: context },
  out: { ppEnum: pointer, ReturnValue: HRESULT },
});

export const CreateInstanceEnumAsync = orpcOperation({
  name: 'CreateInstanceEnumAsync',
  opnum: 19,
  section: '[MS-WMI] 3.1.4.3.17',
  in: { strSuperClass: BSTR, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const ExecQuery = orpcOperation({
  name: 'ExecQuery',
  opnum: 20,
  section: '[MS-WMI] 3.1.4.3.18',
  in: { strQueryLanguage: BSTR, strQuery: BSTR, lFlags: u32, pCtx: context },
  out: { ppEnum: pointer, ReturnValue: HRESULT },
});

export const ExecQueryAsync = orpcOperation({
  name: 'ExecQueryAsync',
  opnum: 21,
  section: '[MS-WMI] 3.1.4.3.19',
  in: { strQueryLanguage: BSTR, strQuery: BSTR, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const ExecNotificationQuery = orpcOperation({
  name: 'ExecNotificationQuery',
  opnum: 22,
  section: '[MS-WMI] 3.1.4.3.20',
  in: { strQueryLanguage: BSTR, strQuery: BSTR, lFlags: u32, pCtx: context },
  out: { ppEnum: pointer, ReturnValue: HRESULT },
});

export const ExecNotificationQueryAsync = orpcOperation({
  name: 'ExecNotificationQueryAsync',
  opnum: 23,
  section: '[MS-WMI] 3.1.4.3.21',
  in: { strQueryLanguage: BSTR, strQuery: BSTR, lFlags: u32, pCtx: context, pResponseHandler: pointer },
  out: { ReturnValue: HRESULT },
});

export const ExecMethod = orpcOperation({
  name: 'ExecMethod',
  opnum: 24,
  section: '[MS-WMI] 3.1.4.3.22',
  in: {
    strObjectPath: BSTR,
    strMethodName: BSTR,
    lFlags: u32,
    pCtx: context,
    pInParams: object,
    ppOutParams: inOutObject,
    ppCallResult: inOut,
  },
  out: { ppOutParams: inOutObject, ppCallResult: inOut, ReturnValue: HRESULT },
});

export const ExecMethodAsync = orpcOperation({
  name: 'ExecMethodAsync',
  opnum: 25,
  section: '[MS-WMI] 3.1.4.3.23',
  in: {
    strObjectPath: BSTR,
    strMethodName: BSTR,
    lFlags: u32,
    pCtx: context,
    pInParams: object,
    pResponseHandler: pointer,
  },
  out: { ReturnValue: HRESULT },
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

import { MInterfacePointer, orpcOperation } from '../dcom/index.js';
import {
  conformant,
  conformantBytes,
  conformantVarying,
  HRESULT,
  interfaceDef,
  sizeOf,
  u32,
  unique,
  uuid,
} from '../ndr/index.js';
import { BSTR } from '../oaut/bstr.js';
import { IWbemClassObject } from './class-object.js';
import {
  IID_IEnumWbemClassObject,
  IID_IWbemCallResult,
  IID_IWbemFetchSmartEnum,
  IID_IWbemObjectSink,
  IID_IWbemWCOSmartEnum,
} from './constants.js';

const version = { major: 0, minor: 0 };
const pointer = unique(MInterfacePointer);
const object = unique(IWbemClassObject);

export const Reset = orpcOperation({
  name: 'Reset',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.4.1',
  in: {},
  out: { ReturnValue: HRESULT },
});

/** The max_count of apObjects is uCount of the request. */
export const Next = orpcOperation({
  name: 'Next',
  opnum: 4,
  section: '[MS-WMI] 3.1.4.4.2',
  in: { lTimeout: u32, uCount: u32 },
  out: { apObjects: conformantVarying(object), puReturned: sizeOf('apObjects', u32), ReturnValue: HRESULT },
});

export const NextAsync = orpcOperation({
  name: 'NextAsync',
  opnum: 5,
  section: '[MS-WMI] 3.1.4.4.3',
  in: { uCount: u32, pSink: pointer },
  out: { ReturnValue: HRESULT },
});

export const Clone = orpcOperation({
  name: 'Clone',
  opnum: 6,
  section: '[MS-WMI] 3.1.4.4.4',
  in: {},
  out: { ppEnum: pointer, ReturnValue: HRESULT },
});

export const Skip = orpcOperation({
  name: 'Skip',
  opnum: 7,
  section: '[MS-WMI] 3.1.4.4.5',
  in: { lTimeout: u32, nCount: u32 },
  out: { ReturnValue: HRESULT },
});

export const IEnumWbemClassObject = interfaceDef({
  name: 'IEnumWbemClassObject',
  uuid: IID_IEnumWbemClassObject,
  version,
  section: '[MS-WMI] 3.1.4.4',
  operations: [Reset, Next, NextAsync, Clone, Skip],
});

export const GetSmartEnum = orpcOperation({
  name: 'GetSmartEnum',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.6.1',
  in: {},
  out: { ppSmartEnum: pointer, ReturnValue: HRESULT },
});

export const IWbemFetchSmartEnum = interfaceDef({
  name: 'IWbemFetchSmartEnum',
  uuid: IID_IWbemFetchSmartEnum,
  version,
  section: '[MS-WMI] 3.1.4.6',
  operations: [GetSmartEnum],
});

/** `pBuffer` is an ObjectArray, which takes the ones before it to be read. */
export const SmartNext = orpcOperation({
  name: 'Next',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.7.1',
  in: { proxyGUID: uuid, lTimeout: u32, uCount: u32 },
  out: {
    puReturned: u32,
    pdwBuffSize: sizeOf('pBuffer', u32),
    pBuffer: unique(conformantBytes),
    ReturnValue: HRESULT,
  },
});

export const IWbemWCOSmartEnum = interfaceDef({
  name: 'IWbemWCOSmartEnum',
  uuid: IID_IWbemWCOSmartEnum,
  version,
  section: '[MS-WMI] 3.1.4.7',
  operations: [SmartNext],
});

export const GetResultObject = orpcOperation({
  name: 'GetResultObject',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.5.1',
  in: { lTimeout: u32 },
  out: { ppResultObject: object, ReturnValue: HRESULT },
});

export const GetResultString = orpcOperation({
  name: 'GetResultString',
  opnum: 4,
  section: '[MS-WMI] 3.1.4.5.2',
  in: { lTimeout: u32 },
  out: { pstrResultString: BSTR, ReturnValue: HRESULT },
});

export const GetResultServices = orpcOperation({
  name: 'GetResultServices',
  opnum: 5,
  section: '[MS-WMI] 3.1.4.5.3',
  in: { lTimeout: u32 },
  out: { ppServices: pointer, ReturnValue: HRESULT },
});

export const GetCallStatus = orpcOperation({
  name: 'GetCallStatus',
  opnum: 6,
  section: '[MS-WMI] 3.1.4.5.4',
  in: { lTimeout: u32 },
  out: { plStatus: HRESULT, ReturnValue: HRESULT },
});

export const IWbemCallResult = interfaceDef({
  name: 'IWbemCallResult',
  uuid: IID_IWbemCallResult,
  version,
  section: '[MS-WMI] 3.1.4.5',
  operations: [GetResultObject, GetResultString, GetResultServices, GetCallStatus],
});

export const Indicate = orpcOperation({
  name: 'Indicate',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.2.1',
  in: { lObjectCount: sizeOf('apObjArray', u32), apObjArray: conformant(object) },
  out: { ReturnValue: HRESULT },
});

export const SetStatus = orpcOperation({
  name: 'SetStatus',
  opnum: 4,
  section: '[MS-WMI] 3.1.4.2.2',
  in: { lFlags: u32, hResult: HRESULT, strParam: BSTR, pObjParam: object },
  out: { ReturnValue: HRESULT },
});

export const IWbemObjectSink = interfaceDef({
  name: 'IWbemObjectSink',
  uuid: IID_IWbemObjectSink,
  version,
  section: '[MS-WMI] 3.1.4.2',
  operations: [Indicate, SetStatus],
});

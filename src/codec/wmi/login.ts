import { MInterfacePointer, orpcOperation } from '../dcom/index.js';
import { conformantVaryingBytes, cstring, HRESULT, interfaceDef, u32, unique, wstring } from '../ndr/index.js';
import { IID_IWbemLevel1Login, IID_IWbemLoginClientID, IID_IWbemLoginHelper } from './constants.js';
import { IWbemContext } from './context.js';

export const EstablishPosition = orpcOperation({
  name: 'EstablishPosition',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.1.1',
  in: { reserved1: unique(wstring), reserved2: u32 },
  out: { LocaleVersion: u32, ReturnValue: HRESULT },
});

export const RequestChallenge = orpcOperation({
  name: 'RequestChallenge',
  opnum: 4,
  section: '[MS-WMI] 3.1.4.1.2',
  in: { reserved1: unique(wstring), reserved2: unique(wstring) },
  out: { reserved3: conformantVaryingBytes, ReturnValue: HRESULT },
});

export const WBEMLogin = orpcOperation({
  name: 'WBEMLogin',
  opnum: 5,
  section: '[MS-WMI] 3.1.4.1.3',
  in: {
    reserved1: unique(wstring),
    reserved2: unique(conformantVaryingBytes),
    reserved3: u32,
    reserved4: unique(IWbemContext),
  },
  out: { reserved5: unique(MInterfacePointer), ReturnValue: HRESULT },
});

export const NTLMLogin = orpcOperation({
  name: 'NTLMLogin',
  opnum: 6,
  section: '[MS-WMI] 3.1.4.1.4',
  in: {
    wszNetworkResource: unique(wstring),
    wszPreferredLocale: unique(wstring),
    lFlags: u32,
    pCtx: unique(IWbemContext),
  },
  out: { ppNamespace: unique(MInterfacePointer), ReturnValue: HRESULT },
});

export const IWbemLevel1Login = interfaceDef({
  name: 'IWbemLevel1Login',
  uuid: IID_IWbemLevel1Login,
  version: { major: 0, minor: 0 },
  section: '[MS-WMI] 3.1.4.1',
  operations: [EstablishPosition, RequestChallenge, WBEMLogin, NTLMLogin],
});

export const SetClientInfo = orpcOperation({
  name: 'SetClientInfo',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.8.1',
  in: { wszClientMachine: unique(wstring), lClientProcId: u32, lReserved: u32 },
  out: { ReturnValue: HRESULT },
});

export const IWbemLoginClientID = interfaceDef({
  name: 'IWbemLoginClientID',
  uuid: IID_IWbemLoginClientID,
  version: { major: 0, minor: 0 },
  section: '[MS-WMI] 3.1.4.8',
  operations: [SetClientInfo],
});

export const SetEvent = orpcOperation({
  name: 'SetEvent',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.9.1',
  in: { sEventToSet: cstring },
  out: { ReturnValue: HRESULT },
});

export const IWbemLoginHelper = interfaceDef({
  name: 'IWbemLoginHelper',
  uuid: IID_IWbemLoginHelper,
  version: { major: 0, minor: 0 },
  section: '[MS-WMI] 3.1.4.9',
  operations: [SetEvent],
});

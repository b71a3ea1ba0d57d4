import { MInterfacePointer, orpcOperation } from '../dcom/index.js';
import {
  conformant,
  conformantBytes,
  cstring,
  HRESULT,
  i32,
  interfaceDef,
  sizeOf,
  struct,
  switchOf,
  u32,
  union,
  unique,
  uuid,
  wstring,
} from '../ndr/index.js';
import { IWbemClassObject } from './class-object.js';
import { IID_IWbemRefreshingServices, IID_IWbemRemoteRefresher } from './constants.js';
import { IWbemContext } from './context.js';

const version = { major: 0, minor: 0 };

export const WBEM_REFRESHED_OBJECT = struct('WBEM_REFRESHED_OBJECT', '[MS-WMI] 2.2.15', {
  m_lRequestId: i32,
  m_lBlobType: u32,
  m_lBlobLength: sizeOf('m_pbBlob', u32),
  m_pbBlob: unique(conformantBytes),
});

export const RemoteRefresh = orpcOperation({
  name: 'RemoteRefresh',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.13.1',
  in: { lFlags: u32 },
  out: {
    plNumObjects: sizeOf('paObjects', u32),
    paObjects: unique(conformant(WBEM_REFRESHED_OBJECT)),
    ReturnValue: HRESULT,
  },
});

export const StopRefreshing = orpcOperation({
  name: 'StopRefreshing',
  opnum: 4,
  section: '[MS-WMI] 3.1.4.13.2',
  in: { lNumIds: sizeOf('aplIds', u32), aplIds: conformant(i32), lFlags: u32 },
  out: { ReturnValue: HRESULT },
});

export const IWbemRemoteRefresher = interfaceDef({
  name: 'IWbemRemoteRefresher',
  uuid: IID_IWbemRemoteRefresher,
  version,
  section: '[MS-WMI] 3.1.4.13',
  operations: [RemoteRefresh, StopRefreshing],
});

const refresherId = struct('_WBEM_REFRESHER_ID', '[MS-WMI] 2.2.21', {
  m_szMachineName: unique(cstring),
  m_dwProcessId: u32,
  m_guidRefresherId: uuid,
});

const remote = struct('_WBEM_REFRESH_INFO_REMOTE', '[MS-WMI] 2.2.27', {
  m_pRefresher: unique(MInterfacePointer),
  m_pTemplate: unique(IWbemClassObject),
  m_Guid: uuid,
});

const nonHiPerf = struct('_WBEM_REFRESH_INFO_NON_HIPERF', '[MS-WMI] 2.2.26', {
  m_wszNamespace: unique(wstring),
  m_pTemplate: unique(IWbemClassObject),
});

/** [MS-WMI] 2.2.25. */
const WBEM_REFRESH_TYPE_INVALID = 0;
const WBEM_REFRESH_TYPE_REMOTE = 3;
const WBEM_REFRESH_TYPE_NON_HIPERF = 6;

const refreshInfo = struct('_WBEM_REFRESH_INFO', '[MS-WMI] 2.2.20', {
  m_lType: switchOf('m_Info', u32),
  m_Info: union('WBEM_REFRESH_INFO_UNION', '[MS-WMI] 2.2.28', u32, {
    [WBEM_REFRESH_TYPE_INVALID]: HRESULT,
    [WBEM_REFRESH_TYPE_REMOTE]: remote,
    [WBEM_REFRESH_TYPE_NON_HIPERF]: nonHiPerf,
  }),
  m_lCancelId: i32,
});

const reconnectInfo = struct('_WBEM_RECONNECT_INFO', '[MS-WMI] 2.2.22', {
  m_lType: u32,
  m_pwcsPath: unique(wstring),
});

const reconnectResults = struct('_WBEM_RECONNECT_RESULTS', '[MS-WMI] 2.2.23', { m_lId: i32, m_hr: HRESULT });

const context = unique(IWbemContext);
const added = { pInfo: refreshInfo, pdwSvrRefrVersion: u32, ReturnValue: HRESULT };

export const AddObjectToRefresher = orpcOperation({
  name: 'AddObjectToRefresher',
  opnum: 3,
  section: '[MS-WMI] 3.1.4.12.1',
  in: { pRefresherId: refresherId, wszPath: wstring, lFlags: u32, pContext: context, dwClientRefrVersion: u32 },
  out: added,
});

export const AddObjectToRefresherByTemplate = orpcOperation({
  name: 'AddObjectToRefresherByTemplate',
  opnum: 4,
  section: '[MS-WMI] 3.1.4.12.2',
  in: {
    pRefresherId: refresherId,
    pTemplate: unique(IWbemClassObject),
    lFlags: u32,
    pContext: context,
    dwClientRefrVersion: u32,
  },
  out: added,
});

export const AddEnumToRefresher = orpcOperation({
  name: 'AddEnumToRefresher',
  opnum: 5,
  section: '[MS-WMI] 3.1.4.12.3',
  in: { pRefresherId: refresherId, wszClass: wstring, lFlags: u32, pContext: context, dwClientRefrVersion: u32 },
  out: added,
});

export const RemoveObjectFromRefresher = orpcOperation({
  name: 'RemoveObjectFromRefresher',
  opnum: 6,
  section: '[MS-WMI] 3.1.4.12.4',
  in: { pRefresherId: refresherId, lId: i32, lFlags: u32, dwClientRefrVersion: u32 },
  out: { pdwSvrRefrVersion: u32, ReturnValue: HRESULT },
});

export const GetRemoteRefresher = orpcOperation({
  name: 'GetRemoteRefresher',
  opnum: 7,
  section: '[MS-WMI] 3.1.4.12.5',
  in: { pRefresherId: refresherId, lFlags: u32, dwClientRefrVersion: u32 },
  out: { ppRemRefresher: unique(MInterfacePointer), pGuid: uuid, pdwSvrRefrVersion: u32, ReturnValue: HRESULT },
});

export const ReconnectRemoteRefresher = orpcOperation({
  name: 'ReconnectRemoteRefresher',
  opnum: 8,
  section: '[MS-WMI] 3.1.4.12.6',
  in: {
    pRefresherId: refresherId,
    lFlags: u32,
    lNumObjects: sizeOf('apReconnectInfo', u32),
    dwClientRefrVersion: u32,
    apReconnectInfo: conformant(reconnectInfo),
    apReconnectResults: conformant(reconnectResults),
  },
  out: { apReconnectResults: conformant(reconnectResults), pdwSvrRefrVersion: u32, ReturnValue: HRESULT },
});

export const IWbemRefreshingServices = interfaceDef({
  name: 'IWbemRefreshingServices',
  uuid: IID_IWbemRefreshingServices,
  version,
  section: '[MS-WMI] 3.1.4.12',
  operations: [
    AddObjectToRefresher,
    AddObjectToRefresherByTemplate,
    AddEnumToRefresher,
    RemoveObjectFromRefresher,
    GetRemoteRefresher,
    ReconnectRemoteRefresher,
  ],
});

import { WBEM_CODES } from '../status/wbem.js';

/** [MS-WMI] 1.9 and Appendix A. */
export const CLSID_WbemLevel1Login = '8bc3f05e-d86b-11d0-a075-00c04fb68820';
export const CLSID_WbemBackupRestore = 'c49e32c6-bc8b-11d2-85d4-00105a1f8304';
/** [MS-WMI] 2.2.4 and 2.2.13: by which objects and contexts are marshaled. */
export const CLSID_WbemClassObjectMarshaler = '4590f812-1d3a-11d0-891f-00aa004b2e24';
export const CLSID_WbemContextMarshaler = '674b6698-ee92-11d0-ad71-00c04fd8fdff';

export const IID_IWbemClassObject = 'dc12a681-737f-11cf-884d-00aa004b2e24';
export const IID_IWbemContext = '44aca674-e8fc-11d0-a07c-00c04fb68820';
export const IID_IWbemLevel1Login = 'f309ad18-d86a-11d0-a075-00c04fb68820';
export const IID_IWbemLoginClientID = 'd4781cd6-e5d3-44df-ad94-930efe48a887';
export const IID_IWbemLoginHelper = '541679ab-2e5f-11d3-b34e-00104bcc4b4a';
export const IID_IWbemServices = '9556dc99-828c-11cf-a37e-00aa003240c7';
export const IID_IEnumWbemClassObject = '027947e1-d731-11ce-a357-000000000001';
export const IID_IWbemCallResult = '44aca675-e8fc-11d0-a07c-00c04fb68820';
export const IID_IWbemObjectSink = '7c857801-7381-11cf-884d-00aa004b2e24';
export const IID_IWbemFetchSmartEnum = '1c1c45ee-4395-11d2-b60b-00104b703efd';
export const IID_IWbemWCOSmartEnum = '423ec01e-2e35-11d2-b604-00104b703efd';
export const IID_IWbemBackupRestore = 'c49e32c7-bc8b-11d2-85d4-00105a1f8304';
export const IID_IWbemBackupRestoreEx = 'a359dec5-e813-4834-8a2a-ba7f1d777d76';
export const IID_IWbemRemoteRefresher = 'f1e9c5b2-f59b-11d2-b362-00105a1f8177';
export const IID_IWbemRefreshingServices = '2c9273e0-1dc3-11d3-b364-00105a1f8177';

/** [MS-WMI] 2.2.6 and 2.2.9. */
export const WBEM_FLAG_RETURN_IMMEDIATELY = 0x10;
export const WBEM_FLAG_FORWARD_ONLY = 0x20;
export const WBEM_FLAG_SHALLOW = 1;
export const WBEM_FLAG_PROTOTYPE = 2;

/** [MS-WMI] 2.2.8. */
export const WBEM_NO_WAIT = 0;
export const WBEM_INFINITE = 0xffffffff;

/** [MS-WMI] 2.2.11, with the two that say that all is well. */
export const WBEMSTATUS = { WBEM_S_NO_ERROR: 0, WBEM_S_FALSE: 1, ...WBEM_CODES } as const;

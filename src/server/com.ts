import { COM_VERSION_5_7, type COMVERSION } from '../codec/dcom/index.js';
import {
  DISP_E_BADINDEX,
  DISP_E_BADPARAMCOUNT,
  DISP_E_BADVARTYPE,
  DISP_E_EXCEPTION,
  DISP_E_MEMBERNOTFOUND,
  DISP_E_NONAMEDARGS,
  DISP_E_PARAMNOTFOUND,
  DISP_E_PARAMNOTOPTIONAL,
  DISP_E_TYPEMISMATCH,
  DISP_E_UNKNOWNINTERFACE,
  DISP_E_UNKNOWNNAME,
} from '../codec/oaut/index.js';
import type { DcomProfile } from './profile.js';

/** Results of activations and ORPC calls: [MS-ERREF] 2.1, and Win32 errors where [MS-DCOM] asks for those. */
export const HRESULT = {
  S_OK: 0,
  S_FALSE: 1,
  ERROR_ACCESS_DENIED: 0x00000005,
  E_NOTIMPL: 0x80004001,
  E_POINTER: 0x80004003,
  E_NOINTERFACE: 0x80004002,
  E_ACCESSDENIED: 0x80070005,
  E_OUTOFMEMORY: 0x8007000e,
  RPC_S_SERVER_UNAVAILABLE: 0x800706ba,
  E_INVALIDARG: 0x80070057,
  RPC_E_VERSION_MISMATCH: 0x80010110,
  RPC_E_INVALID_HEADER: 0x80010111,
  E_FAIL: 0x80004005,
  DISP_E_UNKNOWNINTERFACE,
  DISP_E_MEMBERNOTFOUND,
  DISP_E_PARAMNOTFOUND,
  DISP_E_TYPEMISMATCH,
  DISP_E_UNKNOWNNAME,
  DISP_E_NONAMEDARGS,
  DISP_E_BADVARTYPE,
  DISP_E_EXCEPTION,
  DISP_E_BADINDEX,
  DISP_E_BADPARAMCOUNT,
  DISP_E_PARAMNOTOPTIONAL,
  RPC_E_DISCONNECTED: 0x80010108,
  RPC_E_INVALID_OBJECT: 0x80010114,
  RPC_E_INVALID_OBJREF: 0x8001011d,
  CO_E_RUNAS_LOGON_FAILURE: 0x8000401a,
  CO_E_OBJNOTREG: 0x800401fc,
  REGDB_E_CLASSNOTREG: 0x80040154,
} as const;

/** [MS-DCOM] 1.7: a client may speak an older minor version, and nothing else; newer Windows takes none but its own. */
export function versionRefusal(
  { MajorVersion, MinorVersion }: COMVERSION,
  below7: DcomProfile['minorVersionsBelow7'],
): { readonly hresult: number; readonly reason: string } | undefined {
  const spoken = `COM version ${MajorVersion}.${MinorVersion}`;
  const newest = COM_VERSION_5_7.MinorVersion;
  if (MajorVersion !== COM_VERSION_5_7.MajorVersion || MinorVersion > newest)
    return { hresult: HRESULT.RPC_E_VERSION_MISMATCH, reason: `${spoken} is not 5.0 to 5.7` };
  if (MinorVersion < newest && below7 === 'refused')
    return {
      hresult: HRESULT.RPC_E_INVALID_HEADER,
      reason: `${spoken} is below 5.7, which Windows of this age asks for`,
    };
  return undefined;
}

import { COM_VERSION_5_7, type COMVERSION } from '../codec/dcom/index.js';

/** Results of activations and ORPC calls: [MS-ERREF] 2.1, and Win32 errors where [MS-DCOM] asks for those. */
export const HRESULT = {
  S_OK: 0,
  ERROR_ACCESS_DENIED: 0x00000005,
  E_NOTIMPL: 0x80004001,
  E_NOINTERFACE: 0x80004002,
  E_ACCESSDENIED: 0x80070005,
  E_OUTOFMEMORY: 0x8007000e,
  E_INVALIDARG: 0x80070057,
  RPC_E_VERSION_MISMATCH: 0x80010110,
  RPC_E_INVALID_HEADER: 0x80010111,
  E_FAIL: 0x80004005,
  DISP_E_UNKNOWNINTERFACE: 0x80020001,
  DISP_E_MEMBERNOTFOUND: 0x80020003,
  DISP_E_UNKNOWNNAME: 0x80020006,
  DISP_E_NONAMEDARGS: 0x80020007,
  DISP_E_EXCEPTION: 0x80020009,
  DISP_E_BADPARAMCOUNT: 0x8002000e,
  RPC_E_DISCONNECTED: 0x80010108,
  RPC_E_INVALID_OBJECT: 0x80010114,
  CO_E_OBJNOTREG: 0x800401fc,
  REGDB_E_CLASSNOTREG: 0x80040154,
} as const;

/** [MS-DCOM] 1.7: a client may speak an older minor version, and nothing else. */
export const versionMatches = ({ MajorVersion, MinorVersion }: COMVERSION): boolean =>
  MajorVersion === COM_VERSION_5_7.MajorVersion && MinorVersion <= COM_VERSION_5_7.MinorVersion;

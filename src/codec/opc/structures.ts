import { FILETIME } from '../filetime.js';
import {
  conformant,
  conformantBytes,
  enum16,
  HRESULT,
  type Infer,
  reserved,
  sizeOf,
  struct,
  u16,
  u32,
  unique,
} from '../ndr/index.js';
import { VARIANT } from '../oaut/index.js';
import { text } from './parameters.js';
import { BOOL } from './scalars.js';

const blob = unique(conformantBytes);

export const OPCSERVERSTATUS = struct(
  'OPCSERVERSTATUS',
  'opcda.idl',
  {
    ftStartTime: FILETIME,
    ftCurrentTime: FILETIME,
    ftLastUpdateTime: FILETIME,
    dwServerState: enum16,
    dwGroupCount: u32,
    dwBandWidth: u32,
    wMajorVersion: u16,
    wMinorVersion: u16,
    wBuildNumber: u16,
    wReserved: reserved(u16, 0),
    szVendorInfo: text,
  },
  { dwServerState: 'OPC_STATUS_*', dwBandWidth: '0xffffffff where unknown' },
);
export type OPCSERVERSTATUS = Infer<typeof OPCSERVERSTATUS>;

export const OPCITEMDEF = struct(
  'OPCITEMDEF',
  'opcda.idl',
  {
    szAccessPath: text,
    szItemID: text,
    bActive: BOOL,
    hClient: u32,
    dwBlobSize: sizeOf('pBlob', u32),
    pBlob: blob,
    vtRequestedDataType: u16,
    wReserved: reserved(u16, 0),
  },
  { hClient: 'what the client calls the item in its callbacks', vtRequestedDataType: 'VT_*; VT_EMPTY: the item’s own' },
);
export type OPCITEMDEF = Infer<typeof OPCITEMDEF>;

export const OPCITEMRESULT = struct('OPCITEMRESULT', 'opcda.idl', {
  hServer: u32,
  vtCanonicalDataType: u16,
  wReserved: reserved(u16, 0),
  dwAccessRights: u32,
  dwBlobSize: sizeOf('pBlob', u32),
  pBlob: blob,
});
export type OPCITEMRESULT = Infer<typeof OPCITEMRESULT>;

export const OPCITEMSTATE = struct('OPCITEMSTATE', 'opcda.idl', {
  hClient: u32,
  ftTimeStamp: FILETIME,
  wQuality: u16,
  wReserved: reserved(u16, 0),
  vDataValue: VARIANT,
});
export type OPCITEMSTATE = Infer<typeof OPCITEMSTATE>;

export const OPCITEMATTRIBUTES = struct('OPCITEMATTRIBUTES', 'opcda.idl', {
  szAccessPath: text,
  szItemID: text,
  bActive: BOOL,
  hClient: u32,
  hServer: u32,
  dwAccessRights: u32,
  dwBlobSize: sizeOf('pBlob', u32),
  pBlob: blob,
  vtRequestedDataType: u16,
  vtCanonicalDataType: u16,
  dwEUType: enum16,
  vEUInfo: VARIANT,
});
export type OPCITEMATTRIBUTES = Infer<typeof OPCITEMATTRIBUTES>;

export const OPCITEMPROPERTY = struct('OPCITEMPROPERTY', 'opcda.idl', {
  vtDataType: u16,
  wReserved: reserved(u16, 0),
  dwPropertyID: u32,
  szItemID: text,
  szDescription: text,
  vValue: VARIANT,
  hrErrorID: HRESULT,
  dwReserved: reserved(u32, 0),
});
export type OPCITEMPROPERTY = Infer<typeof OPCITEMPROPERTY>;

export const OPCITEMPROPERTIES = struct('OPCITEMPROPERTIES', 'opcda.idl', {
  hrErrorID: HRESULT,
  dwNumProperties: sizeOf('pItemProperties', u32),
  pItemProperties: unique(conformant(OPCITEMPROPERTY)),
  dwReserved: reserved(u32, 0),
});
export type OPCITEMPROPERTIES = Infer<typeof OPCITEMPROPERTIES>;

export const OPCBROWSEELEMENT = struct('OPCBROWSEELEMENT', 'opcda.idl', {
  szName: text,
  szItemID: text,
  dwFlagValue: u32,
  dwReserved: reserved(u32, 0),
  ItemProperties: OPCITEMPROPERTIES,
});
export type OPCBROWSEELEMENT = Infer<typeof OPCBROWSEELEMENT>;

export const OPCITEMVQT = struct('OPCITEMVQT', 'opcda.idl', {
  vDataValue: VARIANT,
  bQualitySpecified: BOOL,
  wQuality: u16,
  wReserved: reserved(u16, 0),
  bTimeStampSpecified: BOOL,
  dwReserved: reserved(u32, 0),
  ftTimeStamp: FILETIME,
});
export type OPCITEMVQT = Infer<typeof OPCITEMVQT>;

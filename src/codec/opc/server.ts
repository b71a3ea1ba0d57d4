import { vtable } from '../dcom/vtable.js';
import { FILETIME } from '../filetime.js';
import { conformant, enum16, float, HRESULT, i32, u16, u32, unique, uuid, wstring } from '../ndr/index.js';
import { VARIANT } from '../oaut/index.js';
import { countOf, errors, pointer, results, text } from './parameters.js';
import { BOOL } from './scalars.js';
import { OPCBROWSEELEMENT, OPCITEMPROPERTIES, OPCITEMVQT, OPCSERVERSTATUS } from './structures.js';

export const IOPCServer = vtable({
  name: 'IOPCServer',
  uuid: '39c13a4d-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    AddGroup: {
      in: {
        szName: wstring,
        bActive: BOOL,
        dwRequestedUpdateRate: u32,
        hClientGroup: u32,
        pTimeBias: unique(i32),
        pPercentDeadband: unique(float),
        dwLCID: u32,
        riid: uuid,
      },
      out: { phServerGroup: u32, pRevisedUpdateRate: u32, ppUnk: pointer },
    },
    GetErrorString: { in: { dwError: HRESULT, dwLocale: u32 }, out: { ppString: text } },
    GetGroupByName: { in: { szName: wstring, riid: uuid }, out: { ppUnk: pointer } },
    GetStatus: { in: {}, out: { ppServerStatus: unique(OPCSERVERSTATUS) } },
    RemoveGroup: { in: { hServerGroup: u32, bForce: BOOL }, out: {} },
    CreateGroupEnumerator: { in: { dwScope: enum16, riid: uuid }, out: { ppUnk: pointer } },
  },
});

export const IOPCServerPublicGroups = vtable({
  name: 'IOPCServerPublicGroups',
  uuid: '39c13a4e-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    GetPublicGroupByName: { in: { szName: wstring, riid: uuid }, out: { ppUnk: pointer } },
    RemovePublicGroup: { in: { hServerGroup: u32, bForce: BOOL }, out: {} },
  },
});

export const IOPCBrowseServerAddressSpace = vtable({
  name: 'IOPCBrowseServerAddressSpace',
  uuid: '39c13a4f-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    QueryOrganization: { in: {}, out: { pNameSpaceType: enum16 } },
    ChangeBrowsePosition: { in: { dwBrowseDirection: enum16, szString: wstring }, out: {} },
    BrowseOPCItemIDs: {
      in: {
        dwBrowseFilterType: enum16,
        szFilterCriteria: wstring,
        vtDataTypeFilter: u16,
        dwAccessRightsFilter: u32,
      },
      out: { ppIEnumString: pointer },
    },
    GetItemID: { in: { szItemDataID: wstring }, out: { szItemID: text } },
    BrowseAccessPaths: { in: { szItemID: wstring }, out: { ppIEnumString: pointer } },
  },
});

export const IOPCItemProperties = vtable({
  name: 'IOPCItemProperties',
  uuid: '39c13a72-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    QueryAvailableProperties: {
      in: { szItemID: wstring },
      out: {
        pdwCount: countOf('ppPropertyIDs'),
        ppPropertyIDs: results(u32),
        ppDescriptions: results(text),
        ppvtDataTypes: results(u16),
      },
    },
    GetItemProperties: {
      in: { szItemID: wstring, dwCount: countOf('pdwPropertyIDs'), pdwPropertyIDs: conformant(u32) },
      out: { ppvData: results(VARIANT), ppErrors: errors },
    },
    LookupItemIDs: {
      in: { szItemID: wstring, dwCount: countOf('pdwPropertyIDs'), pdwPropertyIDs: conformant(u32) },
      out: { ppszNewItemIDs: results(text), ppErrors: errors },
    },
  },
});

export const IOPCBrowse = vtable({
  name: 'IOPCBrowse',
  uuid: '39227004-a18f-4b57-8b0a-5235670f4468',
  idl: 'opcda.idl',
  methods: {
    GetProperties: {
      in: {
        dwItemCount: countOf('pszItemIDs'),
        pszItemIDs: conformant(text),
        bReturnPropertyValues: BOOL,
        dwPropertyCount: countOf('pdwPropertyIDs'),
        pdwPropertyIDs: conformant(u32),
      },
      out: { ppItemProperties: results(OPCITEMPROPERTIES) },
    },
    Browse: {
      in: {
        szItemID: wstring,
        pszContinuationPoint: text,
        dwMaxElementsReturned: u32,
        dwBrowseFilter: enum16,
        szElementNameFilter: wstring,
        szVendorFilter: wstring,
        bReturnAllProperties: BOOL,
        bReturnPropertyValues: BOOL,
        dwPropertyCount: countOf('pdwPropertyIDs'),
        pdwPropertyIDs: conformant(u32),
      },
      out: {
        pszContinuationPoint: text,
        pbMoreElements: BOOL,
        pdwCount: countOf('ppBrowseElements'),
        ppBrowseElements: results(OPCBROWSEELEMENT),
      },
    },
  },
});

export const IOPCItemIO = vtable({
  name: 'IOPCItemIO',
  uuid: '85c0b427-2893-4cbc-bd78-e5fc5146f08f',
  idl: 'opcda.idl',
  methods: {
    Read: {
      in: { dwCount: countOf('pszItemIDs'), pszItemIDs: conformant(text), pdwMaxAge: conformant(u32) },
      out: {
        ppvValues: results(VARIANT),
        ppwQualities: results(u16),
        ppftTimeStamps: results(FILETIME),
        ppErrors: errors,
      },
    },
    WriteVQT: {
      in: { dwCount: countOf('pszItemIDs'), pszItemIDs: conformant(text), pItemVQT: conformant(OPCITEMVQT) },
      out: { ppErrors: errors },
    },
  },
});

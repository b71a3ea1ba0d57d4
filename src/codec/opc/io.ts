import { vtable } from '../dcom/vtable.js';
import { FILETIME } from '../filetime.js';
import { conformant, enum16, u16, u32 } from '../ndr/index.js';
import { VARIANT } from '../oaut/index.js';
import { countOf, errors, results } from './parameters.js';
import { BOOL } from './scalars.js';
import { OPCITEMSTATE, OPCITEMVQT } from './structures.js';

const handles = { dwCount: countOf('phServer'), phServer: conformant(u32) };

export const IOPCSyncIO = vtable({
  name: 'IOPCSyncIO',
  uuid: '39c13a52-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    Read: {
      in: { dwSource: enum16, ...handles },
      out: { ppItemValues: results(OPCITEMSTATE), ppErrors: errors },
    },
    Write: { in: { ...handles, pItemValues: conformant(VARIANT) }, out: { ppErrors: errors } },
  },
});

export const IOPCSyncIO2 = vtable({
  name: 'IOPCSyncIO2',
  uuid: '730f5f0f-55b1-4c81-9e18-ff8a0904e1fa',
  idl: 'opcda.idl',
  base: IOPCSyncIO,
  methods: {
    ReadMaxAge: {
      in: { ...handles, pdwMaxAge: conformant(u32) },
      out: {
        ppvValues: results(VARIANT),
        ppwQualities: results(u16),
        ppftTimeStamps: results(FILETIME),
        ppErrors: errors,
      },
    },
    WriteVQT: { in: { ...handles, pItemVQT: conformant(OPCITEMVQT) }, out: { ppErrors: errors } },
  },
});

/** Of Data Access 1.0: its results go to an IAdviseSink. */
export const IOPCAsyncIO = vtable({
  name: 'IOPCAsyncIO',
  uuid: '39c13a53-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    Read: {
      in: { dwConnection: u32, dwSource: enum16, ...handles },
      out: { pTransactionID: u32, ppErrors: errors },
    },
    Write: {
      in: { dwConnection: u32, ...handles, pItemValues: conformant(VARIANT) },
      out: { pTransactionID: u32, ppErrors: errors },
    },
    Refresh: { in: { dwConnection: u32, dwSource: enum16 }, out: { pTransactionID: u32 } },
    Cancel: { in: { dwTransactionID: u32 }, out: {} },
  },
});

const begun = { pdwCancelID: u32, ppErrors: errors };

export const IOPCAsyncIO2 = vtable({
  name: 'IOPCAsyncIO2',
  uuid: '39c13a71-011e-11d0-9675-0020afd8adb3',
  idl: 'opcda.idl',
  methods: {
    Read: { in: { ...handles, dwTransactionID: u32 }, out: begun },
    Write: { in: { ...handles, pItemValues: conformant(VARIANT), dwTransactionID: u32 }, out: begun },
    Refresh2: { in: { dwSource: enum16, dwTransactionID: u32 }, out: { pdwCancelID: u32 } },
    Cancel2: { in: { dwCancelID: u32 }, out: {} },
    SetEnable: { in: { bEnable: BOOL }, out: {} },
    GetEnable: { in: {}, out: { pbEnable: BOOL } },
  },
});

export const IOPCAsyncIO3 = vtable({
  name: 'IOPCAsyncIO3',
  uuid: '0967b97b-36ef-423e-b6f8-6bff1e40d39d',
  idl: 'opcda.idl',
  base: IOPCAsyncIO2,
  methods: {
    ReadMaxAge: { in: { ...handles, pdwMaxAge: conformant(u32), dwTransactionID: u32 }, out: begun },
    WriteVQT: { in: { ...handles, pItemVQT: conformant(OPCITEMVQT), dwTransactionID: u32 }, out: begun },
    RefreshMaxAge: { in: { dwMaxAge: u32, dwTransactionID: u32 }, out: { pdwCancelID: u32 } },
  },
});

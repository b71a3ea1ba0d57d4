import { MInterfacePointer } from '../dcom/minterface-pointer.js';
import { orpcOperation } from '../dcom/orpc.js';
import {
  conformant,
  HRESULT,
  type Infer,
  interfaceDef,
  reserved,
  sizeOf,
  struct,
  u16,
  u32,
  unique,
  uuid,
  wstring,
} from '../ndr/index.js';
import { BSTR } from './bstr.js';
import { IID_IDispatch } from './constants.js';
import { DISPID, ULONG_PTR } from './scalars.js';
import { VARIANT } from './variant.js';

export const DISPPARAMS = struct(
  'DISPPARAMS',
  '[MS-OAUT] 2.2.33',
  {
    rgvarg: unique(conformant(VARIANT)),
    rgdispidNamedArgs: unique(conformant(DISPID)),
    cArgs: sizeOf('rgvarg', u32),
    cNamedArgs: sizeOf('rgdispidNamedArgs', u32),
  },
  { rgvarg: 'the named arguments, then the others, the first one last', rgdispidNamedArgs: 'names of the former' },
);
export type DISPPARAMS = Infer<typeof DISPPARAMS>;

export const EXCEPINFO = struct(
  'EXCEPINFO',
  '[MS-OAUT] 2.2.34',
  {
    wCode: u16,
    wReserved: reserved(u16, 0),
    bstrSource: BSTR,
    bstrDescription: BSTR,
    bstrHelpFile: BSTR,
    dwHelpContext: u32,
    pvReserved: reserved<number | bigint>(ULONG_PTR, 0),
    pfnDeferredFillIn: reserved<number | bigint>(ULONG_PTR, 0),
    scode: HRESULT,
  },
  { wCode: '0, or above 1000 where scode is 0', scode: 'a failure, or 0 where wCode is none' },
);
export type EXCEPINFO = Infer<typeof EXCEPINFO>;

export const GetTypeInfoCount = orpcOperation({
  name: 'GetTypeInfoCount',
  opnum: 3,
  section: '[MS-OAUT] 3.1.4.1',
  in: {},
  out: { pctinfo: u32, ReturnValue: HRESULT },
});

export const GetTypeInfo = orpcOperation({
  name: 'GetTypeInfo',
  opnum: 4,
  section: '[MS-OAUT] 3.1.4.2',
  in: { iTInfo: u32, lcid: u32 },
  out: { ppTInfo: unique(MInterfacePointer), ReturnValue: HRESULT },
});

export const GetIDsOfNames = orpcOperation({
  name: 'GetIDsOfNames',
  opnum: 5,
  section: '[MS-OAUT] 3.1.4.3',
  in: { riid: uuid, rgszNames: conformant(unique(wstring)), cNames: sizeOf('rgszNames', u32), lcid: u32 },
  out: { rgDispId: conformant(DISPID), ReturnValue: HRESULT },
});

export const Invoke = orpcOperation({
  name: 'Invoke',
  opnum: 6,
  section: '[MS-OAUT] 3.1.4.4',
  in: {
    dispIdMember: DISPID,
    riid: uuid,
    lcid: u32,
    dwFlags: u32,
    pDispParams: DISPPARAMS,
    cVarRef: sizeOf('rgVarRef', u32),
    rgVarRefIdx: conformant(u32),
    rgVarRef: conformant(VARIANT),
  },
  out: {
    pVarResult: VARIANT,
    pExcepInfo: EXCEPINFO,
    pArgErr: u32,
    rgVarRef: conformant(VARIANT),
    ReturnValue: HRESULT,
  },
});

export const IDispatch = interfaceDef({
  name: 'IDispatch',
  uuid: IID_IDispatch,
  version: { major: 0, minor: 0 },
  section: '[MS-OAUT] 3.1.4',
  operations: [GetTypeInfoCount, GetTypeInfo, GetIDsOfNames, Invoke],
});

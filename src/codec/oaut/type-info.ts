import { orpcOperation } from '../dcom/orpc.js';
import { conformantVarying, HRESULT, interfaceDef, reserved, sizeOf, u32, unique } from '../ndr/index.js';
import { BSTR } from './bstr.js';
import { IID_ITypeInfo } from './constants.js';
import { DISPID } from './scalars.js';
import { FUNCDESC, TYPEATTR } from './type-descriptions.js';

export const GetTypeAttr = orpcOperation({
  name: 'GetTypeAttr',
  opnum: 3,
  section: '[MS-OAUT] 3.7.4.1',
  in: {},
  out: { ppTypeAttr: unique(TYPEATTR), pReserved: reserved(u32, 0), ReturnValue: HRESULT },
});

export const GetFuncDesc = orpcOperation({
  name: 'GetFuncDesc',
  opnum: 5,
  section: '[MS-OAUT] 3.7.4.3',
  in: { index: u32 },
  out: { ppFuncDesc: unique(FUNCDESC), pReserved: reserved(u32, 0), ReturnValue: HRESULT },
});

export const GetNames = orpcOperation({
  name: 'GetNames',
  opnum: 7,
  section: '[MS-OAUT] 3.7.4.5',
  in: { memid: DISPID, cMaxNames: u32 },
  out: { rgBstrNames: conformantVarying(BSTR), pcNames: sizeOf('rgBstrNames', u32), ReturnValue: HRESULT },
});

export const GetDocumentation = orpcOperation({
  name: 'GetDocumentation',
  opnum: 12,
  section: '[MS-OAUT] 3.7.4.8',
  in: { memid: DISPID, refPtrFlags: u32 },
  out: { pBstrName: BSTR, pBstrDocString: BSTR, pdwHelpContext: u32, pBstrHelpFile: BSTR, ReturnValue: HRESULT },
});

/** The operations by which a client learns the members of an object; the others are not declared. */
export const ITypeInfo = interfaceDef({
  name: 'ITypeInfo',
  uuid: IID_ITypeInfo,
  version: { major: 0, minor: 0 },
  section: '[MS-OAUT] 3.7.4',
  operations: [GetTypeAttr, GetFuncDesc, GetNames, GetDocumentation],
});

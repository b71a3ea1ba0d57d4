import {
  conformant,
  enum32,
  type Infer,
  i16,
  lazy,
  type NdrType,
  reserved,
  sizeOf,
  struct,
  switchOf,
  u16,
  u32,
  union,
  unique,
  uuid,
  wstring,
} from '../ndr/index.js';
import { VT_CARRAY, VT_PTR, VT_SAFEARRAY, VT_USERDEFINED } from './constants.js';
import { SAFEARRAYBOUND } from './safearray.js';
import { DISPID } from './scalars.js';
import { VARIANT } from './variant.js';

/** [MS-OAUT] 2.2.37: the VT_* of a type, with what it points to or is made of. */
export interface TYPEDESC {
  readonly _tdUnion: { readonly tag: number; readonly value?: TYPEDESC | ARRAYDESC | number | null };
  readonly vt?: number | undefined;
}

const lptdesc = unique(lazy('TYPEDESC', () => TYPEDESC));

export const TYPEDESC: NdrType<TYPEDESC> = struct('TYPEDESC', '[MS-OAUT] 2.2.37', {
  _tdUnion: union(
    '_tdUnion',
    '[MS-OAUT] 2.2.37',
    u16,
    {
      [VT_PTR]: lptdesc,
      [VT_SAFEARRAY]: lptdesc,
      [VT_CARRAY]: unique(lazy('ARRAYDESC', () => ARRAYDESC)),
      [VT_USERDEFINED]: u32,
    },
    null,
  ),
  vt: switchOf('_tdUnion', u16),
}) as NdrType<TYPEDESC>;

/** [MS-OAUT] 2.2.38: the type of an array's elements, and its bounds. */
export interface ARRAYDESC {
  readonly tdescElem: TYPEDESC;
  readonly cDims?: number | undefined;
  readonly rgbounds: SAFEARRAYBOUND[];
}

export const ARRAYDESC: NdrType<ARRAYDESC> = struct('ARRAYDESC', '[MS-OAUT] 2.2.38', {
  tdescElem: TYPEDESC,
  cDims: sizeOf('rgbounds', u16),
  rgbounds: conformant(SAFEARRAYBOUND),
});

export const PARAMDESCEX = struct('PARAMDESCEX', '[MS-OAUT] 2.2.39', { cBytes: u32, varDefaultValue: VARIANT });

export const PARAMDESC = struct(
  'PARAMDESC',
  '[MS-OAUT] 2.2.40',
  { pparamdescex: unique(PARAMDESCEX), wParamFlags: u16 },
  { pparamdescex: 'the default value', wParamFlags: 'PARAMFLAG_*' },
);

export const ELEMDESC = struct('ELEMDESC', '[MS-OAUT] 2.2.41', { tdesc: TYPEDESC, paramdesc: PARAMDESC });

export const FUNCDESC = struct(
  'FUNCDESC',
  '[MS-OAUT] 2.2.42',
  {
    memid: DISPID,
    lReserved1: unique(conformant(u32)),
    lprgelemdescParam: unique(conformant(ELEMDESC)),
    funckind: enum32,
    invkind: enum32,
    callconv: enum32,
    cParams: sizeOf('lprgelemdescParam', i16),
    cParamsOpt: i16,
    oVft: i16,
    cReserved2: sizeOf('lReserved1', i16),
    elemdescFunc: ELEMDESC,
    wFuncFlags: u16,
  },
  { cParamsOpt: '-1 for a vararg method', oVft: 'the opnum times the size of a pointer', elemdescFunc: 'the result' },
);
export type FUNCDESC = Infer<typeof FUNCDESC>;

export const TYPEATTR = struct('TYPEATTR', '[MS-OAUT] 2.2.44', {
  guid: uuid,
  lcid: u32,
  dwReserved1: reserved(u32, 0),
  dwReserved2: reserved(u32, 0xffffffff),
  dwReserved3: reserved(u32, 0xffffffff),
  lpstrReserved4: unique(wstring),
  cbSizeInstance: u32,
  typekind: enum32,
  cFuncs: u16,
  cVars: u16,
  cImplTypes: u16,
  cbSizeVft: u16,
  cbAlignment: u16,
  wTypeFlags: u16,
  wMajorVerNum: u16,
  wMinorVerNum: u16,
  tdescAlias: TYPEDESC,
  dwReserved5: reserved(u32, 0),
  wReserved6: reserved(u16, 0),
});
export type TYPEATTR = Infer<typeof TYPEATTR>;

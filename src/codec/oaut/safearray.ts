import { MInterfacePointer } from '../dcom/minterface-pointer.js';
import {
  conformant,
  conformantBytes,
  type Infer,
  i32,
  lazy,
  type NdrType,
  ref,
  sizeOf,
  struct,
  u16,
  u32,
  u64,
  union,
  unique,
  uuid,
} from '../ndr/index.js';
import { BSTR } from './bstr.js';
import {
  SF_BSTR,
  SF_DISPATCH,
  SF_HAVEIID,
  SF_I1,
  SF_I2,
  SF_I4,
  SF_I8,
  SF_RECORD,
  SF_UNKNOWN,
  SF_VARIANT,
} from './constants.js';
import { littleEndian } from './little-endian.js';
import { BRECORD } from './record.js';
import { userPointerToNullable } from './user-pointer.js';
import { VARIANT } from './variant.js';

export const SAFEARRAYBOUND = struct('SAFEARRAYBOUND', '[MS-OAUT] 2.2.30.1', { cElements: u32, lLbound: i32 });
export type SAFEARRAYBOUND = Infer<typeof SAFEARRAYBOUND>;

export const SAFEARR_BSTR = struct('SAFEARR_BSTR', '[MS-OAUT] 2.2.30.2', {
  Size: sizeOf('aBstr', u32),
  aBstr: ref(conformant(BSTR)),
});

export const SAFEARR_UNKNOWN = struct('SAFEARR_UNKNOWN', '[MS-OAUT] 2.2.30.3', {
  Size: sizeOf('apUnknown', u32),
  apUnknown: ref(conformant(unique(MInterfacePointer))),
});

export const SAFEARR_DISPATCH = struct('SAFEARR_DISPATCH', '[MS-OAUT] 2.2.30.4', {
  Size: sizeOf('apDispatch', u32),
  apDispatch: ref(conformant(unique(MInterfacePointer))),
});

export const SAFEARR_VARIANT = struct('SAFEARR_VARIANT', '[MS-OAUT] 2.2.30.5', {
  Size: sizeOf('aVariant', u32),
  aVariant: ref(conformant(lazy('VARIANT', () => VARIANT))),
});

export const SAFEARR_BRECORD = struct('SAFEARR_BRECORD', '[MS-OAUT] 2.2.30.6', {
  Size: sizeOf('aRecord', u32),
  aRecord: ref(conformant(BRECORD)),
});

export const SAFEARR_HAVEIID = struct('SAFEARR_HAVEIID', '[MS-OAUT] 2.2.30.7', {
  Size: sizeOf('apUnknown', u32),
  apUnknown: ref(conformant(unique(MInterfacePointer))),
  iid: uuid,
});

export const BYTE_SIZEDARR = struct('BYTE_SIZEDARR', '[MS-OAUT] 2.2.30.8.1', {
  clSize: sizeOf('pData', u32),
  pData: unique(conformantBytes),
});

export const WORD_SIZEDARR = struct('WORD_SIZEDARR', '[MS-OAUT] 2.2.30.8.2', {
  clSize: sizeOf('pData', u32),
  pData: unique(conformant(u16)),
});

export const DWORD_SIZEDARR = struct('DWORD_SIZEDARR', '[MS-OAUT] 2.2.30.8.3', {
  clSize: sizeOf('pData', u32),
  pData: unique(conformant(u32)),
});

export const HYPER_SIZEDARR = struct('HYPER_SIZEDARR', '[MS-OAUT] 2.2.30.8.4', {
  clSize: sizeOf('pData', u32),
  pData: unique(conformant(u64)),
});

export const SAFEARRAYUNION = union('SAFEARRAYUNION', '[MS-OAUT] 2.2.30.9', u32, {
  [SF_BSTR]: SAFEARR_BSTR,
  [SF_UNKNOWN]: SAFEARR_UNKNOWN,
  [SF_DISPATCH]: SAFEARR_DISPATCH,
  [SF_VARIANT]: SAFEARR_VARIANT,
  [SF_RECORD]: SAFEARR_BRECORD,
  [SF_HAVEIID]: SAFEARR_HAVEIID,
  [SF_I1]: BYTE_SIZEDARR,
  [SF_I2]: WORD_SIZEDARR,
  [SF_I4]: DWORD_SIZEDARR,
  [SF_I8]: HYPER_SIZEDARR,
});
export type SAFEARRAYUNION = Infer<typeof SAFEARRAYUNION>;

export const wireSAFEARRAY = struct(
  'SAFEARRAY',
  '[MS-OAUT] 2.2.30.10',
  {
    cDims: sizeOf('rgsabound', u16),
    fFeatures: u16,
    cbElements: u32,
    cLocks: u32,
    uArrayStructs: SAFEARRAYUNION,
    rgsabound: conformant(SAFEARRAYBOUND),
  },
  {
    fFeatures: 'FADF_*',
    cbElements: 'the size of an element in memory',
    cLocks: 'with FADF_HAVEVARTYPE its high word is the VT_* of the elements',
    uArrayStructs: 'the elements; the leftmost index varies fastest',
    rgsabound: 'the last dimension first',
  },
);
export type SAFEARRAY = Infer<typeof wireSAFEARRAY>;

/** The structure, for the table of its fields. */
export const SAFEARRAYStr: NdrType<SAFEARRAY> = littleEndian(wireSAFEARRAY);

export const SAFEARRAY: NdrType<SAFEARRAY | null> = unique(SAFEARRAYStr);

/** [MS-OAUT] 2.2.6: a pointer to what is a pointer already. */
export const PSAFEARRAY: NdrType<SAFEARRAY | null> = userPointerToNullable('PSAFEARRAY', '[MS-OAUT] 2.2.6', SAFEARRAY);

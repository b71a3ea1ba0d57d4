import { MInterfacePointer } from '../dcom/minterface-pointer.js';
import { conformantBytes, type Infer, type NdrType, sizeOf, struct, u32, unique, uuid } from '../ndr/index.js';

/** A collection of user-defined types. What `pRecord` holds only the type library that `pRecInfo` names can tell. */
export const wireBRECORDStr = struct(
  'wireBRECORDStr',
  '[MS-OAUT] 2.2.28.2.1',
  {
    fFlags: u32,
    clSize: sizeOf('pRecord', u32),
    pRecInfo: unique(MInterfacePointer),
    pRecord: unique(conformantBytes),
  },
  {
    fFlags: '0 where pRecord is null, else 1',
    pRecInfo: 'an OBJREF_CUSTOM of CLSID_RecordInfo with a RecordInfoData',
    pRecord: 'its own size in 4 octets, then the types as NDR marshals them',
  },
);
export type wireBRECORDStr = Infer<typeof wireBRECORDStr>;

/** [MS-OAUT] 2.2.28.2.2. */
export const BRECORD: NdrType<wireBRECORDStr | null> = unique(wireBRECORDStr);

/** What pObjectData of a record's OBJREF_CUSTOM holds. */
export const RecordInfoData = struct('RecordInfoData', '[MS-OAUT] 2.2.31', {
  libraryGuid: uuid,
  verMajor: u32,
  recGuid: uuid,
  verMinor: u32,
  Lcid: u32,
});
export type RecordInfoData = Infer<typeof RecordInfoData>;

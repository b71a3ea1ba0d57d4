import { Context, type InterfacePointer, isContext, type OBJREF, packed } from '../codec/dcom/index.js';

/** An OBJREF that names an interface which can be called. */
export type Reference = Extract<OBJREF, { readonly std: unknown }>;

/**
 * [MS-DCOM] 3.2.4.1.2: whether an OBJREF can be called by the STDOBJREF that it holds. One whose context has extents, or
 * cannot be read, is RPC_E_INVALID_OBJREF.
 */
export const isReference = (pointer: InterfacePointer | null): pointer is Reference =>
  pointer !== null &&
  'std' in pointer &&
  !('ElmArray' in pointer && pointer.ElmArray.some(({ Data }) => !isUsable(Data)));

function isUsable(octets: Uint8Array): boolean {
  if (!isContext(octets)) return false;
  const { dwNumExtents = 0, cbExtents = 0 } = packed(Context).decode(octets, { syntax: 'ndr20' }).value;
  return dwNumExtents === 0 && cbExtents === 0;
}

import { variant } from '../../../codec/oaut/index.js';
import { IEnumOPCItemAttributes, OPC_EU } from '../../../codec/opc/index.js';
import { HRESULT } from '../../com.js';
import { type ComObject, comInterface, comMethod } from '../class.js';
import { Cursor, positioning } from '../enumerators.js';
import type { GroupItem } from './group-items.js';

/** IEnumOPCItemAttributes over items as they were when it was made. */
export function itemAttributes(items: readonly GroupItem[], from = 0): ComObject {
  const { methods, uuid } = IEnumOPCItemAttributes;
  const list = new Cursor(items, from);
  const found = comInterface(
    comMethod(methods.Next, ({ celt }) => {
      const taken = list.next(celt);
      return {
        ppItemArray: taken.length === 0 ? null : taken.map(attributesOf),
        pceltFetched: taken.length,
        ReturnValue: taken.length < celt ? HRESULT.S_FALSE : HRESULT.S_OK,
      };
    }),
    ...positioning(IEnumOPCItemAttributes, methods, list, (position) => itemAttributes(items, position)),
  );
  return { name: 'IEnumOPCItemAttributes', queryInterface: (iid) => (iid === uuid ? found : undefined) };
}

function attributesOf({ item, active, clientHandle, handle, requested }: GroupItem) {
  const { range } = item.data;
  return {
    szAccessPath: '',
    szItemID: item.id,
    bActive: active,
    hClient: clientHandle,
    hServer: handle,
    dwAccessRights: item.rights,
    pBlob: null,
    vtRequestedDataType: requested,
    vtCanonicalDataType: item.type,
    dwEUType: range === undefined ? OPC_EU.NOENUM : OPC_EU.ANALOG,
    // The low and the high end, as an array of VT_R8.
    vEUInfo: range === undefined ? { vt: 0 } : variant([...range], 0x2005),
  };
}

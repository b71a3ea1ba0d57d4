import { type VARIANT, VT_I2, VT_R4, variant } from '../../../codec/oaut/index.js';
import {
  IOPCItemProperties,
  OPC_EU,
  OPC_PROPERTY,
  OPC_RESULT,
  type OPCITEMPROPERTIES,
} from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import { HRESULT } from '../../com.js';
import { type ComInterface, comInterface, comMethod } from '../class.js';
import type { AddressSpace, SpaceItem } from './address-space.js';
import { overall } from './results.js';
import { TYPES } from './schema.js';

/** A property of an item. */
interface Property {
  readonly id: number;
  readonly description: string;
  readonly value: VARIANT;
}

/** The properties that an item has, with what they are now. */
export function propertiesOf(space: AddressSpace, item: SpaceItem, now: Milliseconds): Property[] {
  const { value, quality, time } = space.sample(item, now);
  const { unit, description, range } = item.data;
  const { I4, BSTR, R8, DATE } = TYPES;
  const eu = range === undefined ? OPC_EU.NOENUM : OPC_EU.ANALOG;
  return [
    { id: OPC_PROPERTY.DATATYPE, description: 'Item Canonical DataType', value: variant(item.type, VT_I2) },
    { id: OPC_PROPERTY.VALUE, description: 'Item Value', value },
    { id: OPC_PROPERTY.QUALITY, description: 'Item Quality', value: variant(quality, VT_I2) },
    { id: OPC_PROPERTY.TIMESTAMP, description: 'Item Timestamp', value: variant(new Date(time), DATE) },
    { id: OPC_PROPERTY.ACCESS_RIGHTS, description: 'Item Access Rights', value: variant(item.rights, I4) },
    { id: OPC_PROPERTY.SCAN_RATE, description: 'Server Scan Rate', value: variant(space.data.rate, VT_R4) },
    { id: OPC_PROPERTY.EU_TYPE, description: 'Item EU Type', value: variant(eu, I4) },
    ...(unit === undefined ? [] : [{ id: OPC_PROPERTY.EU_UNITS, description: 'EU Units', value: variant(unit, BSTR) }]),
    ...(description === undefined
      ? []
      : [{ id: OPC_PROPERTY.DESCRIPTION, description: 'Item Description', value: variant(description, BSTR) }]),
    ...(range === undefined
      ? []
      : [
          { id: OPC_PROPERTY.HIGH_EU, description: 'High EU', value: variant(range[1], R8) },
          { id: OPC_PROPERTY.LOW_EU, description: 'Low EU', value: variant(range[0], R8) },
        ]),
  ];
}

/** The item of an identifier, or what is wrong with that. */
export const itemNamed = (space: AddressSpace, id: string | null): SpaceItem | number => {
  if (id === null || id === '') return OPC_RESULT.OPC_E_INVALIDITEMID;
  return space.items.get(id) ?? OPC_RESULT.OPC_E_UNKNOWNITEMID;
};

/** IOPCItemProperties. */
export function itemProperties(space: AddressSpace, clock: () => Milliseconds): ComInterface {
  const { methods } = IOPCItemProperties;
  return comInterface(
    comMethod(methods.QueryAvailableProperties, ({ szItemID }) => {
      const item = itemNamed(space, szItemID);
      if (typeof item === 'number')
        return { pdwCount: 0, ppPropertyIDs: null, ppDescriptions: null, ppvtDataTypes: null, ReturnValue: item };
      const found = propertiesOf(space, item, clock());
      return {
        ppPropertyIDs: found.map(({ id }) => id),
        ppDescriptions: found.map(({ description }) => description),
        ppvtDataTypes: found.map(({ value }) => value.vt),
        ReturnValue: HRESULT.S_OK,
      };
    }),
    comMethod(methods.GetItemProperties, ({ szItemID, dwCount, pdwPropertyIDs }) => {
      const item = itemNamed(space, szItemID);
      if (typeof item === 'number') return { ppvData: null, ppErrors: null, ReturnValue: item };
      if (dwCount !== undefined || pdwPropertyIDs.length === 0)
        return { ppvData: null, ppErrors: null, ReturnValue: HRESULT.E_INVALIDARG };
      const all = new Map(propertiesOf(space, item, clock()).map(({ id, value }) => [id, value]));
      const ppErrors = pdwPropertyIDs.map((id) => (all.has(id) ? HRESULT.S_OK : OPC_RESULT.OPC_E_INVALID_PID));
      const ppvData = pdwPropertyIDs.map((id) => all.get(id) ?? { vt: 0 });
      return { ppvData, ppErrors, ReturnValue: overall(ppErrors) };
    }),
    comMethod(methods.LookupItemIDs, ({ szItemID, dwCount, pdwPropertyIDs }) => {
      const item = itemNamed(space, szItemID);
      if (typeof item === 'number') return { ppszNewItemIDs: null, ppErrors: null, ReturnValue: item };
      if (dwCount !== undefined || pdwPropertyIDs.length === 0)
        return { ppszNewItemIDs: null, ppErrors: null, ReturnValue: HRESULT.E_INVALIDARG };
      // No property of this server is an item of its own.
      const ppErrors = pdwPropertyIDs.map(() => OPC_RESULT.OPC_E_INVALID_PID);
      return { ppszNewItemIDs: ppErrors.map(() => ''), ppErrors, ReturnValue: overall(ppErrors) };
    }),
  );
}

/** Properties in the form of IOPCBrowse: all of them, or those that are asked for. */
export function itemPropertiesOf(
  space: AddressSpace,
  item: SpaceItem,
  now: Milliseconds,
  wanted: { readonly ids: readonly number[]; readonly all: boolean; readonly values: boolean },
): OPCITEMPROPERTIES {
  const found = propertiesOf(space, item, now);
  const ids = wanted.all ? found.map(({ id }) => id) : wanted.ids;
  const pItemProperties = ids.map((dwPropertyID) => {
    const known = found.find(({ id }) => id === dwPropertyID);
    return {
      vtDataType: known?.value.vt ?? 0,
      dwPropertyID,
      szItemID: null,
      szDescription: known?.description ?? null,
      vValue: known !== undefined && wanted.values ? known.value : { vt: 0 },
      hrErrorID: known === undefined ? OPC_RESULT.OPC_E_INVALID_PID : HRESULT.S_OK,
    };
  });
  const hrErrorID = overall(pItemProperties.map(({ hrErrorID: each }) => each));
  return { hrErrorID, pItemProperties: pItemProperties.length === 0 ? null : pItemProperties };
}

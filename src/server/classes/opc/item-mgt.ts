import {
  IEnumOPCItemAttributes,
  IOPCItemDeadbandMgt,
  IOPCItemMgt,
  OPC_RESULT,
  type OPCITEMDEF,
  type OPCITEMRESULT,
} from '../../../codec/opc/index.js';
import { HRESULT } from '../../com.js';
import { type ComInterface, comInterface, comMethod, handOut } from '../class.js';
import type { SpaceItem } from './address-space.js';
import { isConvertible } from './conversion.js';
import type { Group } from './group.js';
import type { GroupItem } from './group-items.js';
import { itemAttributes } from './item-attributes.js';
import { counted, errorsOf, overall } from './results.js';

const NOTHING: OPCITEMRESULT = { hServer: 0, vtCanonicalDataType: 0, dwAccessRights: 0, pBlob: null };

/** IOPCItemMgt. */
export function itemMgt(group: Group): [iid: string, methods: ComInterface][] {
  const { methods } = IOPCItemMgt;
  const resultOf = ({ type, rights }: SpaceItem, hServer: number): OPCITEMRESULT => ({
    hServer,
    vtCanonicalDataType: type,
    dwAccessRights: rights,
    pBlob: null,
  });
  const each = (handles: readonly number[], run: (item: GroupItem, index: number) => number) =>
    errorsOf(
      handles.map((handle, index) => {
        const found = group.item(handle);
        return typeof found === 'number' ? found : run(found, index);
      }),
    );
  const none = { ppErrors: null, ReturnValue: HRESULT.E_INVALIDARG };
  return [
    [
      IOPCItemMgt.uuid,
      comInterface(
        comMethod(methods.AddItems, (given) => {
          const { pItemArray } = given;
          if (!counted(given, pItemArray)) return { ppAddResults: null, ...none };
          if (pItemArray.length > group.options.room())
            return { ppAddResults: null, ppErrors: null, ReturnValue: HRESULT.E_OUTOFMEMORY };
          const added = pItemArray.map((wanted) => {
            const item = wantedItem(group, wanted);
            if (typeof item === 'number') return { hresult: item, result: NOTHING };
            const { hClient: clientHandle, bActive: active, vtRequestedDataType: requested } = wanted;
            const { handle } = group.add({ item, clientHandle, active, requested });
            return { hresult: HRESULT.S_OK, result: resultOf(item, handle) };
          });
          const ppErrors = added.map(({ hresult }) => hresult);
          return { ppAddResults: added.map(({ result }) => result), ppErrors, ReturnValue: overall(ppErrors) };
        }),
        comMethod(methods.ValidateItems, (given) => {
          const { pItemArray } = given;
          if (!counted(given, pItemArray)) return { ppValidationResults: null, ...none };
          const found = pItemArray.map((wanted) => wantedItem(group, wanted));
          const ppErrors = found.map((item) => (typeof item === 'number' ? item : HRESULT.S_OK));
          const ppValidationResults = found.map((item) => (typeof item === 'number' ? NOTHING : resultOf(item, 0)));
          return { ppValidationResults, ppErrors, ReturnValue: overall(ppErrors) };
        }),
        comMethod(methods.RemoveItems, (given) => {
          if (!counted(given, given.phServer)) return none;
          return each(given.phServer, (item) => {
            group.items.delete(item.handle);
            for (const subscription of group.subscriptions) subscription.forget([item]);
            return HRESULT.S_OK;
          });
        }),
        comMethod(methods.SetActiveState, (given) => {
          if (!counted(given, given.phServer)) return none;
          return each(given.phServer, (item) => {
            // An item that becomes active is told of, whatever it was before.
            if (given.bActive && !item.active) for (const told of group.subscriptions) told.forget([item]);
            item.active = given.bActive;
            return HRESULT.S_OK;
          });
        }),
        comMethod(methods.SetClientHandles, (given) => {
          if (!counted(given, given.phServer, given.phClient)) return none;
          return each(given.phServer, (item, index) => {
            item.clientHandle = given.phClient[index] as number;
            return HRESULT.S_OK;
          });
        }),
        comMethod(methods.SetDatatypes, (given) => {
          if (!counted(given, given.phServer, given.pRequestedDatatypes)) return none;
          return each(given.phServer, (item, index) => {
            const requested = given.pRequestedDatatypes[index] as number;
            if (!isConvertible(item.item.type, requested)) return OPC_RESULT.OPC_E_BADTYPE;
            item.requested = requested;
            return HRESULT.S_OK;
          });
        }),
        comMethod(methods.CreateEnumerator, ({ riid }, call) => {
          if (riid !== IEnumOPCItemAttributes.uuid) return { ppUnk: null, ReturnValue: HRESULT.E_NOINTERFACE };
          const { pointer, ReturnValue } = handOut(call, itemAttributes([...group.items.values()]), riid);
          const none = pointer !== null && group.items.size === 0;
          return { ppUnk: pointer, ReturnValue: none ? HRESULT.S_FALSE : ReturnValue };
        }),
      ),
    ],
  ];
}

/** The item that a definition means, or why it means none. */
function wantedItem(group: Group, { szAccessPath, szItemID, vtRequestedDataType }: OPCITEMDEF): SpaceItem | number {
  if (group.gone) return HRESULT.E_FAIL;
  if (szItemID === null || szItemID === '') return OPC_RESULT.OPC_E_INVALIDITEMID;
  if (szAccessPath !== null && szAccessPath !== '') return OPC_RESULT.OPC_E_UNKNOWNPATH;
  const item = group.space.items.get(szItemID);
  if (item === undefined) return OPC_RESULT.OPC_E_UNKNOWNITEMID;
  return isConvertible(item.type, vtRequestedDataType) ? item : OPC_RESULT.OPC_E_BADTYPE;
}

/** IOPCItemDeadbandMgt, for items with a range. */
export function itemDeadbandMgt(group: Group): [iid: string, methods: ComInterface][] {
  const { methods } = IOPCItemDeadbandMgt;
  const analog = (handle: number): GroupItem | number => {
    const found = group.item(handle);
    if (typeof found === 'number' || found.item.data.range !== undefined) return found;
    return OPC_RESULT.OPC_E_DEADBANDNOTSUPPORTED;
  };
  const none = { ppErrors: null, ReturnValue: HRESULT.E_INVALIDARG };
  return [
    [
      IOPCItemDeadbandMgt.uuid,
      comInterface(
        comMethod(methods.SetItemDeadband, (given) => {
          if (!counted(given, given.phServer, given.pPercentDeadband)) return none;
          return errorsOf(
            given.phServer.map((handle, index) => {
              const found = analog(handle);
              if (typeof found === 'number') return found;
              const percent = given.pPercentDeadband[index] as number;
              if (!(percent >= 0 && percent <= 100)) return HRESULT.E_INVALIDARG;
              found.deadband = percent;
              return HRESULT.S_OK;
            }),
          );
        }),
        comMethod(methods.GetItemDeadband, (given) => {
          if (!counted(given, given.phServer)) return { ppPercentDeadband: null, ...none };
          const found = given.phServer.map(analog);
          const ppErrors = found.map((each) => {
            if (typeof each === 'number') return each;
            return each.deadband === undefined ? OPC_RESULT.OPC_E_DEADBANDNOTSET : HRESULT.S_OK;
          });
          const ppPercentDeadband = found.map((each) => (typeof each === 'number' ? 0 : (each.deadband ?? 0)));
          return { ppPercentDeadband, ppErrors, ReturnValue: overall(ppErrors) };
        }),
        comMethod(methods.ClearItemDeadband, (given) => {
          if (!counted(given, given.phServer)) return none;
          return errorsOf(
            given.phServer.map((handle) => {
              const found = analog(handle);
              if (typeof found === 'number') return found;
              if (found.deadband === undefined) return OPC_RESULT.OPC_E_DEADBANDNOTSET;
              found.deadband = undefined;
              return HRESULT.S_OK;
            }),
          );
        }),
      ),
    ],
  ];
}

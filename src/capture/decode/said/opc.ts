import { fromVariant, type JsValue, type VARIANT } from '../../../codec/oaut/index.js';
import {
  IEnumString,
  IOPCAsyncIO2,
  IOPCBrowse,
  IOPCBrowseServerAddressSpace,
  IOPCDataCallback,
  IOPCItemIO,
  IOPCItemMgt,
  IOPCItemProperties,
  IOPCServer,
  IOPCServerList,
  IOPCServerList2,
  IOPCShutdown,
  IOPCSyncIO2,
  OPC_QUALITY,
  OPC_QUALITY_MASK,
  qualityName,
} from '../../../codec/opc/index.js';
import { hresultName } from '../../../codec/status/explain.js';
import { says } from './says.js';
import { counted } from './text.js';

function text(value: JsValue): string {
  if (value === undefined) return '(empty)';
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(no date)' : value.toISOString();
  if (value instanceof Uint8Array) return text(Array.from(value));
  if (Array.isArray(value)) return `[${value.map((each: JsValue) => text(each)).join(', ')}]`;
  return typeof value === 'object' && value !== null ? '(object)' : JSON.stringify(value);
}

type Value = VARIANT | null | undefined;

/** A value, with its quality where that is not good. */
function valued(value: Value, quality: number = OPC_QUALITY.GOOD): string {
  const isGood = (quality & OPC_QUALITY_MASK) === OPC_QUALITY.GOOD;
  return `${text(fromVariant(value))}${isGood ? '' : ` (${qualityName(quality)})`}`;
}

const values = (given: readonly Value[] | null, qualities: readonly number[] | null): string | undefined =>
  given === null ? undefined : counted('value', [...given.entries()], ([i, value]) => valued(value, qualities?.[i]));

/** What each item of the client is, by its handle. */
const told = (handles: readonly number[], given: readonly Value[], qualities: readonly number[]): string =>
  counted('value', [...handles.entries()], ([i, handle]) => `${handle}=${valued(given[i], qualities[i])}`);

const items = (names: readonly (string | null)[]): string => counted('item', names, (name) => name ?? '');
const numbered = ({ phServer }: { readonly phServer: readonly number[] }): string =>
  counted('item', phServer, () => '');

/** How many items went well, and why the others did not; nothing where all did. */
function results({ ppErrors }: { readonly ppErrors: readonly number[] | null }): string | undefined {
  const failed = ppErrors?.filter((error) => error >= 0x80000000) ?? [];
  if (ppErrors === null || failed.length === 0) return undefined;
  const names = [...new Set(failed)].map((error) => hresultName(error));
  return `${ppErrors.length - failed.length} of ${ppErrors.length}: ${names.join(', ')}`;
}

const { methods: server } = IOPCServer;
const { methods: group } = IOPCItemMgt;
const { methods: browsing } = IOPCBrowseServerAddressSpace;
const { methods: properties } = IOPCItemProperties;
const { methods: sync } = IOPCSyncIO2;
const { methods: callback } = IOPCDataCallback;

/** What the calls of OPC Data Access are about. */
export const OPC = [
  ...[IOPCServerList, IOPCServerList2].map(({ methods }) =>
    says(methods.CLSIDFromProgID, { request: ({ szProgId }) => szProgId, answer: ({ clsid }) => clsid }),
  ),
  says(IOPCServerList.methods.GetClassDetails, {
    request: ({ clsid }) => clsid,
    answer: ({ ppszProgID }) => ppszProgID ?? undefined,
  }),
  says(IOPCServerList2.methods.GetClassDetails, {
    request: ({ clsid }) => clsid,
    answer: ({ ppszProgID }) => ppszProgID ?? undefined,
  }),
  says(IEnumString.methods.RemoteNext, {
    answer: ({ rgelt }) => counted('text', rgelt, (each) => each ?? ''),
  }),
  says(server.AddGroup, {
    request: ({ szName, dwRequestedUpdateRate }) => `${szName || '(unnamed)'}, ${dwRequestedUpdateRate} ms`,
    answer: ({ pRevisedUpdateRate }) => `${pRevisedUpdateRate} ms`,
  }),
  says(server.GetGroupByName, { request: ({ szName }) => szName }),
  says(server.GetStatus, { answer: ({ ppServerStatus }) => ppServerStatus?.szVendorInfo ?? undefined }),
  says(server.GetErrorString, {
    request: ({ dwError }) => hresultName(dwError),
    answer: ({ ppString }) => ppString ?? undefined,
  }),
  says(browsing.ChangeBrowsePosition, { request: ({ szString }) => szString }),
  says(browsing.BrowseOPCItemIDs, { request: ({ szFilterCriteria }) => szFilterCriteria }),
  says(browsing.GetItemID, {
    request: ({ szItemDataID }) => szItemDataID,
    answer: ({ szItemID }) => szItemID ?? undefined,
  }),
  says(IOPCBrowse.methods.Browse, {
    request: ({ szItemID }) => szItemID,
    answer: ({ ppBrowseElements }) =>
      counted('element', ppBrowseElements ?? [], ({ szItemID, szName }) => szItemID ?? szName ?? ''),
  }),
  says(properties.QueryAvailableProperties, { request: ({ szItemID }) => szItemID }),
  says(properties.GetItemProperties, {
    request: ({ szItemID }) => szItemID,
    answer: ({ ppvData }) => values(ppvData, null),
  }),
  says(group.AddItems, {
    request: ({ pItemArray }) => items(pItemArray.map(({ szItemID }) => szItemID)),
    answer: results,
  }),
  says(group.ValidateItems, {
    request: ({ pItemArray }) => items(pItemArray.map(({ szItemID }) => szItemID)),
    answer: results,
  }),
  says(group.RemoveItems, { request: numbered, answer: results }),
  says(sync.Read, {
    request: numbered,
    answer: ({ ppItemValues }) =>
      ppItemValues === null
        ? undefined
        : told(
            ppItemValues.map(({ hClient }) => hClient),
            ppItemValues.map(({ vDataValue }) => vDataValue),
            ppItemValues.map(({ wQuality }) => wQuality),
          ),
  }),
  says(sync.Write, { request: ({ pItemValues }) => values(pItemValues, null), answer: results }),
  says(sync.ReadMaxAge, {
    request: numbered,
    answer: ({ ppvValues, ppwQualities }) => values(ppvValues, ppwQualities),
  }),
  says(sync.WriteVQT, {
    request: ({ pItemVQT }) =>
      values(
        pItemVQT.map(({ vDataValue }) => vDataValue),
        null,
      ),
    answer: results,
  }),
  says(IOPCAsyncIO2.methods.Read, { request: numbered, answer: results }),
  says(IOPCAsyncIO2.methods.Write, { request: ({ pItemValues }) => values(pItemValues, null), answer: results }),
  says(IOPCItemIO.methods.Read, {
    request: ({ pszItemIDs }) => items(pszItemIDs),
    answer: ({ ppvValues, ppwQualities }) => values(ppvValues, ppwQualities),
  }),
  says(IOPCItemIO.methods.WriteVQT, {
    request: ({ pszItemIDs, pItemVQT }) =>
      counted('item', [...pszItemIDs.entries()], ([i, name]) => `${name ?? ''}=${valued(pItemVQT[i]?.vDataValue)}`),
    answer: results,
  }),
  ...[callback.OnDataChange, callback.OnReadComplete].map((operation) =>
    says(operation, {
      request: ({ phClientItems, pvValues, pwQualities }) => told(phClientItems, pvValues, pwQualities),
    }),
  ),
  says(callback.OnWriteComplete, {
    request: ({ pClienthandles, pErrors }) =>
      results({ ppErrors: pErrors }) ?? counted('item', pClienthandles, () => ''),
  }),
  says(IOPCShutdown.methods.ShutdownRequest, { request: ({ szReason }) => szReason }),
];

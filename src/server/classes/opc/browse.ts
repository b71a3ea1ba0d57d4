import {
  IEnumString,
  IOPCBrowse,
  IOPCBrowseServerAddressSpace,
  OPC_BROWSE,
  OPC_BROWSE_DIRECTION,
  OPC_BROWSE_ELEMENT,
  OPC_BROWSE_FILTER,
  OPC_NS,
  OPC_RESULT,
  type OPCBROWSEELEMENT,
} from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import { HRESULT } from '../../com.js';
import { type ComInterface, comInterface, comMethod, handOut } from '../class.js';
import { enumerator } from '../enumerators.js';
import type { AddressSpace, SpaceItem } from './address-space.js';
import { itemNamed, itemPropertiesOf } from './properties.js';
import { itemsBelow, nodeAt, type TreeNode, treeOf } from './tree.js';
import { wildcards } from './wildcards.js';

const ANY = () => true;

/** IOPCBrowseServerAddressSpace: each object of the server has a position of its own in the tree. */
export function browseServerAddressSpace(space: AddressSpace): ComInterface {
  const { methods } = IOPCBrowseServerAddressSpace;
  const { separator, organisation } = space.data;
  const root = treeOf(space);
  let path: readonly TreeNode[] = [];
  const position = (): TreeNode => path.at(-1) ?? root;

  const move = (direction: number, name: string): number => {
    if (organisation === 'flat') return HRESULT.E_FAIL;
    if (direction === OPC_BROWSE_DIRECTION.UP) {
      if (path.length === 0) return HRESULT.E_FAIL;
      path = path.slice(0, -1);
      return HRESULT.S_OK;
    }
    const from = direction === OPC_BROWSE_DIRECTION.TO ? [] : path;
    const steps = direction === OPC_BROWSE_DIRECTION.DOWN ? [name] : name === '' ? [] : name.split(separator);
    if (direction !== OPC_BROWSE_DIRECTION.TO && direction !== OPC_BROWSE_DIRECTION.DOWN) return HRESULT.E_INVALIDARG;
    const found = descended(from.at(-1) ?? root, steps);
    if (found === undefined) return HRESULT.E_INVALIDARG;
    path = [...from, ...found];
    return HRESULT.S_OK;
  };

  const listed = (type: number, fits: (name: string) => boolean, wanted: (item: SpaceItem) => boolean): string[] => {
    const children = [...position().children.values()];
    if (type === OPC_BROWSE.BRANCH)
      return children.filter(({ children: below, name }) => below.size > 0 && fits(name)).map(({ name }) => name);
    if (type === OPC_BROWSE.LEAF)
      return children
        .filter(({ item, name }) => item !== undefined && wanted(item) && fits(name))
        .map(({ name }) => name);
    return [...itemsBelow(position())].filter((item) => wanted(item) && fits(item.id)).map(({ id }) => id);
  };

  return comInterface(
    comMethod(methods.QueryOrganization, () => ({
      pNameSpaceType: organisation === 'flat' ? OPC_NS.FLAT : OPC_NS.HIERARCHIAL,
      ReturnValue: HRESULT.S_OK,
    })),
    comMethod(methods.ChangeBrowsePosition, ({ dwBrowseDirection, szString }) => ({
      ReturnValue: move(dwBrowseDirection, szString),
    })),
    comMethod(methods.BrowseOPCItemIDs, (given, call) => {
      const { dwBrowseFilterType: type, szFilterCriteria: filter, vtDataTypeFilter, dwAccessRightsFilter } = given;
      const refused = (ReturnValue: number) => ({ ppIEnumString: null, ReturnValue });
      if (type < OPC_BROWSE.BRANCH || type > OPC_BROWSE.FLAT) return refused(HRESULT.E_INVALIDARG);
      const fits = filter === '' ? ANY : wildcards(filter);
      if (fits === undefined) return refused(OPC_RESULT.OPC_E_INVALIDFILTER);
      const names = listed(
        type,
        fits,
        (item) =>
          (vtDataTypeFilter === 0 || item.type === vtDataTypeFilter) &&
          (dwAccessRightsFilter === 0 || (item.rights & dwAccessRightsFilter) !== 0),
      );
      const { pointer, ReturnValue } = handOut(call, enumerator(IEnumString, names), IEnumString.uuid);
      const none = pointer !== null && names.length === 0;
      return { ppIEnumString: pointer, ReturnValue: none ? HRESULT.S_FALSE : ReturnValue };
    }),
    comMethod(methods.GetItemID, ({ szItemDataID }) => {
      const at = position();
      const found = szItemDataID === '' ? at : (at.children.get(szItemDataID) ?? nodeAt(root, szItemDataID, separator));
      if (found === undefined) return { szItemID: null, ReturnValue: HRESULT.E_INVALIDARG };
      return { szItemID: found.id, ReturnValue: HRESULT.S_OK };
    }),
    comMethod(methods.BrowseAccessPaths, () => ({ ppIEnumString: null, ReturnValue: HRESULT.E_NOTIMPL })),
  );
}

/** The branches on the way down; undefined where one of them is none. */
function descended(from: TreeNode, steps: readonly string[]): TreeNode[] | undefined {
  const found: TreeNode[] = [];
  for (const step of steps) {
    const next = (found.at(-1) ?? from).children.get(step);
    if (next === undefined || next.children.size === 0) return undefined;
    found.push(next);
  }
  return found;
}

/** IOPCBrowse: without a position, from any branch, with properties. */
export function browse(space: AddressSpace, clock: () => Milliseconds): ComInterface {
  const { methods } = IOPCBrowse;
  const root = treeOf(space);
  return comInterface(
    comMethod(methods.GetProperties, (given) => {
      const { dwItemCount, pszItemIDs, bReturnPropertyValues, dwPropertyCount, pdwPropertyIDs } = given;
      if (dwItemCount !== undefined || dwPropertyCount !== undefined || pszItemIDs.length === 0)
        return { ppItemProperties: null, ReturnValue: HRESULT.E_INVALIDARG };
      const wanted = { ids: pdwPropertyIDs, all: pdwPropertyIDs.length === 0, values: bReturnPropertyValues };
      const ppItemProperties = pszItemIDs.map((id) => {
        const item = itemNamed(space, id);
        if (typeof item === 'number') return { hrErrorID: item, pItemProperties: null };
        return itemPropertiesOf(space, item, clock(), wanted);
      });
      const all = ppItemProperties.every(({ hrErrorID }) => hrErrorID === HRESULT.S_OK);
      return { ppItemProperties, ReturnValue: all ? HRESULT.S_OK : HRESULT.S_FALSE };
    }),
    comMethod(methods.Browse, (given) => {
      const refused = (ReturnValue: number) => ({
        pszContinuationPoint: null,
        pbMoreElements: false,
        pdwCount: 0,
        ppBrowseElements: null,
        ReturnValue,
      });
      const {
        szItemID,
        pszContinuationPoint,
        dwMaxElementsReturned: most,
        dwBrowseFilter,
        szElementNameFilter,
      } = given;
      if (dwBrowseFilter < OPC_BROWSE_FILTER.ALL || dwBrowseFilter > OPC_BROWSE_FILTER.ITEMS)
        return refused(HRESULT.E_INVALIDARG);
      const fits = szElementNameFilter === '' ? ANY : wildcards(szElementNameFilter);
      if (fits === undefined) return refused(OPC_RESULT.OPC_E_INVALIDFILTER);
      const at = nodeAt(root, szItemID, space.data.separator);
      if (at === undefined) return refused(OPC_RESULT.OPC_E_UNKNOWNITEMID);
      const all = [...at.children.values()].filter((each) => fits(each.name) && isWanted(each, dwBrowseFilter));
      const from = placeOf(pszContinuationPoint, all.length);
      if (from === undefined) return refused(OPC_RESULT.OPC_E_INVALIDCONTINUATIONPOINT);
      const taken = all.slice(from, most === 0 ? undefined : from + most);
      const next = from + taken.length;
      const wanted = {
        ids: given.pdwPropertyIDs,
        all: given.bReturnAllProperties,
        values: given.bReturnPropertyValues,
      };
      return {
        pszContinuationPoint: next < all.length ? String(next) : '',
        pbMoreElements: false,
        ppBrowseElements: taken.map((each) => elementOf(space, each, clock(), wanted)),
        ReturnValue: HRESULT.S_OK,
      };
    }),
  );
}

const isWanted = ({ children, item }: TreeNode, filter: number): boolean => {
  if (filter === OPC_BROWSE_FILTER.BRANCHES) return children.size > 0;
  return filter === OPC_BROWSE_FILTER.ALL || item !== undefined;
};

/** A continuation point of this server is where it stopped. */
function placeOf(point: string | null, size: number): number | undefined {
  if (point === null || point === '') return 0;
  return /^\d{1,9}$/.test(point) && Number(point) < size ? Number(point) : undefined;
}

function elementOf(
  space: AddressSpace,
  { name, id, item, children }: TreeNode,
  now: Milliseconds,
  wanted: Parameters<typeof itemPropertiesOf>[3],
): OPCBROWSEELEMENT {
  const { HASCHILDREN, ISITEM } = OPC_BROWSE_ELEMENT;
  return {
    szName: name,
    szItemID: id,
    dwFlagValue: (children.size > 0 ? HASCHILDREN : 0) | (item === undefined ? 0 : ISITEM),
    ItemProperties:
      item === undefined || (!wanted.all && wanted.ids.length === 0)
        ? { hrErrorID: HRESULT.S_OK, pItemProperties: null }
        : itemPropertiesOf(space, item, now, wanted),
  };
}

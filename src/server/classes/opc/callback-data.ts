import { fileTimeFromMilliseconds, OPC_QUALITY, OPC_QUALITY_MASK } from '../../../codec/opc/index.js';
import { HRESULT } from '../../com.js';
import type { GroupItem, ItemState } from './group-items.js';

/** An item with what it is now. */
export interface Changed {
  readonly each: GroupItem;
  readonly state: ItemState;
}

/** The parameters of OnDataChange and OnReadComplete. */
export const dataOf = (dwTransid: number, hGroup: number, changes: readonly Changed[]) => ({
  dwTransid,
  hGroup,
  hrMasterquality: masterOf(changes.every(({ state }) => (state.quality & OPC_QUALITY_MASK) === OPC_QUALITY.GOOD)),
  hrMastererror: masterOf(changes.every(({ state }) => state.hresult === HRESULT.S_OK)),
  phClientItems: changes.map(({ each }) => each.clientHandle),
  pvValues: changes.map(({ state }) => state.value),
  pwQualities: changes.map(({ state }) => state.quality),
  pftTimeStamps: changes.map(({ state }) => fileTimeFromMilliseconds(state.time)),
  pErrors: changes.map(({ state }) => state.hresult),
});

/** S_FALSE where anything of it is not as it should be. */
export const masterOf = (all: boolean): number => (all ? HRESULT.S_OK : HRESULT.S_FALSE);

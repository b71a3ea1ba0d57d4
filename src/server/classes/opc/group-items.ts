import { fromVariant } from '../../../codec/oaut/index.js';
import { OPC_QUALITY, OPC_RESULT } from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import { HRESULT } from '../../com.js';
import type { AddressSpace, Sample, SpaceItem } from './address-space.js';
import { converted } from './conversion.js';

/** An item as a group has it. */
export interface GroupItem {
  readonly handle: number;
  readonly item: SpaceItem;
  clientHandle: number;
  active: boolean;
  /** VT_*; VT_EMPTY for the item's own. */
  requested: number;
  /** Of its own, in percent; that of the group where undefined. */
  deadband: number | undefined;
}

/** A sample as a client gets it: converted, and with what became of that. */
export interface ItemState extends Sample {
  readonly hresult: number;
}

/** What an item is for a client: in the type that he asked for. */
export function stateOf({ requested }: Pick<GroupItem, 'requested'>, sample: Sample): ItemState {
  const own = converted(sample.value, requested);
  if ('value' in own) return { ...sample, value: own.value, hresult: HRESULT.S_OK };
  return { value: { vt: 0 }, quality: OPC_QUALITY.BAD, time: sample.time, hresult: own.hresult };
}

/** Read from the device: now, whether active or not; write-only items cannot be read. */
export function readDevice(space: AddressSpace, each: GroupItem, now: Milliseconds): ItemState {
  if ((each.item.rights & 1) === 0) return failed(OPC_RESULT.OPC_E_BADRIGHTS, now);
  return stateOf(each, space.sample(each.item, now));
}

/** Read from the cache: as of the last update, and out of service where nothing is updated. */
export function readCache(
  space: AddressSpace,
  each: GroupItem,
  updated: Milliseconds,
  groupActive: boolean,
): ItemState {
  const state = readDevice(space, each, updated);
  if (state.hresult !== HRESULT.S_OK || (groupActive && each.active)) return state;
  return { ...state, quality: OPC_QUALITY.OUT_OF_SERVICE };
}

export const failed = (hresult: number, time: Milliseconds): ItemState => ({
  value: { vt: 0 },
  quality: OPC_QUALITY.BAD,
  time,
  hresult,
});

/** Whether a client is told: another quality, or another value, of an item with a range one that leaves the deadband. */
export function isChange(item: SpaceItem, before: ItemState | undefined, now: ItemState, deadband: number): boolean {
  if (before === undefined || before.quality !== now.quality || before.hresult !== now.hresult) return true;
  const [from, to] = [fromVariant(before.value), fromVariant(now.value)];
  const { range } = item.data;
  if (deadband > 0 && range !== undefined && typeof from === 'number' && typeof to === 'number')
    return Math.abs(to - from) > (deadband / 100) * (range[1] - range[0]);
  return !same(from, to);
}

function same(a: unknown, b: unknown): boolean {
  if (a instanceof Date && b instanceof Date) return a.getTime() === b.getTime();
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((each, i) => same(each, b[i]));
  return Object.is(a, b);
}

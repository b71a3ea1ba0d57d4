import type { VARIANT } from '../../../codec/oaut/index.js';
import { fileTimeToMilliseconds, type OPCITEMVQT } from '../../../codec/opc/index.js';
import type { Milliseconds } from '../../../security/index.js';
import type { AddressSpace, SpaceItem } from './address-space.js';

/** What is to be written to an item: only a value, or one with quality and time. */
export interface Wanted {
  readonly value: VARIANT | null;
  readonly quality?: number;
  readonly time?: Milliseconds;
}

export const wantedOf = ({ vDataValue, ...given }: OPCITEMVQT): Wanted => ({
  value: vDataValue,
  ...(given.bQualitySpecified && { quality: given.wQuality }),
  ...(given.bTimeStampSpecified && { time: fileTimeToMilliseconds(given.ftTimeStamp) }),
});

export const write = (
  space: AddressSpace,
  item: SpaceItem,
  { value, quality, time }: Wanted,
  now: Milliseconds,
): number => space.write(item, value, now, quality, time);

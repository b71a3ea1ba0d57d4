import { padding } from '../bytes.js';

/** Octets whose size is sent as `size`, in an array rounded up to a multiple of 8. */
export interface Rounded {
  /** Only where `data` is the whole array, because size and array do not agree as they should. */
  readonly size?: number;
  readonly data: Uint8Array;
}

/** Takes the padding off, unless it tells something. */
export function fromRounded(size: number, array: Uint8Array): Rounded {
  const regular = array.length === size + padding(size, 8) && array.subarray(size).every((octet) => octet === 0);
  return regular ? { data: array.subarray(0, size) } : { size, data: array };
}

export function toRounded({ size, data }: Rounded): { size: number; array: Uint8Array } {
  if (size !== undefined) return { size, array: data };
  const array = new Uint8Array(data.length + padding(data.length, 8));
  array.set(data);
  return { size: data.length, array };
}

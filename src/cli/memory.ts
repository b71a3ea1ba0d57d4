import { setFlagsFromString } from 'node:v8';

/**
 * For a command that reads captures of any size. V8 lets the heap grow to a multiple of what is alive before it collects
 * all of it; by half as much more is enough here, since little survives. An `audit` of 1 GB peaks at 155 MB instead of
 * 190, in the same time.
 */
export const growHeapSlowly = (): void => setFlagsFromString('--heap-growing-percent=50');

import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Octets of the young generation, both halves of it: what lives as long as a connection of a capture mostly ends in it. */
const YOUNG = 8 << 20;

/**
 * For a command that reads captures of any size. The young generation is made four times its first size and kept at
 * that: as small as it begins, half of what is in it is still needed when it is collected, and moves to the old one.
 * V8 lets the heap grow to a multiple of what is alive before it collects all of it; by half as much more is enough
 * here, since little survives. `docs/bench.md` has what both do to time and memory.
 */
export function growHeapSlowly(): void {
  setFlagsFromString('--semi-space-growth-factor=4');
  // V8 makes it grow when it next collects it, since more than its size has survived while modules were loaded.
  for (let tries = 0; tries < MOST_TRIES && young() < YOUNG; tries++) new Array(ELEMENTS).fill(tries);
  setFlagsFromString('--semi-space-growth-factor=1');
  setFlagsFromString('--heap-growing-percent=50');
}

/** So that it is collected a few times at least, and that an array is no large object of its own. */
const MOST_TRIES = 128;
const ELEMENTS = 1 << 13;

const young = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? YOUNG;

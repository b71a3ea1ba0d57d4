import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Octets that are held now, once what is dead has been collected. */
export const octetsInUse = (): number => {
  // Twice: what the first collection finds dead, the second one gives back.
  collect();
  collect();
  const { heapUsed, external, arrayBuffers } = process.memoryUsage();
  return heapUsed + external + arrayBuffers;
};

/** Octets that are still held once `action` is done, while what it gives is alive. */
export function retained<T>(action: () => T): { octets: number; value: T } {
  const before = octetsInUse();
  const value = action();
  return { octets: octetsInUse() - before, value };
}

import type { Milliseconds } from '../../../security/index.js';
import type { SignalData } from './schema.js';

export type Scalar = number | string | boolean;

/** A value, and since when it is that. */
export interface Signalled {
  readonly value: Scalar | readonly Scalar[];
  /** Since the beginning. */
  readonly since: Milliseconds;
}

/** What a signal shows so long after the beginning: the same for the same seed, whenever and however often it is asked. */
export function valueAt(signal: SignalData, elapsed: Milliseconds, seed: number): Signalled {
  if (typeof signal !== 'object' || Array.isArray(signal)) return { value: signal, since: 0 };
  const step = 'every' in signal && signal.every !== undefined ? Math.floor(elapsed / signal.every) : undefined;
  const since = step === undefined ? elapsed : step * (signal.every as number);
  if ('list' in signal) return { value: signal.list[(step as number) % signal.list.length] as Scalar, since };
  if ('noise' in signal) return { value: between(signal.noise, randomOf(seed, step as number)), since };
  const turn = (since % signal.period) / signal.period;
  if ('ramp' in signal) return { value: between(signal.ramp, turn), since };
  return { value: between(signal.sine, (1 + Math.sin(2 * Math.PI * turn)) / 2), since };
}

const between = ([low, high]: readonly [number, number], part: number): number => low + (high - low) * part;

/** A number from 0 to 1 that follows only from a seed and a step: the finalizer of MurmurHash3 over both. */
function randomOf(seed: number, step: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(step + 1, 0xc2b2ae35);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x100000000;
}

/** A seed of its own for each item, of that of the server and the item's name. */
export function seedOf(seed: number, name: string): number {
  let hash = 0x811c9dc5 ^ seed;
  for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}

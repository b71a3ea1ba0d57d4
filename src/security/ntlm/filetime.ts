import type { Milliseconds } from '../provider.js';

const EPOCH = 116444736000000000n;

/** [MS-DTYP] 2.3.3: 100 nanoseconds since 1601-01-01. */
export const fileTime = (now: Milliseconds): bigint => BigInt(Math.round(now * 1000)) * 10n + EPOCH;

export const fromFileTime = (time: bigint): Milliseconds => Number((time - EPOCH) / 10n) / 1000;

export function fileTimeBytes(time: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, time));
  return bytes;
}

import { FILETIME_OF_1970 } from '../codec/filetime.js';
import type { Milliseconds } from './provider.js';

/** [MS-DTYP] 2.3.3: 100 nanoseconds since 1601-01-01. */
export const fileTime = (now: Milliseconds): bigint => BigInt(Math.round(now * 1000)) * 10n + FILETIME_OF_1970;

export const fromFileTime = (time: bigint): Milliseconds => Number((time - FILETIME_OF_1970) / 10n) / 1000;

export function fileTimeBytes(time: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, time));
  return bytes;
}

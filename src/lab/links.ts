import { z } from 'zod';
import type { LinkOptions } from '../net/simulation/index.js';
import { duration } from './values.js';

/** The way between two hosts. */
export const link = z.strictObject({
  latency: duration.optional(),
  bandwidth: z.number().positive().optional().describe('octets a second'),
  segment: z.number().int().positive().optional().describe('octets that arrive at once; 1 for octet by octet'),
});

/** What a scenario says of a way; null takes back what was said before. */
export interface LinkData {
  readonly latency?: number | null | undefined;
  readonly bandwidth?: number | null | undefined;
  readonly segment?: number | null | undefined;
}

/** A way as it was, but for what is named. */
export function changedLink(before: LinkOptions, { latency, bandwidth, segment }: LinkData): LinkOptions {
  const after = {
    latencyMilliseconds: latency === undefined ? before.latencyMilliseconds : latency,
    bandwidth: bandwidth === undefined ? before.bandwidth : bandwidth,
    segment: segment === undefined ? before.segment : segment,
  };
  return Object.fromEntries(Object.entries(after).filter(([, value]) => typeof value === 'number'));
}

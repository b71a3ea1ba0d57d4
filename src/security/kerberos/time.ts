import type { Milliseconds } from '../provider.js';

/** RFC 4120 5.2.3: a KerberosTime has no fraction of a second. */
export const wholeSecond = (time: Milliseconds): Milliseconds => Math.floor(time / 1000) * 1000;

/** RFC 4120 5.2.4: what a KerberosTime leaves out stands beside it. */
export const microseconds = (time: Milliseconds): number => Math.floor(time % 1000) * 1000;

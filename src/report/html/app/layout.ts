/** Pixels of a step, and of a gap in time at most: nobody scrolls through an idle night. */
export const STEP = 34;
const LONGEST = 160;
/** Seconds that are as long as one step, drawn to scale. */
const SECOND_PER_STEP = 0.02;

/** Where each PDU stands from top to bottom. In steps each has the same room; in time also what passed before it. */
export function topsOf(times: readonly number[], scale: 'steps' | 'time'): Float64Array {
  const tops = new Float64Array(times.length);
  let top = 0;
  let before = times[0] ?? 0;
  for (const [index, time] of times.entries()) {
    if (index > 0) top += STEP + (scale === 'time' ? gap(time - before) : 0);
    tops[index] = top;
    before = time;
  }
  return tops;
}

/** To scale up to a bound; from there on it grows by the logarithm, and the pause is written out. */
function gap(seconds: number): number {
  const exact = (Math.max(0, seconds) / SECOND_PER_STEP) * STEP;
  return Math.min(LONGEST, exact <= STEP ? exact : STEP * (1 + Math.log2(exact / STEP)));
}

/** Clients to the left, servers to the right, in the order in which they speak; a host that is both stands between them. */
export function lifelinesOf(pairs: readonly (readonly [client: string, server: string])[]): string[] {
  const clients = new Set(pairs.map(([client]) => client));
  const servers = new Set(pairs.map(([, server]) => server));
  const all = [...new Set(pairs.flat())];
  const rank = (host: string): number => (clients.has(host) ? (servers.has(host) ? 1 : 0) : 2);
  return all.sort((a, b) => rank(a) - rank(b));
}

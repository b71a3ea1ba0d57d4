/** How many octets were zeroed, by the reason why. */
export class Tally {
  readonly zeroed = new Map<string, number>();

  /** Fills `octets` with zeros, for a reason that is told at the end; what is zero already does not count. */
  zero(octets: Uint8Array, reason: string): void {
    const count = nonZero(octets);
    octets.fill(0);
    this.add(reason, count);
  }

  add(reason: string, octets: number): void {
    if (octets > 0) this.zeroed.set(reason, (this.zeroed.get(reason) ?? 0) + octets);
  }
}

/** Octets that are not zero already. */
export function nonZero(octets: Uint8Array): number {
  let count = 0;
  for (const octet of octets) if (octet !== 0) count++;
  return count;
}

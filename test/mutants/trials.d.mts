import type { Mutant } from './mutants.mjs';

/** What one process says of one defect. */
export interface Said {
  /** Checks that failed. */
  readonly failed: readonly string[];
  /** Its process hung or died, or did not get as far as the checks. */
  readonly error?: string;
  readonly verdict?: { readonly verdict: string; readonly text: string; readonly missing: readonly string[] };
}

export interface Tried extends Mutant, Said {
  /** Checks about it that failed. */
  readonly caught: readonly string[];
}

export function tryMutants(options?: {
  readonly wanted?: (mutant: Mutant) => boolean;
  readonly full?: boolean;
  readonly processes?: number;
  readonly told?: (line: Said & { readonly id: string }) => void;
}): Promise<{
  readonly control: readonly (Said & { readonly suite: Mutant['suite'] })[];
  readonly mutants: readonly Tried[];
}>;

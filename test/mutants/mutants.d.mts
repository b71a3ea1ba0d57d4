/** A deliberate defect of the built program. */
export interface Mutant {
  readonly id: string;
  readonly suite: 'server' | 'client';
  /** In words. */
  readonly defect: string;
  /** Built file, below dist/. */
  readonly file: string;
  /** What is replaced; stands exactly once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Checks that are about it. */
  readonly checks: readonly string[];
  /** Checks that run too, for the verdict. */
  readonly besides?: readonly string[];
}

export const MUTANTS: readonly Mutant[];
export function mutatedSource(text: string, mutant: Mutant): string;

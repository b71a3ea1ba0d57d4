/** What a unit gives: octets for stdout or another consumer, or a line for people. */
export interface Given {
  readonly what: 'output' | 'note';
  readonly octets: Uint8Array;
}

/** From the pool to a thread. */
export type ToThread<Extra> =
  | { readonly kind: 'read'; readonly unit: number; readonly files: readonly string[]; readonly extra: Extra }
  /** One `given` was taken. */
  | { readonly kind: 'taken' };

/** From a thread to the pool. */
export type FromThread<Result> =
  | { readonly kind: 'given'; readonly unit: number; readonly given: Given }
  | { readonly kind: 'progress'; readonly octets: number }
  | { readonly kind: 'end'; readonly unit: number; readonly result: Result };

import type { Operation } from '../../../codec/ndr/index.js';

/** What the parameters of an operation say, in one line; nothing where they say nothing that a reader looks for. */
export interface Said<I = never, O = never> {
  readonly request?: (input: I) => string | undefined;
  readonly answer?: (output: O) => string | undefined;
}

export const says = <I, O>(operation: Operation<I, O>, said: Said<I, O>): readonly [Operation, Said] => [
  operation as Operation,
  said,
];

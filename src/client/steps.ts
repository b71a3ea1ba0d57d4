import type { Target } from './bindings.js';
import { ACCEPTED, type CallOutcome, outcomeOfError } from './outcome.js';
import { Refused } from './refused.js';

/**
 * The steps of a client before it can call an object, each with a result of its own: it activates, resolves an OXID
 * that an activation did not resolve ([MS-DCOM] 3.2.4.1.2.2), and connects to the object exporter.
 */
export interface ClientStep {
  readonly step: 'activation' | 'resolution' | 'exporter';
  readonly outcome: CallOutcome;
  /** The endpoints that were tried, in their order: where the step succeeded the last one is the one that answered. */
  readonly tried: readonly { readonly host: string; readonly port: number }[];
  /** Of a resolution and an exporter. */
  readonly oxid?: bigint;
}

/** The outcome of a failed call. Rethrows mistakes of this program. */
export const outcomeOf = (error: unknown): CallOutcome =>
  error instanceof Refused ? error.outcome : outcomeOfError(error);

/** Makes a step, and tells of it: `run` adds the endpoints that it tries. */
export async function asStep<T>(
  onStep: ((step: ClientStep) => void) | undefined,
  step: Pick<ClientStep, 'step' | 'oxid'>,
  run: (tried: Target[]) => Promise<T>,
): Promise<T> {
  const tried: Target[] = [];
  try {
    const done = await run(tried);
    onStep?.({ ...step, outcome: ACCEPTED, tried });
    return done;
  } catch (error) {
    onStep?.({ ...step, outcome: outcomeOf(error), tried });
    throw error;
  }
}

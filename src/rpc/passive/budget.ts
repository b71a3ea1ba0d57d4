import { Allowance } from '../core/aged-map.js';
import type { StubBuffer } from '../core/stub-buffer.js';
import type { ObservedCall } from './calls.js';
import type { StubState } from './observed.js';

/** What associations that are followed at the same time may hold in all. */
export interface PassiveLimits<K> {
  /** Octets of memory for fragments of messages whose last one has not come. Default 32 MiB. */
  readonly octets?: number;
  /** Calls without an answer. Default 32,768. */
  readonly calls?: number;
  /** Told of each call that no answer is waited for any longer: see `ObservedCalls`, and those that give way. */
  readonly unanswered?: (call: ObservedCall<K>) => void;
}

/**
 * Incomplete messages and calls of all associations that share it; the oldest give way, whichever association has them.
 */
export class PassiveBudget<K = unknown> {
  readonly assemblies: Allowance<string, Assembly>;
  readonly calls: Allowance<number, ObservedCall<K>>;
  readonly unanswered: (call: ObservedCall<K>) => void;

  constructor({ octets = 32 << 20, calls = 32_768, unanswered = () => {} }: PassiveLimits<K> = {}) {
    this.assemblies = new Allowance(octets, (assembly) => {
      assembly.begun = false;
    });
    this.unanswered = unanswered;
    this.calls = new Allowance(calls, unanswered);
  }
}

/** A message whose last fragment has not come. */
export interface Assembly {
  readonly opnum: number | undefined;
  readonly object: string | undefined;
  readonly stub: StubBuffer;
  state: StubState | undefined;
  /** False where the first fragment is missing, or was given up. */
  begun: boolean;
}

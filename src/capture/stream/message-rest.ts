import { Assembly, type AssemblyBudget } from './assembly.js';

/** Takes a message; where `missing` is above 0, that many octets of its end are not there. */
export type TakeMessage = (bytes: Buffer, missing: number) => void;

/**
 * What is to come of a message whose length is known: of one direction, one message at a time. It is kept until it is
 * whole, or passed over where nobody wants it or there is no memory.
 */
export class MessageRest {
  readonly #assembly: Assembly;
  readonly #emit: TakeMessage;
  /** Octets to come that are passed over. */
  #discard = 0;

  constructor(budget: AssemblyBudget, emit: TakeMessage) {
    this.#assembly = new Assembly(budget);
    this.#emit = emit;
  }

  /** The next octets belong to it. */
  get open(): boolean {
    return this.#assembly.open || this.#discard > 0;
  }

  /** A message is to be kept, as `Assembly.begin` has it; where that gives false, it is passed over. */
  keep(length: number, available: number): boolean {
    if (this.#assembly.begin(length, available)) return true;
    this.#discard = length;
    return false;
  }

  passOver(length: number): void {
    this.#discard = length;
  }

  /** Takes what belongs to it; returns where to go on. */
  take(bytes: Buffer, at: number, to: number): number {
    if (!this.#assembly.open) {
      const passed = Math.min(this.#discard, to - at);
      this.#discard -= passed;
      return at + passed;
    }
    const next = this.#assembly.fill(bytes, at, to);
    if (next < 0) {
      this.#discard = this.cut();
      return at;
    }
    if (this.#assembly.missing === 0) this.#emit(this.#assembly.take(), 0);
    return next;
  }

  /** The next `lost` octets are missing, -1 where their number is not known; true where all of them belong to it. */
  gap(lost: number): boolean {
    const expected = this.cut() || this.#discard;
    const inside = expected > 0 && lost >= 0 && lost <= expected;
    this.#discard = inside ? expected - lost : 0;
    return inside;
  }

  /** Gives what is there of a message that is kept; returns how many octets of it are missing. */
  cut(): number {
    if (!this.#assembly.open) return 0;
    const { missing } = this.#assembly;
    this.#emit(this.#assembly.take(), missing);
    return missing;
  }
}

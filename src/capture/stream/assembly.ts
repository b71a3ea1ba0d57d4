/** Memory that the unfinished messages of all directions share. */
export class AssemblyBudget {
  left: number;

  constructor(octets = 64 << 20) {
    this.left = octets;
  }
}

/** A message up to here gets its memory at once; a larger one, which may be a lying length, as its octets come. */
const USUAL = 8192;

/** The octets of a message of which the last ones have not come: of one direction, one message at a time. */
export class Assembly {
  readonly #budget: AssemblyBudget;
  #body: Buffer | undefined = undefined;
  #filled = 0;
  #total = 0;

  constructor(budget: AssemblyBudget) {
    this.#budget = budget;
  }

  /** There is a message that is not whole. */
  get open(): boolean {
    return this.#body !== undefined;
  }

  /** Octets of it that have not come. */
  get missing(): number {
    return this.#total - this.#filled;
  }

  get filled(): number {
    return this.#filled;
  }

  /** A view of what is there of it. */
  get there(): Buffer {
    return (this.#body as Buffer).subarray(0, this.#filled);
  }

  /** A message of `total` octets begins, of which `available` are there to be filled in. False where there is no memory. */
  begin(total: number, available: number): boolean {
    this.#total = total;
    this.#filled = 0;
    return this.#reserve(total <= USUAL ? total : available);
  }

  /** Takes what belongs to the message; returns where to go on, -1 where there is no memory for more. */
  fill(bytes: Buffer, at: number, to: number): number {
    const part = Math.min(this.#total - this.#filled, to - at);
    if (!this.#reserve(this.#filled + part)) return -1;
    bytes.copy(this.#body as Buffer, this.#filled, at, at + part);
    this.#filled += part;
    return at + part;
  }

  /** What is there of the message, which is no longer open. */
  take(): Buffer {
    const { there } = this;
    this.#budget.left += (this.#body as Buffer).length;
    this.#body = undefined;
    return there;
  }

  #reserve(octets: number): boolean {
    const old = this.#body;
    if (old !== undefined && old.length >= octets) return true;
    const capacity = Math.min(this.#total, Math.max(octets, (old?.length ?? 0) * 2));
    const more = capacity - (old?.length ?? 0);
    if (more > this.#budget.left) return false;
    this.#budget.left -= more;
    this.#body = Buffer.allocUnsafe(capacity);
    old?.copy(this.#body, 0, 0, this.#filled);
    return true;
  }
}

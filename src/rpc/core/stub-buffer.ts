const NOTHING = Buffer.alloc(0);
const FIRST_CAPACITY = 16 * 1024;

/**
 * The stub of a message from its fragments. One fragment is kept as it came; several are copied into one buffer that
 * doubles, because a list of pieces would cost a peer's victim a hundred octets for every single one that it sends.
 */
export class StubBuffer {
  #octets: Buffer = NOTHING;
  #length = 0;
  #own = false;

  get length(): number {
    return this.#length;
  }

  /** Octets of memory that it holds, where `own` was called. */
  get capacity(): number {
    return this.#octets.length;
  }

  /** Keeps no view of what it was given: the memory around a piece would stay with it. */
  own(): void {
    if (!this.#own && this.#length > 0) this.#reserve(this.#length);
  }

  add(piece: Buffer): void {
    if (piece.length === 0) return;
    const length = this.#length + piece.length;
    if (this.#length === 0) {
      this.#octets = piece;
    } else {
      if (!this.#own || length > this.#octets.length) this.#grow(length);
      piece.copy(this.#octets, this.#length);
    }
    this.#length = length;
  }

  /** All of it; a single fragment is not copied. */
  take(): Buffer {
    return this.#length === this.#octets.length ? this.#octets : this.#octets.subarray(0, this.#length);
  }

  #grow(length: number): void {
    this.#reserve(Math.max(length, 2 * this.#octets.length, FIRST_CAPACITY));
  }

  #reserve(capacity: number): void {
    const grown = Buffer.allocUnsafeSlow(capacity);
    this.#octets.copy(grown, 0, 0, this.#length);
    this.#octets = grown;
    this.#own = true;
  }
}

const FIRST = 1 << 12;

/** Frames of one file: a bit each. */
export class Frames {
  #bits = new Uint8Array(FIRST);
  /** The last one. */
  last = 0;
  count = 0;

  add(frame: number): void {
    const at = frame >>> 3;
    if (at >= this.#bits.length) {
      const grown = new Uint8Array(Math.max(at + 1, this.#bits.length * 2));
      grown.set(this.#bits);
      this.#bits = grown;
    }
    if (this.has(frame)) return;
    this.#bits[at] = (this.#bits[at] as number) | (1 << (frame & 7));
    this.last = Math.max(this.last, frame);
    this.count++;
  }

  has(frame: number): boolean {
    return ((this.#bits[frame >>> 3] ?? 0) & (1 << (frame & 7))) !== 0;
  }
}

/** Takes octets one after the other and gives them back from any place: memory, or a file for what is larger. */
export interface Spool {
  /** Where they stand from now on. */
  append(octets: Uint8Array): number;
  /** Copies `length` octets from `from` into `into`, at `at`. */
  read(from: number, length: number, into: Uint8Array, at: number): void;
}

const PIECE = 1 << 20;

/** In memory. */
export class MemorySpool implements Spool {
  readonly #pieces: Buffer[] = [];
  #length = 0;

  append(octets: Uint8Array): number {
    const start = this.#length;
    for (let taken = 0; taken < octets.length; ) {
      const used = this.#length % PIECE;
      if (used === 0) this.#pieces.push(Buffer.alloc(PIECE));
      const piece = this.#pieces.at(-1) as Buffer;
      const part = Math.min(octets.length - taken, PIECE - used);
      piece.set(octets.subarray(taken, taken + part), used);
      taken += part;
      this.#length += part;
    }
    return start;
  }

  read(from: number, length: number, into: Uint8Array, at: number): void {
    for (let done = 0; done < length; ) {
      const place = from + done;
      const piece = this.#pieces[Math.floor(place / PIECE)] as Buffer;
      const used = place % PIECE;
      const part = Math.min(length - done, PIECE - used);
      piece.copy(into, at + done, used, used + part);
      done += part;
    }
  }
}

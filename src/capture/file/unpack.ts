import type { Transform } from 'node:stream';

/** Octets of a source with a place in them: what was asked for too early is given back. */
export class Octets {
  /** Octets that were taken and not given back. */
  taken = 0;
  readonly #source: AsyncIterator<Uint8Array>;
  /** Octets that were given back; the last ones are the first to be taken again. */
  readonly #given: Uint8Array[] = [];

  constructor(source: AsyncIterator<Uint8Array>) {
    this.#source = source;
  }

  /** The next ones, however many; none at the end. They may be gone when the next ones are asked for. */
  async some(): Promise<Uint8Array> {
    for (;;) {
      const piece = this.#given.pop() ?? (await this.#next());
      if (piece === undefined) return EMPTY;
      if (piece.length === 0) continue;
      this.taken += piece.length;
      return piece;
    }
  }

  /** So many, copied, or as many as there are before the end. */
  async exactly(count: number): Promise<Buffer> {
    const octets = Buffer.alloc(count);
    let got = 0;
    while (got < count) {
      const piece = await this.some();
      if (piece.length === 0) break;
      const used = piece.subarray(0, count - got);
      octets.set(used, got);
      got += used.length;
      this.giveBack(piece.subarray(used.length));
    }
    return octets.subarray(0, got);
  }

  /** The last of those that `some` gave. */
  giveBack(octets: Uint8Array): void {
    this.taken -= octets.length;
    this.#given.push(octets);
  }

  async close(): Promise<void> {
    await this.#source.return?.();
  }

  async #next(): Promise<Uint8Array | undefined> {
    const { done, value } = await this.#source.next();
    return done ? undefined : value;
  }
}

const EMPTY = new Uint8Array(0);

/** A transform of zlib, which counts what it has read. */
export type Unpacking = Transform & { readonly bytesWritten: number };

/**
 * The output of a stream of zlib, until it has seen its end; octets after that are given back. All that it made before
 * an error is given before the error is thrown.
 */
export async function* unpackedBy(unpacking: Unpacking, octets: Octets): AsyncGenerator<Uint8Array> {
  let wake = (): void => {};
  let ended = false;
  let failure: Error | undefined;
  unpacking.on('readable', () => wake());
  unpacking.on('end', () => {
    ended = true;
    wake();
  });
  unpacking.on('error', (error) => {
    failure = error;
    wake();
  });
  try {
    while (!ended) {
      const piece = await octets.some();
      const until = unpacking.bytesWritten + piece.length;
      if (piece.length > 0) unpacking.write(piece, () => wake());
      else unpacking.end();
      // Octets that it will not read any more come after its end.
      const isRead = (): boolean => ended || (piece.length > 0 && unpacking.bytesWritten === until);
      for (;;) {
        const read = isRead();
        for (let made = unpacking.read(); made !== null; made = unpacking.read()) yield made;
        if (failure !== undefined) throw failure;
        if (read) break;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      octets.giveBack(piece.subarray(piece.length - (until - unpacking.bytesWritten)));
    }
  } finally {
    unpacking.destroy();
  }
}

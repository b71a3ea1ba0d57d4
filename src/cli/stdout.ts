import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Octets that are written together: a system call for every line costs more than making the line. */
const BATCH = 1 << 16;
/** UTF-8 makes at most so many octets of one UTF-16 unit. */
const WIDEST = 3;

/** Standard output for a command that prints much. What people watch on a terminal comes at once, line by line. */
export class Stdout {
  readonly #stream: Writable;
  readonly #batched: boolean;
  #batch: Buffer = EMPTY;
  #filled = 0;
  /** Batches that were taken, to be filled again: of strings and new buffers a gigabyte would pile up as garbage. */
  readonly #free: Buffer[] = [];

  constructor(stream: Writable & { readonly isTTY?: boolean } = process.stdout) {
    this.#stream = stream;
    this.#batched = stream.isTTY !== true;
  }

  write(text: string): void {
    const most = text.length * WIDEST;
    if (most > this.#batch.length - this.#filled) this.send();
    if (!this.#batched || most > BATCH) {
      this.#stream.write(text);
      return;
    }
    if (this.#filled === 0) this.#batch = this.#free.pop() ?? Buffer.allocUnsafeSlow(BATCH);
    this.#filled += this.#batch.write(text, this.#filled);
  }

  /** Hands over what was written so far. */
  send(): void {
    if (this.#filled === 0) return;
    const batch = this.#batch;
    this.#stream.write(batch.subarray(0, this.#filled), () => void this.#free.push(batch));
    this.#batch = EMPTY;
    this.#filled = 0;
  }

  /** Waits until the reader has taken what was written: one that is slow must not fill the memory with it. */
  async flush(): Promise<void> {
    this.send();
    if (this.#stream.writableNeedDrain) await once(this.#stream, 'drain');
  }
}

const EMPTY = Buffer.alloc(0);

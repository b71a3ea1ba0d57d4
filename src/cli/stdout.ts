import type { Writable } from 'node:stream';

/** Octets that are written together: a system call for every line costs more than making the line. */
const BATCH = 1 << 16;
/** UTF-8 makes at most so many octets of one UTF-16 unit. */
const WIDEST = 3;

export interface StdoutOptions {
  /**
   * For events as they happen: one batch waits for a reader that stops, later ones are dropped, and this says how many,
   * once the reader goes on.
   */
  readonly dropped?: (texts: number) => string;
}

/** Standard output for a command that prints much. On a terminal it comes at once, line by line. */
export class Stdout {
  readonly #stream: Writable & { readonly isTTY?: boolean };
  readonly #batched: boolean;
  readonly #tellDropped: StdoutOptions['dropped'];
  #batch: Buffer = EMPTY;
  #filled = 0;
  #dropped = 0;
  /** Batches that were taken, to be filled again: of strings and new buffers a gigabyte would pile up as garbage. */
  readonly #free: Buffer[] = [];

  constructor(stream: Writable & { readonly isTTY?: boolean } = process.stdout, { dropped }: StdoutOptions = {}) {
    this.#stream = stream;
    this.#batched = stream.isTTY !== true;
    this.#tellDropped = dropped;
    if (dropped !== undefined) stream.on('drain', () => this.#goOn(dropped));
  }

  write(text: string): void {
    if (this.#isWaiting()) {
      if (this.#filled + Buffer.byteLength(text) > BATCH) this.#dropped++;
      else this.#add(text);
      return;
    }
    const most = text.length * WIDEST;
    if (most > this.#batch.length - this.#filled) this.send();
    if (!this.#batched || most > BATCH) this.#hand(text);
    else this.#add(text);
  }

  /** Hands over what was written so far, unless it has to wait for the reader. */
  send(): void {
    if (this.#filled === 0 || this.#isWaiting()) return;
    const batch = this.#batch;
    this.#hand(batch.subarray(0, this.#filled), () => void this.#free.push(batch));
    this.#batch = EMPTY;
    this.#filled = 0;
  }

  /** Waits until the reader has taken what was written: one that is slow must not fill the memory with it. */
  async flush(): Promise<void> {
    this.send();
    while (!this.#stream.destroyed && this.#stream.writableNeedDrain) {
      await drained(this.#stream);
      this.send();
    }
  }

  #isWaiting(): boolean {
    return this.#tellDropped !== undefined && this.#stream.writableNeedDrain;
  }

  #goOn(tell: (texts: number) => string): void {
    this.send();
    if (this.#dropped === 0 || this.#isWaiting()) return;
    const text = tell(this.#dropped);
    this.#dropped = 0;
    this.#hand(text);
  }

  #add(text: string): void {
    if (this.#filled === 0) this.#batch = this.#free.pop() ?? Buffer.allocUnsafeSlow(BATCH);
    this.#filled += this.#batch.write(text, this.#filled);
  }

  /** A reader that has gone is given nothing more. */
  #hand(data: string | Buffer, taken?: () => void): void {
    if (!this.#stream.destroyed) this.#stream.write(data, taken);
  }
}

const EMPTY = Buffer.alloc(0);

/** Resolves when the reader has taken what there was, or has gone. */
const drained = (stream: Writable): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      stream.off('drain', done).off('close', done);
      resolve();
    };
    stream.on('drain', done).on('close', done);
  });

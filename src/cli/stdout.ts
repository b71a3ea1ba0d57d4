import { once } from 'node:events';

/** Characters that are written together: a system call for every line costs more than making the line. */
const BATCH = 1 << 16;

/** Standard output for a command that prints much. What people watch on a terminal comes at once, line by line. */
export class Stdout {
  readonly #batch = process.stdout.isTTY ? 0 : BATCH;
  #pending = '';

  write(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= this.#batch) this.send();
  }

  /** Hands over what was written so far. */
  send(): void {
    if (this.#pending === '') return;
    process.stdout.write(this.#pending);
    this.#pending = '';
  }

  /** Waits until the reader has taken what was written: one that is slow must not fill the memory with it. */
  async flush(): Promise<void> {
    this.send();
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  }
}

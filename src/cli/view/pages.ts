import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Pages of details in a file of their own, since a large capture has more than fits into memory. */
export class Pages {
  readonly #folder = mkdtempSync(join(tmpdir(), 'dcom-harness-view-'));
  readonly #file = openSync(join(this.#folder, 'pages'), 'w+', 0o600);
  readonly #ends: number[] = [0];

  add(octets: Buffer): void {
    const start = this.#ends.at(-1) as number;
    for (let at = 0; at < octets.length; ) at += writeSync(this.#file, octets, at, octets.length - at, start + at);
    this.#ends.push(start + octets.length);
  }

  read(number: number): Buffer | undefined {
    const [start, end] = [this.#ends[number], this.#ends[number + 1]];
    if (start === undefined || end === undefined) return undefined;
    const octets = Buffer.alloc(end - start);
    readSync(this.#file, octets, 0, octets.length, start);
    return octets;
  }

  /** Leaves nothing behind. */
  close(): void {
    closeSync(this.#file);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

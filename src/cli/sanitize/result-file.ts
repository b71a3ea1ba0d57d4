import { once } from 'node:events';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { replaceable } from '../files.js';
import { OutputFile } from '../output-file.js';

/**
 * A capture that is written: under its name once it is whole, and not at all where that fails; a device or a pipe gets it
 * as it is made. Packed where it ends in .gz.
 */
export class ResultFile {
  readonly #file: OutputFile;
  readonly #gzip: Gzip | undefined;
  #failed: unknown;

  constructor(path: string) {
    const place = replaceable(path);
    this.#file = new OutputFile(path, place === undefined ? undefined : { place });
    if (!/\.gz$/i.test(path)) return;
    this.#gzip = createGzip();
    this.#gzip.on('data', (octets: Buffer) => {
      try {
        this.#file.write(octets);
      } catch (error) {
        this.#failed ??= error;
      }
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    if (octets.length === 0) return;
    if (this.#gzip === undefined) this.#file.write(octets);
    else if (!this.#gzip.write(octets)) await once(this.#gzip, 'drain');
    this.#check();
  }

  async close(): Promise<void> {
    if (this.#gzip !== undefined) {
      this.#gzip.end();
      await finished(this.#gzip);
      this.#check();
    }
    this.#file.close();
  }

  /** Nothing is left of it. */
  remove(): void {
    this.#gzip?.destroy();
    this.#file.remove();
  }

  #check(): void {
    if (this.#failed !== undefined) throw this.#failed;
  }
}

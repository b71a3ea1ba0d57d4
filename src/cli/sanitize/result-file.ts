import { once } from 'node:events';
import { renameSync, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { systemReason } from '../../net/error.js';
import { partialOf, replaceable } from '../files.js';
import { UsageError } from '../io.js';
import { OutputFile } from '../output-file.js';

/**
 * A capture that is written: under its name once it is whole, and not at all where that fails; a device or a pipe gets it
 * as it is made. Packed where it ends in .gz.
 */
export class ResultFile {
  readonly #path: string;
  /** Undefined where there is no file to take the place of. */
  readonly #place: string | undefined;
  readonly #file: OutputFile;
  readonly #gzip: Gzip | undefined;
  #failed: unknown;

  constructor(path: string) {
    this.#path = path;
    this.#place = replaceable(path);
    this.#file = new OutputFile(path, this.#place && partialOf(this.#place));
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
    try {
      if (this.#place !== undefined) renameSync(partialOf(this.#place), this.#place);
    } catch (error) {
      throw new UsageError(`cannot write ${this.#path}: ${systemReason(error)}`);
    }
  }

  /** Nothing is left of it. */
  remove(): void {
    this.#gzip?.destroy();
    try {
      this.#file.close();
    } catch {
      // It was closed before.
    }
    if (this.#place !== undefined) rmSync(partialOf(this.#place), { force: true });
  }

  #check(): void {
    if (this.#failed !== undefined) throw this.#failed;
  }
}

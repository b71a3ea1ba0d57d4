import { once } from 'node:events';
import { closeSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { createGzip, type Gzip } from 'node:zlib';
import { systemReason } from '../../net/error.js';
import { UsageError } from '../io.js';
import { holdOpen } from '../output-file.js';

/** A capture that is written: under its name once it is whole, and not at all where that fails. Packed where it ends in .gz. */
export class ResultFile {
  readonly path: string;
  readonly #partial: string;
  readonly #descriptor: number;
  readonly #gzip: Gzip | undefined;
  readonly #done = holdOpen();
  #failed: unknown;

  constructor(path: string) {
    this.path = path;
    this.#partial = `${path}.partial`;
    this.#descriptor = this.#try(() => openSync(this.#partial, 'w'));
    if (!/\.gz$/i.test(path)) return;
    this.#gzip = createGzip();
    this.#gzip.on('data', (octets: Buffer) => {
      try {
        this.#put(octets);
      } catch (error) {
        this.#failed ??= error;
      }
    });
  }

  async write(octets: Uint8Array): Promise<void> {
    if (octets.length === 0) return;
    if (this.#gzip === undefined) this.#try(() => this.#put(octets));
    else if (!this.#gzip.write(octets)) await once(this.#gzip, 'drain');
    this.#check();
  }

  async close(): Promise<void> {
    if (this.#gzip !== undefined) {
      this.#gzip.end();
      await finished(this.#gzip);
      this.#check();
    }
    this.#try(() => {
      closeSync(this.#descriptor);
      renameSync(this.#partial, this.path);
    });
    this.#done();
  }

  /** Nothing is left of it. */
  remove(): void {
    this.#gzip?.destroy();
    try {
      closeSync(this.#descriptor);
    } catch {
      // It was closed before.
    }
    rmSync(this.#partial, { force: true });
    this.#done();
  }

  #put(octets: Uint8Array): void {
    for (let at = 0; at < octets.length; ) at += writeSync(this.#descriptor, octets, at);
  }

  #check(): void {
    if (this.#failed !== undefined) throw new UsageError(`cannot write ${this.path}: ${systemReason(this.#failed)}`);
  }

  #try<T>(action: () => T): T {
    try {
      return action();
    } catch (error) {
      this.#done();
      throw new UsageError(`cannot write ${this.path}: ${systemReason(error)}`);
    }
  }
}

import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemorySpool, type Spool } from '../../capture/sanitize/content/spool.js';

/** Octets that are kept in memory; what comes behind them goes to a file, which holds nothing but what was rewritten. */
const IN_MEMORY = 64 << 20;
const BLOCK = 1 << 20;

/** A spool in memory as long as it is small, and in a file of its own behind that. */
export class FileSpool implements Spool {
  readonly #memory = new MemorySpool();
  #inMemory = 0;
  #folder: string | undefined;
  #descriptor = -1;
  #written = 0;
  #block = Buffer.alloc(0);
  #blockAt = -1;

  append(octets: Uint8Array): number {
    if (this.#descriptor < 0 && this.#inMemory + octets.length <= IN_MEMORY) {
      this.#inMemory += octets.length;
      return this.#memory.append(octets);
    }
    if (this.#descriptor < 0) this.#open();
    const start = this.#inMemory + this.#written;
    for (let at = 0; at < octets.length; ) at += writeSync(this.#descriptor, octets, at);
    this.#written += octets.length;
    return start;
  }

  read(from: number, length: number, into: Uint8Array, at: number): void {
    if (from < this.#inMemory) {
      this.#memory.read(from, length, into, at);
      return;
    }
    for (let done = 0; done < length; ) {
      const place = from - this.#inMemory + done;
      const block = this.#blockOf(place);
      const part = Math.min(length - done, block.length - (place - this.#blockAt));
      block.copy(into, at + done, place - this.#blockAt, place - this.#blockAt + part);
      done += part;
    }
  }

  close(): void {
    if (this.#folder === undefined) return;
    closeSync(this.#descriptor);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Packets are read in the order in which most of them were written: one block at a time is enough. */
  #blockOf(place: number): Buffer {
    const at = place - (place % BLOCK);
    if (at !== this.#blockAt || place - at >= this.#block.length) {
      const block = Buffer.alloc(Math.min(BLOCK, this.#written - at));
      for (let read = 0; read < block.length; )
        read += readSync(this.#descriptor, block, read, block.length - read, at + read);
      this.#block = block;
      this.#blockAt = at;
    }
    return this.#block;
  }

  #open(): void {
    this.#folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
    this.#descriptor = openSync(join(this.#folder, 'spool'), 'wx+', 0o600);
  }
}

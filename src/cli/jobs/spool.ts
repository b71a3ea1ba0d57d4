import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Given } from './messages.js';

/** Octets of all units together that wait in memory; what comes then waits in a file. */
const IN_MEMORY = 16 << 20;

interface Waiting {
  readonly what: Given['what'];
  /** In memory, or where in the file. */
  readonly at: Uint8Array | number;
  readonly length: number;
}

/**
 * Output of units whose turn has not come: in memory up to a bound, and then in a file that has no name, so that
 * nothing of it is left whatever becomes of the process.
 */
export class Spool {
  readonly #waiting = new Map<number, Waiting[]>();
  #inMemory = 0;
  #file: number | undefined;
  #end = 0;

  add(unit: number, { what, octets }: Given): void {
    const { length } = octets;
    const inMemory = this.#inMemory + length <= IN_MEMORY;
    const waiting = this.#waiting.get(unit) ?? [];
    this.#waiting.set(unit, waiting);
    waiting.push({ what, at: inMemory ? octets : this.#write(octets), length });
    if (inMemory) this.#inMemory += length;
  }

  /** What a unit has given so far, in its order; it does not wait any more. */
  *take(unit: number): Generator<Given> {
    const waiting = this.#waiting.get(unit) ?? [];
    this.#waiting.delete(unit);
    for (const { what, at, length } of waiting) {
      if (typeof at === 'number') yield { what, octets: this.#read(at, length) };
      else {
        this.#inMemory -= length;
        yield { what, octets: at };
      }
    }
  }

  drop(unit: number): void {
    for (const _ of this.take(unit));
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
  }

  #write(octets: Uint8Array): number {
    this.#file ??= namelessFile();
    const at = this.#end;
    for (let done = 0; done < octets.length; )
      done += writeSync(this.#file, octets, done, octets.length - done, at + done);
    this.#end += octets.length;
    return at;
  }

  #read(at: number, length: number): Uint8Array {
    const octets = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) done += readSync(this.#file as number, octets, done, length - done, at + done);
    return octets;
  }
}

function namelessFile(): number {
  const folder = mkdtempSync(join(tmpdir(), 'dcom-harness-'));
  try {
    return openSync(join(folder, 'waiting'), 'wx+', 0o600);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

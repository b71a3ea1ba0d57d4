import { closeSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import { systemReason } from '../net/error.js';
import { UsageError } from './complain.js';
import type { Output } from './io.js';

let open = 0;

/** Whether something is being written that has to come to its end, whatever becomes of stdout. */
export const filesAreOpen = (): boolean => open > 0;

/** Paths of files that were opened for results, of which there are none yet. */
const unwritten = new Set<string>();

/** At the end of a run that broke off: an empty file is no result, and no reader is to take it for one. */
export const removeUnwritten = (): void => unwritten.forEach(removeWritten);

/** Says that something is being written, until what it gives is called. */
function holdOpen(): () => void {
  let held = 1;
  open++;
  return () => {
    open -= held;
    held = 0;
  };
}

/** A file for results. Opening and writing throw `UsageError`, which names it. */
export class OutputFile {
  readonly path: string;
  readonly #descriptor: number;
  readonly #done = holdOpen();

  /** `partial` is where it stands until it has its name, where nothing may be before. */
  constructor(path: string, partial?: string) {
    this.path = path;
    this.#descriptor = this.#try(() => (partial === undefined ? openSync(path, 'w') : openSync(partial, 'wx')));
    if (partial === undefined) unwritten.add(path);
  }

  write(data: string | Uint8Array): void {
    const octets = typeof data === 'string' ? Buffer.from(data) : data;
    unwritten.delete(this.path);
    // A pipe takes a part at a time.
    this.#try(() => {
      for (let at = 0; at < octets.length; ) at += writeSync(this.#descriptor, octets, at);
    });
  }

  close(): void {
    unwritten.delete(this.path);
    this.#done();
    this.#try(() => closeSync(this.#descriptor));
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

/** Takes away a file that was written for the time of a run; what was only written to stays: a pipe, a device, a link. */
export function removeWritten(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFile()) rmSync(path, { force: true });
}

/** Takes what a server records. A file that cannot be written to any more ends the recording, not the server. */
export function recordTo(file: OutputFile, out: Output): (block: Uint8Array) => void {
  let broken = false;
  return (block) => {
    if (broken) return;
    try {
      file.write(block);
    } catch (error) {
      broken = true;
      out.note(`dcom-harness: the recording ends here: ${(error as Error).message}`);
      // However the server ends, the file that was asked for is not there.
      process.once('exit', () => {
        process.exitCode = 2;
      });
    }
  };
}

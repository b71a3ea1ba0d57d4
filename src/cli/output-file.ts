import { closeSync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
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

/** A file that is whole before it is there. */
export interface WholeFile {
  /** Where it stands then, in place of what may be there. */
  readonly place: string;
  /** Who may read and write it: the system's default where absent. */
  readonly mode?: number;
}

/** Where a file is written until it takes its place: opened with `wx`, as a name of no other file and no link. */
export const partialOf = (place: string): string => `${place}.${process.pid}.partial`;

/** A file for results. Opening, writing and closing throw `UsageError`, which names it. */
export class OutputFile {
  readonly path: string;
  readonly #place: string | undefined;
  readonly #descriptor: number;
  readonly #done = holdOpen();
  #closed = false;

  /** With `whole` it takes its place when it is closed. */
  constructor(path: string, whole?: WholeFile) {
    this.path = path;
    this.#place = whole?.place;
    this.#descriptor = this.#try(() =>
      whole === undefined ? openSync(path, 'w') : openSync(partialOf(whole.place), 'wx', whole.mode),
    );
    if (whole === undefined) unwritten.add(path);
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
    const place = this.#place;
    this.#try(() => {
      this.#closed = true;
      closeSync(this.#descriptor);
      if (place !== undefined) renameSync(partialOf(place), place);
    });
  }

  /** It is not to be: nothing is left of one that has not taken its place. */
  remove(): void {
    this.#done();
    try {
      if (!this.#closed) closeSync(this.#descriptor);
    } catch {
      // What was wrong before is told.
    }
    this.#closed = true;
    if (this.#place !== undefined) rmSync(partialOf(this.#place), { force: true });
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

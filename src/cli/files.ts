import { openSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UsageError } from './io.js';

const CAPTURE = /\.(pcap|pcapng|cap)(\.gz)?$/i;

/** The files that are meant: `-` is stdin, a folder stands for the captures in it. */
export function captureFiles(paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    isFolder(path)
      ? readdirSync(path)
          .filter((name) => CAPTURE.test(name))
          .sort()
          .map((name) => join(path, name))
      : [path],
  );
}

// What does not exist is not judged here: reading it says so in its own words.
const isFolder = (path: string): boolean =>
  path !== '-' && (statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false);

/** Opens a file for results, before there are any: what cannot be written is said before something is sent. */
export function openForWriting(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new UsageError(`cannot write ${path}: ${(error as Error).message}`);
  }
}

import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

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

import { type BigIntStats, fstatSync, lstatSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Output, UsageError } from './io.js';
import { OutputFile } from './output-file.js';

/** With the numbers of tcpdump -C, -G and -z; what cannot be read among them is said, with what turns it into what can. */
const CAPTURE = /\.((pcap\d*|pcapng|cap|dmp)(\.(gz|zst|xz))?|etl)$/i;

/** The files that are meant: `-` is stdin, a folder stands for the captures in it, as far as they are regular files. */
export const captureFiles = (paths: readonly string[]): string[] =>
  paths.flatMap((path) => (path === '-' ? undefined : capturesIn(path)) ?? [path]);

/** Undefined where it is no folder, or one that cannot be listed: reading it then says why in its own words. */
function capturesIn(folder: string): string[] | undefined {
  if (!statOf(folder)?.isDirectory()) return undefined;
  try {
    return readdirSync(folder)
      .filter((name) => CAPTURE.test(name))
      .sort()
      .map((name) => join(folder, name))
      .filter((path) => statOf(path)?.isFile() ?? true);
  } catch {
    return undefined;
  }
}

/** Reading a pipe takes until somebody has written to it, which may be never. */
export function tellWaiting(out: Pick<Output, 'note'>, files: readonly string[]): void {
  for (const file of files)
    if (file !== '-' && statOf(file)?.isFIFO()) out.note(`note: ${file} is a pipe; what is written to it is read`);
}

/** Undefined for what is not there or cannot be reached: trying to use it says why. */
export function statOf(path: string): BigIntStats | undefined {
  try {
    return path === '-' ? fstatSync(0, { bigint: true }) : statSync(path, { bigint: true });
  } catch {
    return undefined;
  }
}

/**
 * Where a file stands, or will, that another one may take the place of: not a link, but what it leads to. Undefined for a
 * device, a pipe, a link that leads to nothing yet and the like, which can only be written to.
 */
export function replaceable(path: string): string | undefined {
  const there = statOf(path);
  if (there === undefined) return lstatSync(path, { throwIfNoEntry: false }) === undefined ? path : undefined;
  return there.isFile() ? realpathSync(path) : undefined;
}

/**
 * Opens files for results, before there are any: what cannot be written is said before something is sent. None is opened
 * where one of them is among the `inputs`, which opening it would empty.
 */
export function openForWriting<Paths extends readonly (string | undefined)[]>(
  paths: Paths,
  inputs: readonly string[],
): { [Index in keyof Paths]: OutputFile | undefined } {
  requireNotAmong(paths, inputs);
  return paths.map((path) => (path === undefined ? undefined : new OutputFile(path))) as {
    [Index in keyof Paths]: OutputFile | undefined;
  };
}

/** Throws `UsageError` where a file that is to be written is one of those to be read, or meant for two results. */
export function requireNotAmong(paths: readonly (string | undefined)[], inputs: readonly string[]): void {
  const meant = new Set<string>();
  for (const path of paths) {
    if (path === undefined) continue;
    const identity = identityOf(path) ?? resolve(path);
    if (meant.has(identity) && !isDevice(path))
      throw new UsageError(`cannot write ${path}: two results are meant for it`);
    meant.add(identity);
  }
  const read = new Set(inputs.map(identityOf).filter((identity) => identity !== undefined));
  const lost = paths.find((path) => path !== undefined && read.has(identityOf(path) ?? ''));
  if (lost !== undefined) throw new UsageError(`cannot write ${lost}: it is one of the files to read`);
}

/** What is written to one, such as /dev/null, replaces nothing. */
const isDevice = (path: string): boolean => statOf(path)?.isFile() === false;

/** Which file it is, by whatever name; undefined for devices and the like, which nothing is lost of. */
function identityOf(path: string): string | undefined {
  const stat = statOf(path);
  return stat?.isFile() ? `${stat.dev} ${stat.ino}` : undefined;
}

import { fstatSync } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import { growingFile } from '../capture/file/growing-file.js';
import { type CaptureInput, fileOf } from '../capture/file/source.js';
import { statOf } from './files.js';
import type { Output } from './io.js';
import { Progress, wantsProgress } from './progress.js';

/** Where the octets of a file come from, and who is told how far that is. */
export interface Input {
  readonly source: CaptureInput;
  readonly onRead: (octets: number) => void;
  /** A line for people, which takes the place of the progress bar for a moment. */
  readonly note: (text: string) => void;
  /** Nothing more is read. */
  readonly end: () => void;
}

export function inputOf(
  out: Output,
  files: readonly string[],
  name: string,
  { follow = false, quiet }: { readonly follow?: boolean; readonly quiet: boolean },
): Input {
  if (follow) return followed(out, files[0] as string);
  if (!wantsProgress(process.stderr, process.stdout, { quiet, piped: isPipe(1) }))
    return { source: files, onRead: () => {}, note: out.note, end: () => {} };
  const progress = new Progress(process.stderr, name, sizeOf(files));
  const note = (text: string): void => {
    progress.clear();
    out.note(text);
  };
  return { source: files, onRead: (octets) => progress.advance(octets), note, end: () => progress.clear() };
}

/** `ring_00001.pcap to ring_00007.pcap` */
export function titleOf(set: readonly string[]): string {
  const [first, last] = [fileOf(set[0] as string), fileOf(set.at(-1) as string)];
  return set.length === 1 ? first : `${first} to ${last}`;
}

/** Until SIGINT or SIGTERM, which then is the end of the file; the second one ends the process as usual. */
function followed(out: Output, file: string): Input {
  const stop = new AbortController();
  const abort = (): void => stop.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  const end = (): void => void process.off('SIGINT', abort).off('SIGTERM', abort);
  return { source: growingFile(file, stop.signal), onRead: () => {}, note: out.note, end };
}

/** Standard input is a pipe, as behind `tcpdump -w -`, or a socket, as of a program of Node: what comes is told as it comes. */
export const isLive = (files: readonly string[]): boolean =>
  files.length === 1 && files[0] === '-' && (isPipe(0) || (statOf('-')?.isSocket() ?? false));

/** How long whoever writes to a pipe may take for the rest, once it is interrupted together with this process. */
const REST = 500;

/** Standard input until it ends, or SIGINT or SIGTERM comes; the second one ends the process as usual. */
export function liveInput(out: Output, source: Readable = process.stdin): Input {
  const stop = new AbortController();
  const abort = (): void => void setTimeout(() => stop.abort(), REST);
  process.once('SIGINT', abort).once('SIGTERM', abort);
  const end = (): void => void process.off('SIGINT', abort).off('SIGTERM', abort);
  return { source: until(source, stop.signal), onRead: () => {}, note: out.note, end };
}

/** The signal destroys the stream: a race for each piece with a promise that stays would hold every piece that was read. */
async function* until(source: Readable, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  try {
    yield* addAbortSignal(signal, source);
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Undefined where it is not known beforehand. */
function sizeOf(files: readonly string[]): number | undefined {
  const sizes = files.map((file) => (file === '-' ? undefined : statOf(file)?.size));
  return sizes.reduce<number | undefined>(
    (sum, size) => (sum === undefined || size === undefined ? undefined : sum + Number(size)),
    0,
  );
}

function isPipe(descriptor: number): boolean {
  try {
    return fstatSync(descriptor).isFIFO();
  } catch {
    // Closed: then nothing is drawn over it either.
    return false;
  }
}

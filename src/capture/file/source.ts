import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { systemReason } from '../../net/error.js';
import { CaptureError } from './error.js';

/** A file's name, `-` for standard input, octets at hand, or a stream of them; gzip is recognised by its content. */
export type CaptureSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** One source, or the names of files that belong together, in their order: see `captureSets`. */
export type CaptureInput = CaptureSource | readonly string[];

export const sourcesOf = (source: CaptureInput): readonly CaptureSource[] =>
  Array.isArray(source) ? (source as readonly string[]) : [source as CaptureSource];

/** Large enough that reading costs little beside decoding, small enough to stay in the processor's cache. */
const PIECE = 1 << 20;

/** What problems call the source. */
export const nameOf = (source: CaptureSource): string =>
  typeof source === 'string' ? (source === '-' ? STDIN : source) : 'capture';

const STDIN = 'standard input';

/** What records call the source; of several files the first. */
export function fileOf(source: CaptureInput): string {
  const [first] = sourcesOf(source);
  if (typeof first !== 'string') return 'capture';
  return first === '-' || first === STDIN ? 'stdin' : basename(first);
}

/** How a file is read. */
export interface PieceOptions {
  /** Told of each piece how many octets it has, as they stand in the file: of gzip the packed ones. */
  readonly onRead?: (octets: number) => void;
  /**
   * The memory of a piece is filled again once the next one is asked for: a file of any size needs the same memory, and
   * whoever takes the pieces keeps no view of them. Otherwise each piece is memory of its own, and views stay valid.
   */
  readonly reuse?: boolean;
}

/** The octets of a source, unpacked where they are gzip, or zstd where Node can. */
export async function* pieces(
  source: CaptureSource,
  { onRead = () => {}, reuse = false }: PieceOptions = {},
): AsyncGenerator<Uint8Array> {
  const raw = await startOf(counted(rawPieces(source, reuse), onRead));
  yield* raw.unpack === undefined ? raw.all : unpacked(raw.all, raw.unpack, nameOf(source));
}

function rawPieces(source: CaptureSource, reuse: boolean): AsyncIterable<Uint8Array> {
  if (source === '-') return process.stdin;
  if (typeof source === 'string') return filePieces(source, reuse);
  return source instanceof Uint8Array ? Readable.from([source]) : source;
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onRead: (octets: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const piece of source) {
    onRead(piece.length);
    yield piece;
  }
}

/** Reads ahead by one piece, so that the disk works while the last piece is decoded. */
async function* filePieces(name: string, reuse: boolean): AsyncGenerator<Uint8Array> {
  let file: FileHandle | undefined;
  let [memory, spare] = [newPiece(), newPiece()];
  try {
    file = await open(name);
    let ahead = readPiece(file, memory);
    for (;;) {
      const piece = await ahead;
      if (piece.length === 0) return;
      [memory, spare] = [spare, reuse ? memory : newPiece()];
      ahead = readPiece(file, memory);
      // Awaited above in the next round; until then a failure must not count as unhandled.
      ahead.catch(() => {});
      yield piece;
    }
  } catch (cause) {
    throw unreadable(name, cause);
  } finally {
    await file?.close();
  }
}

const newPiece = (): Buffer => Buffer.allocUnsafeSlow(PIECE);

async function readPiece(file: FileHandle, memory: Buffer): Promise<Uint8Array> {
  const { bytesRead } = await file.read(memory, 0, PIECE, null);
  return memory.subarray(0, bytesRead);
}

/** RFC 1952 2.3.1, RFC 8878 3.1.1: what gzip and zstd files start with; a pipe may bring the octets one by one. */
async function startOf(
  source: AsyncIterable<Uint8Array>,
): Promise<{ unpack: (() => Transform) | undefined; all: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < 4) {
    const { done, value } = await iterator.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  return { unpack: unpackerOf(first), all: joined(first, iterator) };
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

function unpackerOf(first: Buffer): (() => Transform) | undefined {
  if (first[0] === 0x1f && first[1] === 0x8b) return () => zlib.createGunzip({ chunkSize: PIECE });
  // Of Node 22.15 and 23.8; where it is missing, the reader says what to do.
  const { createZstdDecompress } = zlib as unknown as { createZstdDecompress?: (options: object) => Transform };
  const isZstd = first.length >= 4 && first.readUInt32BE(0) === 0x28b52ffd;
  return isZstd && createZstdDecompress ? () => createZstdDecompress({ chunkSize: PIECE }) : undefined;
}

async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  unpack: () => Transform,
  name: string,
): AsyncGenerator<Uint8Array> {
  const gunzip = unpack();
  // One piece at a time: it would fetch 16 of them ahead.
  const input = Readable.from(copies(packed), { highWaterMark: 1 });
  input.on('error', (error) => gunzip.destroy(error));
  try {
    yield* input.pipe(gunzip) as AsyncIterable<Uint8Array>;
  } catch (cause) {
    throw unreadable(name, cause);
  } finally {
    input.destroy();
    gunzip.destroy();
  }
}

/** Gunzip reads a piece in a thread of its own while the next one is fetched, perhaps into the same memory. */
async function* copies(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of source) yield Buffer.from(piece);
}

const unreadable = (name: string, cause: unknown): CaptureError =>
  cause instanceof CaptureError ? cause : new CaptureError('UNREADABLE', name, systemReason(cause), { cause });

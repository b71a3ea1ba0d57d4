import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { Readable } from 'node:stream';
import zlib from 'node:zlib';
import { systemReason } from '../../net/error.js';
import { CaptureError } from './error.js';
import { Damaged, gunzipped } from './gzip.js';
import { Octets, type Unpacking, unpackedBy } from './unpack.js';

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
  yield* unpacked(counted(rawPieces(source, reuse), onRead), nameOf(source));
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
async function* unpacked(source: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const octets = new Octets(source[Symbol.asyncIterator]());
  try {
    const first = await octets.exactly(4);
    octets.giveBack(first);
    yield* unpackerOf(first)(octets);
  } catch (cause) {
    throw cause instanceof Damaged ? new CaptureError('UNREADABLE', name, cause.message) : unreadable(name, cause);
  } finally {
    await octets.close();
  }
}

function unpackerOf(first: Buffer): (octets: Octets) => AsyncIterable<Uint8Array> {
  if (first[0] === 0x1f && first[1] === 0x8b) return gunzipped;
  // Of Node 22.15 and 23.8; where it is missing, the reader says what to do.
  const { createZstdDecompress } = zlib as unknown as { createZstdDecompress?: (options: object) => Unpacking };
  const isZstd = first.length >= 4 && first.readUInt32BE(0) === 0x28b52ffd;
  if (isZstd && createZstdDecompress) return (octets) => unpackedBy(createZstdDecompress({ chunkSize: PIECE }), octets);
  return asTheyAre;
}

async function* asTheyAre(octets: Octets): AsyncGenerator<Uint8Array> {
  for (let piece = await octets.some(); piece.length > 0; piece = await octets.some()) yield piece;
}

const unreadable = (name: string, cause: unknown): CaptureError =>
  cause instanceof CaptureError ? cause : new CaptureError('UNREADABLE', name, systemReason(cause), { cause });

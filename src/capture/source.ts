import { type FileHandle, open } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { CaptureError } from './error.js';

/** A file's name, `-` for standard input, octets at hand, or a stream of them; gzip is recognised by its content. */
export type CaptureSource = string | Uint8Array | AsyncIterable<Uint8Array>;

/** Large enough that reading costs little beside decoding, small enough to stay in the processor's cache. */
const PIECE = 1 << 20;

/** What problems call the source. */
export const nameOf = (source: CaptureSource): string =>
  typeof source === 'string' ? (source === '-' ? 'standard input' : source) : 'capture';

/**
 * The octets of a source, unpacked where they are gzip. Each piece is memory of its own, so views of it stay valid.
 * `onRead` is told how many octets were read, before they are unpacked.
 */
export async function* pieces(
  source: CaptureSource,
  onRead: (octets: number) => void = () => {},
): AsyncGenerator<Uint8Array> {
  const raw = await startOf(counted(rawPieces(source), onRead));
  yield* raw.gzip ? unpacked(raw.all, nameOf(source)) : raw.all;
}

function rawPieces(source: CaptureSource): AsyncIterable<Uint8Array> {
  if (source === '-') return process.stdin;
  if (typeof source === 'string') return filePieces(source);
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
async function* filePieces(name: string): AsyncGenerator<Uint8Array> {
  let file: FileHandle | undefined;
  try {
    file = await open(name);
    let ahead = readPiece(file);
    for (;;) {
      const piece = await ahead;
      if (piece.length === 0) return;
      ahead = readPiece(file);
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

async function readPiece(file: FileHandle): Promise<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(PIECE);
  const { bytesRead } = await file.read(piece, 0, PIECE, null);
  return piece.subarray(0, bytesRead);
}

/** RFC 1952 2.3.1: the two octets that every gzip file starts with; a pipe may bring them one by one. */
async function startOf(source: AsyncIterable<Uint8Array>): Promise<{ gzip: boolean; all: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let first = Buffer.alloc(0);
  while (first.length < 2) {
    const { done, value } = await iterator.next();
    if (done) break;
    first = Buffer.concat([first, value]);
  }
  return { gzip: first[0] === 0x1f && first[1] === 0x8b, all: joined(first, iterator) };
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    if (first.length > 0) yield first;
    for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}

async function* unpacked(packed: AsyncIterable<Uint8Array>, name: string): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  const input = Readable.from(packed);
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

const unreadable = (name: string, cause: unknown): CaptureError =>
  cause instanceof CaptureError
    ? cause
    : new CaptureError('UNREADABLE', name, cause instanceof Error ? cause.message : String(cause), { cause });
